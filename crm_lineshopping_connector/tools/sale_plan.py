"""What the sale order of an order of LINE SHOPPING should be. Plain Python.

Amounts are Decimal, in baht with tax, as LINE SHOPPING shows them.
"""

import hashlib
import json
from collections import namedtuple
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal()
CENT = Decimal("0.01")

GOODS, SHIPPING, DISCOUNT, DIFFERENCE = "goods", "shipping", "discount", "difference"

# States that a sale order should have.
QUOTED, CONFIRMED, CANCELLED = "quoted", "confirmed", "cancelled"

CANCELLING = {"CANCELED", "EXPIRED"}
# The money is, or was, the shop's: such an order was bought.
BOUGHT = {"PAID", "PENDING_REFUND", "REFUND", "FAILED_REFUND", "REJECTED_REFUND"}
# The money is the shop's now.
HELD = BOUGHT - {"REFUND"}
SHIPPABLE = {"SHIPMENT_READY", "ON_DELIVERY", "SHIPPED_ALL"}

# A line: what it is for, key of the goods, text, quantity, price of a piece.
PlanLine = namedtuple("PlanLine", "kind key name quantity price")


def wanted_state(order_status, payment_status, method, shipment_status, cod_ready):
    """:param cod_ready: whether cash on delivery is confirmed before it is paid
    :return: QUOTED, CONFIRMED or CANCELLED"""
    if order_status in CANCELLING:
        return CANCELLED
    if payment_status in BOUGHT:
        return CONFIRMED
    shippable = shipment_status in SHIPPABLE or order_status == "COMPLETED"
    if method == "COD" and cod_ready and shippable:
        return CONFIRMED
    return QUOTED


def goods_key(item):
    """:param item: as ``myshop_order.normal_item``
    :return: text by which the same goods are recognised; another code is another"""
    numbers = [
        "" if item[name] is None else str(item[name])
        for name in ("product_id", "variant_id")
    ]
    key = "|".join([*numbers, item["sku"] or ""])
    if key == "||":
        key += "|".join([item["name"] or "", item["variant"] or ""])
    return key


def plan_lines(values):
    """The lines of a sale order whose sum is what the order costs there.

    :param values: as ``myshop_order.normal``
    :return: [PlanLine]; when the amounts of the order do not add up, the last one is
        the difference
    """
    lines = [
        PlanLine(
            GOODS,
            goods_key(item),
            _name(item),
            item["quantity"],
            item["unit_price"],
        )
        for item in values["items"]
    ]
    total = sum((line_amount(line) for line in lines), ZERO)
    extras = (SHIPPING, values["shipping"]), (DISCOUNT, values["discount"])
    for kind, amount in extras:
        if amount:
            price = -amount if kind == DISCOUNT else amount
            lines.append(PlanLine(kind, None, None, Decimal(1), price))
            total += price
    if values["total"] is not None and values["total"] != total:
        rest = values["total"] - total
        lines.append(PlanLine(DIFFERENCE, None, None, Decimal(1), rest))
    return lines


def line_amount(line):
    """:return: Decimal, what a line costs"""
    return (line.quantity * line.price).quantize(CENT, ROUND_HALF_UP)


def plan_hash(lines):
    """:return: text that is the same for the same lines"""
    text = json.dumps([[str(part) for part in line] for line in lines])
    return hashlib.sha256(text.encode()).hexdigest()


def split_amount(amount, weights):
    """Split an amount in proportion to weights, to the satang; the last takes the rest.

    :param dict weights: {key: Decimal}
    :return: {key: Decimal}
    """
    parts, left, whole = {}, amount, sum(weights.values())
    for key, weight in weights.items():
        share = left * weight / whole if whole else left
        parts[key] = share.quantize(CENT, ROUND_HALF_UP)
        left, whole = left - parts[key], whole - weight
    return parts


def _name(item):
    name = item["name"] or item["sku"] or ""
    return f"{name} ({item['variant']})" if item["variant"] else name
