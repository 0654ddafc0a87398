"""How many points an order could give at most, for programmes that Odoo counts.

Coupons, gift cards and points for the next order are counted by the till. The server
does not count them again, but no order gives more than its goods can.
"""

from decimal import Decimal

from odoo.addons.crm_loyalty_points.tools.basket import number

from .till_lines import is_bought, worth

ZERO = Decimal(0)
CENT = Decimal("0.01")


def most_points(order, program):
    """:return: Decimal. Discounts, minimum amounts that discounts undercut and codes
    are left to the till: this is a bound, not the count."""
    goods = order.lines.filtered(
        lambda line: (
            is_bought(line)
            and not line.is_reward_line
            and line.qty * line.price_unit > 0
        )
    )
    return sum((_most(rule, goods) for rule in program.rule_ids), ZERO)


def _most(rule, goods):
    products = goods.product_id.filtered_domain(rule._get_valid_product_domain())
    covered = goods.filtered(lambda line: line.product_id in products)
    quantity = sum(covered.mapped("qty"))
    if quantity < rule.minimum_qty or _amount(covered) < number(rule.minimum_amount):
        return ZERO
    rate = number(rule.reward_point_amount)
    if rule.reward_point_mode == "order":
        return rate
    if rule.reward_point_mode == "unit":
        return rate * number(quantity)
    # a till rounds the points of each unit of gift cards half up
    return rate * _amount(covered) + CENT * (number(quantity) + 1)


def _amount(lines):
    return sum((_combo_total(line) for line in lines), ZERO)


def _combo_total(line):
    parts = line | line.combo_line_ids
    return sum((worth(part) for part in parts), ZERO)
