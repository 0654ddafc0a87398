"""What the rewards on a till order cost, by the programmes and not by the browser."""

from collections import namedtuple
from decimal import Decimal
from math import ceil

from odoo.addons.crm_loyalty_points.tools.basket import number

from .till_lines import is_bought, worth

TOLERANCE = Decimal("0.02")

# One reward on an order: its lines, the card that the till named (or none), what it
# costs and what the till said.
Use = namedtuple("Use", "reward lines coupon points claimed")


def reward_uses(order):
    """:return: list of :class:`Use`, one per reward claimed on the order"""
    groups = {}
    for line in order.lines.filtered(lambda line: line.reward_id and is_bought(line)):
        key = (line.reward_id, line.coupon_id, line.reward_identifier_code or line.id)
        groups[key] = groups.get(key, line.browse()) | line
    uses = []
    for (reward, coupon, _code), lines in groups.items():
        claimed = number(sum(lines.mapped("points_cost")), 2)
        due = least_cost(reward, lines)
        # A till may have spent more, to give a free product again and again.
        points = claimed if claimed >= due - TOLERANCE * len(lines) else due
        if reward.program_id._is_prepaid_unlimited():
            points = Decimal(0)
        uses.append(Use(reward, lines, coupon, points, claimed))
    return uses


def least_cost(reward, lines):
    """:return: Decimal, the points that these lines of a reward cost at least"""
    required = number(reward.required_points, 2)
    if reward.program_id._is_prepaid_unlimited():
        return Decimal(0)
    if reward.reward_type == "product":
        quantity = sum(abs(line.qty) for line in lines)
        return required * ceil(quantity / (reward.reward_product_qty or 1) - 1e-6)
    if reward.discount_mode == "per_point" and not reward.clear_wallet:
        money = -sum(worth(line) for line in lines)
        return number(max(money, Decimal(0)) / number(reward.discount or 1), 2)
    return required
