"""The rules that Odoo's own count leaves out, and the refusals met on the way."""

from contextlib import contextmanager
from contextvars import ContextVar

_refused = ContextVar("crm_loyalty_points_refused_rules", default=frozenset())
_noted = ContextVar("crm_loyalty_points_noted_refusals", default=None)


@contextmanager
def refusing(rule_ids):
    """Count without these rules inside the block."""
    token = _refused.set(frozenset(rule_ids))
    try:
        yield
    finally:
        _refused.reset(token)


def refused_rules():
    """:return: frozenset of ids of loyalty.rule"""
    return _refused.get()


@contextmanager
def noting_refusals():
    """:return: list that collects the texts of :func:`note_refusal` inside the block"""
    notes = []
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def note_refusal(text):
    """Remember why a reward cannot be claimed, when somebody wants to know."""
    notes = _noted.get()
    if notes is not None:
        notes.append(text)
