"""How the lines of a till order are to be read.

A till writes a free product as a line of its own: the scanned goods at full price, and
a line of the programme's discount product that takes the price of some of them back. In
Sales the free ones are a line of the goods. Here both are brought together, so that the
same basket earns the same points wherever it is sold.
"""

from collections import defaultdict
from decimal import Decimal

from odoo.addons.crm_loyalty_points.tools.basket import number

ZERO = Decimal(0)


def is_bought(line):
    """:return: whether a line is part of what is sold now: neither goods that come
    back, nor a quotation that is settled (it earned in Sales), nor a part of a combo,
    whose price its combo carries"""
    return not (
        line.refunded_orderline_id or line.sale_order_origin_id or line.combo_parent_id
    )


def worth(line, name="price_subtotal_incl"):
    """What a line adds to the total of its order. A till writes the amounts of all
    lines of a refund with the other sign, those of goods in exchange as well; a refund
    made in the back office does not.

    :return: Decimal
    """
    amount = abs(number(line[name]))
    return amount if (line.qty * line.price_unit or line.qty) >= 0 else -amount


def is_free_product(line):
    return line.reward_id.reward_type == "product"


def free_goods(order):
    """Find the goods that reward lines give for free.

    :return: {line of goods: [(reward line, quantity of it)]}
    """
    bought = order.lines.filtered(is_bought)
    goods = bought.filtered(lambda line: not line.reward_id and line.qty > 0)
    left = {line: line.qty for line in goods}
    found = defaultdict(list)
    for reward in bought.filtered(is_free_product):
        wanted = abs(reward.qty)
        for line in _candidates(reward, goods):
            part = min(wanted, left[line])
            if part > 0:
                found[line].append((reward, part))
                left[line] -= part
                wanted -= part
    return found


def _candidates(reward, goods):
    """:return: the goods a reward line may be about, those of its own price first: the
    till does not say which of the reward's products was chosen"""
    products = reward.reward_id.reward_product_ids
    price = abs(reward.price_unit)
    found = goods.filtered(lambda line: line.product_id in products)
    return found.sorted(lambda line: (abs(line.price_unit - price), line.id))


def returned_quantity(line):
    """:return: how much of a line came back with paid refunds"""
    refunds = line.refund_orderline_ids.filtered(
        lambda refund: refund.order_id.state in ("paid", "done")
    )
    return -sum(refunds.mapped("qty"))


def returned_share(lines, quantity_of=returned_quantity):
    """:return: Decimal, the part of the money of some lines that came back, 0 to 1"""
    total = sum((worth(line) for line in lines), ZERO)
    back = sum(
        (
            worth(line) * min(number(quantity_of(line)) / number(line.qty), Decimal(1))
            for line in lines
            if line.qty
        ),
        ZERO,
    )
    return back / total if total else ZERO
