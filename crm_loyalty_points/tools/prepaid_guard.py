"""Who may change the native records behind a prepaid card type.

The permission lives in a Python ContextVar, which a client's call cannot forge.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_building = ContextVar("crm_loyalty_points_prepaid_building", default=False)


@contextmanager
def building_prepaid():
    """Let the prepaid card type write its programme, rule, reward and product."""
    token = _building.set(True)
    try:
        yield
    finally:
        _building.reset(token)


def prepaid_is_built():
    """:return: True inside a block of `building_prepaid`."""
    return _building.get()
