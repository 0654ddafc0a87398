"""What is known while sale orders are being confirmed."""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from odoo.tools import SQL

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
    customer = order._get_points_customer()
    for other in confirmed_before(order):
        if other.id in running.unposted and other._get_points_customer() == customer:
            for program in programs:
                outcome = running.outcomes.get((other.id, program.id))
                points[program.id] += outcome.points if outcome else 0
    return points


def running_confirmation():
    """:return: the :class:`Confirmation` under way, or None"""
    return _confirming.get()
