"""What an order on LINE SHOPPING is, and what may happen to it. Money is in satang."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Person:
    """Somebody who buys; `phone` is in international form."""

    name: str
    phone: str
    email: str
    user_id: str


@dataclass
class Order:
    number: str
    buyer: int
    checkout: datetime
    updated: datetime
    items: list
    method: str
    gift: bool
    recipient: int
    place: int
    discount: int
    shipping: int
    status: str = "FINALIZED"
    payment: str = "NO_PAYMENT"
    shipment: str = "NO_SHIPMENT"
    paid: datetime = None
    tracking: str = ""
    house: int = 1
    moves: list = field(default_factory=list)

    @property
    def subtotal(self):
        rows = self.items
        return sum(row["quantity"] * (row["reduced"] or row["price"]) for row in rows)

    @property
    def unpaid(self):
        return self.payment in ("NO_PAYMENT", "PENDING")

    @property
    def open(self):
        return self.status == "FINALIZED"

    @property
    def cod(self):
        return self.method == "COD"


def _pay(order, at):
    order.payment, order.paid = "PAID", at
    if order.cod:
        order.status, order.shipment = "COMPLETED", "SHIPPED_ALL"
    else:
        order.shipment = "SHIPMENT_READY"


def _ready(order, _at):
    order.shipment = "SHIPMENT_READY"


def _ship(order, _at):
    order.shipment = "ON_DELIVERY"
    order.tracking = f"TH{order.number}"


def _complete(order, _at):
    order.status, order.shipment = "COMPLETED", "SHIPPED_ALL"


def _cancel(order, _at):
    order.status, order.shipment = "CANCELED", "NO_SHIPMENT"
    if not order.unpaid:
        order.payment = "PENDING_REFUND"


def _set(name, value):
    return lambda order, _at: setattr(order, name, value)


def _move_house(order, _at):
    order.house += 1


def _asked_back(order):
    return order.payment == "PENDING_REFUND"


# what may happen to an order: name -> (how often, when, what, event of the webhook)
MOVES = {
    "pending": (
        2,
        lambda o: o.open and o.payment == "NO_PAYMENT" and not o.cod,
        _set("payment", "PENDING"),
        "ORDER.PENDING_PAYMENT",
    ),
    "pay": (
        8,
        lambda o: o.open and o.unpaid and (not o.cod or o.shipment == "ON_DELIVERY"),
        _pay,
        None,  # by method, see event_of
    ),
    "ready": (
        6,
        lambda o: o.open and o.cod and o.unpaid and o.shipment == "NO_SHIPMENT",
        _ready,
        "ORDER.READY_TO_SHIP",
    ),
    "ship": (6, lambda o: o.open and o.shipment == "SHIPMENT_READY", _ship, None),
    "complete": (
        5,
        lambda o: o.open and o.payment == "PAID" and o.shipment == "ON_DELIVERY",
        _complete,
        "ORDER.COMPLETED",
    ),
    "expire": (
        1,
        lambda o: o.open and o.unpaid and o.shipment == "NO_SHIPMENT",
        _set("status", "EXPIRED"),
        None,
    ),
    "cancel": (
        1,
        lambda o: o.open and o.payment in ("NO_PAYMENT", "PENDING", "PAID"),
        _cancel,
        "ORDER.CANCELED",
    ),
    "ask_refund": (
        1,
        lambda o: o.status == "COMPLETED" and o.payment == "PAID",
        _set("payment", "PENDING_REFUND"),
        None,
    ),
    "refund": (4, _asked_back, _set("payment", "REFUND"), None),
    "fail_refund": (1, _asked_back, _set("payment", "FAILED_REFUND"), None),
    "reject_refund": (1, _asked_back, _set("payment", "REJECTED_REFUND"), None),
    "fail_payment": (
        0.3,
        lambda o: o.open and o.payment == "PAID",
        _set("payment", "FAILED_AFTER_PAID"),
        None,
    ),
    "address": (
        1,
        lambda o: o.open and o.shipment in ("NO_SHIPMENT", "SHIPMENT_READY"),
        _move_house,
        "ORDER_DETAIL.SHIPPING_ADDRESS_UPDATED",
    ),
}


def event_of(order, move):
    """:return: name of the webhook's event, None where LINE tells nothing"""
    if move == "pay":
        return "ORDER.COMPLETED" if order.cod else "ORDER.READY_TO_SHIP"
    if move == "new":
        return "ORDER.PENDING_PAYMENT"
    return MOVES[move][3]
