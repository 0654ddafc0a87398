from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.loyalty_card import LoyaltyCard
from ..models.loyalty_point_pending import LoyaltyPointPending
from ..tools import ledger_lapse, ledger_redate, ledger_sql, pending_sql
from ..tools.ledger_movement import Movement
from ..tools.ledger_plan import CardPlan, LedgerPlan, Position
from ..tools.ledger_writer import LedgerWriter
from .ledger_machine import START
from .test_ledger_model import FULL, ModelCase

ORIGINS, DRAWS = ledger_sql.origins, ledger_sql.origin_draws
LOOKUP, MOVE_CARDS = ledger_sql.lookup, ledger_sql.move_cards
POST, SPEND, LAPSE = CardPlan.post, CardPlan._spend, CardPlan._lapse
DRAW = LedgerPlan.draw
EXTEND = ledger_redate.extend
LAPSE_MANY = ledger_lapse.lapse
HOLD = LoyaltyPointPending._hold
VOID, TAKE = pending_sql.void, pending_sql.take


def lapse_and_keep(self, award):
    left = award.remaining
    LAPSE(self, award)
    award.remaining = left


def post_without_expiry(self, kind, cents, payload, expiry=None, may_owe=False):
    expiry = None if kind == "transfer" else expiry
    return POST(self, kind, cents, payload, expiry, may_owe)


def lapse_and_forget_the_card(env, card_ids, operator):
    """The entries are written, the balance keeps what has lapsed."""
    rows = LAPSE_MANY(env, card_ids, operator)
    back = [(id_, round((old - new) * 100), 0) for id_, old, new in rows]
    ledger_sql.move_cards(env, back)
    return rows


def hold_and_give(self, vals_list):
    """The points are there at once, as if nothing had to be waited for."""
    held = HOLD(self, vals_list)
    for row in held:
        row.card_id.sudo().points += row.points
    return held


def take_void_ones(env, ids):
    env.cr.execute(
        "UPDATE loyalty_point_pending SET state = 'pending'"
        " WHERE id = ANY(%s) AND state = 'void' AND points > 0",
        [list(ids)],
    )
    return TAKE(env, ids)


def order_of_posting(self):
    return (self.ref,)


# Which invariant each variant breaks, and how: (object, attribute, broken version).
# The first ones run by default, all of them in the full run.
MUTANTS = {
    "3 another body under a known key": (Movement, "_body_hash", lambda self: "same"),
    "5 overspending": (
        *(CardPlan, "_spend"),
        lambda self, kind, cents, payload, awards, may_owe: SPEND(
            self, kind, cents, payload, awards, True
        ),
    ),
    "8 order of draws": (Position, "order", property(order_of_posting)),
    "1 balance without corrections": (
        *(LedgerWriter, "_correct"),
        lambda self, cards, states: None,
    ),
    "1 balance of spends": (
        *(ledger_sql, "move_cards"),
        lambda env, rows: MOVE_CARDS(
            env, [(id_, max(cents, 0), count) for id_, cents, count in rows]
        ),
    ),
    "3 known keys forgotten": (
        *(ledger_sql, "lookup"),
        lambda env, keys, card_ids: ({}, LOOKUP(env, keys, card_ids)[1]),
    ),
    "7 draws that do not add up": (
        *(LedgerPlan, "draw"),
        lambda self, spend, award, cents, card: DRAW(
            self, spend, award, cents - 1 if cents > 1 else cents, card
        ),
    ),
    "7 debts never paid": (CardPlan, "_settle", lambda self: None),
    "8 spending lapsed points": (CardPlan, "lapse_due", lambda self: None),
    "9 lapsing again": (CardPlan, "_lapse", lapse_and_keep),
    "9 lapsing a day early": (
        *(CardPlan, "_due"),
        lambda self, award: award.expiry is not None and award.expiry <= self.today,
    ),
    "10 giving back to another award": (
        *(ledger_sql, "origin_draws"),
        lambda env, ids: DRAWS(env, ids)[::-1],
    ),
    "11 refunds beyond the whole": (
        *(ledger_sql, "origins"),
        lambda env, ids: [(*row[:4], 0, row[5]) for row in ORIGINS(env, ids)],
    ),
    "10 taking lapsed points again": (
        *(ledger_sql, "origins"),
        lambda env, ids: [(*row[:5], 0) for row in ORIGINS(env, ids)],
    ),
    "9 a job that lapses a day early": (
        *(ledger_lapse, "_DUE"),
        SQL(
            """a.remaining > 0 AND a.expiry <= today.day
               AND today.company_id = coalesce(a.company_id, 0)"""
        ),
    ),
    "9 a job that forgets the balance": (
        *(ledger_lapse, "lapse"),
        lapse_and_forget_the_card,
    ),
    "8 activity that extends nothing": (
        *(ledger_redate, "extend"),
        lambda env, rows, operator: None,
    ),
    "8 activity that revives lapsed points": (
        *(ledger_redate, "extend"),
        lambda env, rows, operator: EXTEND(
            env, [(*row[:4], START, row[5]) for row in rows], operator
        ),
    ),
    "12 pending points in the balance": (
        *(LoyaltyPointPending, "_hold"),
        hold_and_give,
    ),
    "12 void points released": (pending_sql, "take", take_void_ones),
    "12 points that stay pending when void": (
        *(pending_sql, "void"),
        lambda env, ids, reason: list(ids),
    ),
    "15 transfers that lose the expiry": (CardPlan, "post", post_without_expiry),
    "15 merges that lose points": (
        *(LoyaltyCard, "_move_points_to"),
        lambda self, survivor_id, reason="merge": None,
    ),
    "15 late orders on merged cards": (
        *(ledger_sql, "lookup"),
        lambda env, keys, card_ids: (LOOKUP(env, keys, card_ids)[0], {}),
    ),
}


@tagged("post_install", "-at_install")
class TestLedgerMutants(ModelCase):
    """What no error can fail proves nothing: each broken ledger must be found."""

    def _assert_killed(self, name, broken):
        with self.subTest(mutant=name), self.assertRaises(Exception) as caught:
            with broken:
                # Ends with the first sequence that finds it: mostly an early one, for
                # the rarest mutant one of a hundred.
                self._run(3000 if FULL else 20, 40)
        # Hypothesis says in a note which sequence it was: no accident of the test.
        notes = "".join(getattr(caught.exception, "__notes__", ()))
        self.assertIn("state = Machine()", notes, name)

    def test_mutants(self):
        for name, change in list(MUTANTS.items())[: None if FULL else 3]:
            self._assert_killed(name, patch.object(*change))

    def test_history_unprotected(self):
        self._assert_killed("2 append-only", self._without_triggers())

    @contextmanager
    def _without_triggers(self):
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        try:
            yield
        finally:
            self.env["loyalty.point.entry"].init()
