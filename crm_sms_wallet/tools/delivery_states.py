"""The states of a delivery and the only ways between them: forward.

Reports come late, twice and in any order. Whoever wants to set a state lets
``moves_to`` decide in the UPDATE itself, so that nothing ever goes back.
"""

from odoo.tools import SQL

RANK = {
    "draft": 0,
    "queued": 1,
    "sending": 2,
    "unknown": 3,
    "accepted": 4,
    "failed": 5,
    "delivered": 6,
}
# Ends that are no ranks: where they can be reached from.
ENDS = {"cancelled": ("draft", "queued"), "refused": ("sending", "unknown")}
# What the gateway has taken and charges for.
TAKEN = ("accepted", "failed", "delivered")


def sql_moves_to(current, wanted):
    """:param SQL current: the state that a row has
    :param SQL wanted: the state it is to get
    :return: SQL condition that is true when it may"""
    return SQL(
        """(CASE WHEN %(wanted)s = 'cancelled' THEN %(current)s IN ('draft', 'queued')
                 WHEN %(wanted)s = 'refused' THEN %(current)s IN ('sending', 'unknown')
                 ELSE %(rank_now)s < %(rank_then)s END)""",
        wanted=wanted,
        current=current,
        rank_now=sql_rank(current),
        rank_then=sql_rank(wanted),
    )


def sql_rank(state):
    """:return: SQL of the rank of a state; NULL for those that end the way"""
    cases = SQL(" ").join(
        SQL("WHEN %s THEN %s", name, rank) for name, rank in RANK.items()
    )
    return SQL("(CASE %s %s END)", state, cases)


def moves_to(current, wanted):
    """The same rule in Python.

    :return: whether a delivery in state ``current`` may become ``wanted``
    """
    if wanted in ENDS:
        return current in ENDS[wanted]
    return current in RANK and RANK[current] < RANK[wanted]
