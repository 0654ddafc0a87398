"""Who may change `loyalty.card.points`.

The permission lives in a Python ContextVar: Odoo's own context travels with each
remote call and can be forged by the client, a ContextVar cannot.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_posting = ContextVar("crm_loyalty_points_posting", default=None)


@contextmanager
def allow_points_write(**posting):
    """Let native code write `points` of loyalty cards inside the block.

    :param posting: how the ledger names the difference on a ledgered card: any of
        `kind` (default "unattributed"), `reason`, `key` (used for one card only),
        `source_model`, `source_id`, `source_name`, `expiry`, `policy`, and `note`
        (free text, kept apart from the entry so that it can be deleted)
    """
    token = _posting.set(posting)
    try:
        yield
    finally:
        _posting.reset(token)


def points_write_allowed():
    """:return: True inside a block of `allow_points_write`."""
    return _posting.get() is not None


def points_posting():
    """:return: dict, a copy of what the innermost `allow_points_write` was given."""
    return dict(_posting.get() or {})
