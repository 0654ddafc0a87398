"""One posting per change of a confirmed order, whatever native code does inside."""

from contextlib import contextmanager
from contextvars import ContextVar

from .order_ledger import OrderLedger
from .points_guard import allow_points_write

_running = ContextVar("crm_loyalty_points_settlement", default=None)


class Settlement:
    """Collects the orders that native code is about to change.

    Orders confirmed before the ledger existed have no entries to compare with; for
    them it remembers what they gave and took before the change.
    """

    def __init__(self):
        self.orders = None
        self.before = {}

    def watch(self, orders):
        """Settle these orders at the end; call it before they change."""
        for order in orders:
            if order.state == "sale" and not order.points_ledgered:
                if order.id not in self.before:
                    self.before[order.id] = OrderLedger(order).due(order)
        self.orders = orders if self.orders is None else self.orders | orders

    def settle(self):
        if self.orders is not None:
            self.orders._settle_points(self.before)


@contextmanager
def points_settlement():
    """Give a :class:`Settlement` to put orders into, before native code changes them.

    Writes to the points of members' cards are left out meanwhile; at the end of the
    outermost block the confirmed ones of the watched orders post the difference. Other
    cards take Odoo's own writes.
    """
    running = _running.get()
    if running is not None:
        yield running
        return
    settlement = Settlement()
    token = _running.set(settlement)
    try:
        with allow_points_write():
            yield settlement
    finally:
        _running.reset(token)
    settlement.settle()


def points_muted():
    """:return: True where the points of members' cards are settled afterwards."""
    return _running.get() is not None


_editing = ContextVar("crm_loyalty_points_editing", default=None)


@contextmanager
def order_edits(orders):
    """Let the points of confirmed orders follow what the block does to their lines.

    Nested blocks are one change: the outermost posts at its end. Unlike
    :func:`points_settlement` this permits nothing, so that it may enclose whatever a
    client asks for. Within a settlement the settlement posts.
    """
    running = _editing.get()
    orders = orders.filtered(lambda order: order.state == "sale")
    if not orders or points_muted():
        yield
        return
    if running is not None:
        running.watch(orders)
        yield
        return
    edits = Settlement()
    edits.watch(orders)
    token = _editing.set(edits)
    try:
        yield
    finally:
        _editing.reset(token)
    edits.orders._follow_edits(edits.before)
