"""Whether the orders being written are imported history.

History keeps its dates, tells nobody and greets nobody. The mark is a ContextVar:
Odoo's own context travels with each remote call and can be forged by the client, who
could then choose the day, and so the rules, by which an order earns.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_importing = ContextVar("crm_segments_importing_orders", default=None)


@contextmanager
def importing_orders(points=True):
    """Treat orders created or confirmed inside the block as history.

    :param points: whether they earn points, if a module gives any
    """
    token = _importing.set({"points": bool(points)})
    try:
        yield
    finally:
        _importing.reset(token)


def orders_imported():
    """:return: True inside a block of `importing_orders`"""
    return _importing.get() is not None


def imported_orders_earn():
    """:return: whether the imported orders earn points"""
    return bool((_importing.get() or {}).get("points"))
