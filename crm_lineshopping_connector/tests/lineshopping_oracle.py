"""What Odoo must say after reading a shop's orders, worked out from the orders alone.

Written from the rules, not from the code: the code is held against it.
"""

import math
from collections import Counter
from fractions import Fraction

SPELLINGS = {"CANCELLED": "CANCELED", "CONFIRMED": "FINALIZED", "REFUNDED": "REFUND"}
ALIVE = ("FINALIZED", "COMPLETED")
KEPT = ("PAID", "FAILED_REFUND", "REJECTED_REFUND")


def word(payload, name):
    """:return: a status in its usual spelling"""
    found = payload.get(name)
    return SPELLINGS.get(found, found)


def gives_points(payload):
    """:return: whether the shop has the money for an order, for good"""
    return word(payload, "orderStatus") in ALIVE and (
        word(payload, "paymentStatus") in KEPT
    )


def points_of(payload, step):
    """:param step: so much money is a point
    :return: points for the goods less the discount on the order"""
    if not gives_points(payload):
        return 0
    money = Fraction(str(payload["subtotalPrice"]))
    money -= Fraction(str(payload["discountAmount"] or 0))
    return math.floor(money / step)


def buyer_of(payload, members):
    """:param members: {phone in international form: list of members}
    :return: the member who bought it by phone, or None"""
    address = payload.get("shippingAddress") or {}
    if payload.get("isGift"):
        return None
    found = members.get(plain_phone(address.get("phoneNumber") or ""), [])
    return found[0] if len(found) == 1 else None


def plain_phone(text):
    """:return: a Thai number, however it is written, in international form"""
    digits = "".join(str(int(sign)) for sign in text if sign.isdigit())
    return "+66" + digits.removeprefix("66").removeprefix("0") if digits else ""


def balances(truth, members, step):
    """:param dict truth: {order number: its payload}
    :return: {member: points}"""
    points = Counter()
    for payload in truth.values():
        member = buyer_of(payload, members)
        if member is not None:
            points[member] += points_of(payload, step)
    return points
