"""What sale orders have, and should have, in the points ledger."""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from odoo.tools import SQL

from . import basket as engine
from .document_ledger import RETURNED, ZERO, DocumentLedger

__all__ = [
    "RETURNED",
    "OrderLedger",
    "confirmed_before",
    "confirming",
    "counted_before",
    "remember_count",
]

_confirming = ContextVar("crm_loyalty_points_confirming", default=None)


class Confirmation:
    """What is known while orders are being confirmed.

    :ivar outcomes: {(order id, programme id): the engine's last Outcome}, so that the
        entry can tell why without counting again
    :ivar unposted: ids of the orders whose points have not been posted yet
    :ivar fresh: ids of the orders without entries, found by one query for all. The
        flag of the order does not tell: one of before the ledger may have some.
    """

    def __init__(self, orders):
        self.orders = orders
        self.outcomes = {}
        self.unposted = set(orders.ids)
        rows = orders.env.execute_query(
            SQL(
                """SELECT source_id FROM loyalty_point_entry
                    WHERE source_model = 'sale.order' AND source_id = ANY(%s)
                    UNION
                   SELECT source_id FROM loyalty_point_pending
                    WHERE source_model = 'sale.order' AND source_id = ANY(%s)""",
                orders.ids,
                orders.ids,
            )
        )
        self.fresh = set(orders.ids) - {id_ for (id_,) in rows}


@contextmanager
def confirming(orders):
    """Remember things while orders are being confirmed, see :class:`Confirmation`."""
    running = _confirming.get()
    token = _confirming.set(running or Confirmation(orders))
    try:
        yield
    finally:
        _confirming.reset(token)


def remember_count(order, program, outcome):
    """Note an outcome of the engine, when somebody wants to know."""
    running = _confirming.get()
    if running and order.id:
        running.outcomes[order.id, program.id] = outcome


def confirmed_before(order):
    """:return: the orders that the same call confirms before this one"""
    running = _confirming.get()
    if not running or order.id not in running.orders.ids:
        return order.browse()
    return running.orders[: running.orders.ids.index(order.id)].with_env(order.env)


def counted_before(order, programs):
    """What the customer's orders that the same call confirms before this one will
    earn: it is not in the ledger yet, but fills the limits of a member.

    :return: {programme id: points}
    """
    running, points = _confirming.get(), defaultdict(Decimal)
    for other in confirmed_before(order):
        if other.id in running.unposted and other.partner_id == order.partner_id:
            for program in programs:
                outcome = running.outcomes.get((other.id, program.id))
                points[program.id] += outcome.points if outcome else 0
    return points


class OrderLedger(DocumentLedger):
    """Sale orders. Whether one was confirmed before the ledger existed is told by
    ``points_ledgered``."""

    source_model = "sale.order"
    key_prefix = "sale"

    @staticmethod
    def wanted(order):
        """:return: {(card id, kind): signed points} by the order's own rows"""
        wanted = defaultdict(Decimal)
        for row in order.coupon_point_ids:
            if row.coupon_id.is_member_card:
                points = engine.number(row.points, engine.POINT_DIGITS)
                wanted[row.coupon_id.id, "earn"] += max(points, ZERO)
        for line in order.order_line:
            if line.reward_id and line.coupon_id.is_member_card:
                cost = engine.number(line.points_cost, engine.POINT_DIGITS)
                wanted[line.coupon_id.id, "redeem"] -= cost
        return wanted

    def settle(self):
        super().settle()
        running = _confirming.get()
        if running:
            running.unposted.difference_update(self.documents.ids)

    def is_ledgered(self, order):
        return order.points_ledgered

    def is_ready(self, order, event):
        return bool(order.sudo()._filter_points_ready(event))

    def returned_quantities(self, order):
        return {
            line.id: line.returned_qty for line in order.order_line if line.returned_qty
        }

    def unposted_ids(self):
        running = _confirming.get()
        if not running:
            return set()
        fresh = running.fresh & set(self.documents.ids)
        # From now on they may have some.
        running.fresh -= fresh
        return fresh

    def why_earned(self, order, card, points):
        """The engine's arithmetic. When another figure was earned (prepaid value, a
        confirmed order that was edited) the entry says which part this is."""
        program = card.program_id
        if not program._is_engine_program():
            return {"program": {"id": program.id, "name": program.name}}
        running = _confirming.get()
        outcome = running and running.outcomes.get((order.id, program.id))
        if outcome is None or outcome.points != points:
            outcome = order._count_points(program)[program]
        if outcome.points == points:
            return outcome.why
        return {**outcome.why, "posted": str(points)}

    def why_redeemed(self, order, card, points):
        lines = order.order_line.filtered(
            lambda line: line.reward_id and line.coupon_id == card
        )
        return {
            "program": {"id": card.program_id.id, "name": card.program_id.name},
            "rewards": [
                {
                    "reward": line.reward_id.id,
                    "name": line.name,
                    "points": str(engine.number(line.points_cost, 2)),
                }
                for line in lines
            ],
            "points": str(points),
        }
