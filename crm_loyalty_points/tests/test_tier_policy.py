import os
import random
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import tier_policy
from ..tools.tier_policy import DAY, Earned, TierPolicy, add_months, rank_on
from .tier_reference import reckon

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
BEGIN = date(2023, 11, 15)
STARTS = (100, 300, 700)
POINTS = (40, 60, 100, 140, 200, 300, 450)

days = st.integers(0, 500).map(lambda number: BEGIN + timedelta(days=number))
rows = st.lists(
    st.tuples(
        days,
        st.sampled_from(POINTS).map(Decimal),
        st.lists(st.tuples(st.integers(0, 60), st.sampled_from((0.5, 1))), max_size=1),
    ),
    max_size=14,
)


def _taken(row):
    """:return: the row with what was taken back as (day, negative amount)"""
    day, points, back = row
    parts = [
        (day + DAY * later, -points * Decimal(str(share))) for later, share in back
    ]
    return day, points, parts


def _entries(drawn):
    return [
        Earned(day, points, tuple((back, -part) for back, part in taken))
        for day, points, taken in drawn
    ]


FIRST_DAY, FIGURE = TierPolicy.first_day, tier_policy.figure


def window_by_the_last_day(self, day):
    """N months before the day, as if months had the same length."""
    return add_months(day, -self.window) + DAY if self.window else date.min


def taken_back_at_once(entries, day, policy):
    return FIGURE([replace_back(entry) for entry in entries], day, policy)


def replace_back(entry):
    return Earned(entry.day, entry.amount, tuple((date.min, p) for _d, p in entry.back))


# How a plausible mistake would look: (object, attribute, broken version).
MUTANTS = {
    "a tier begins above its threshold": (
        *(TierPolicy, "rank"),
        lambda self, figure: sum(figure > start for start in self.thresholds),
    ),
    "the window has a day too much": (
        *(TierPolicy, "first_day"),
        lambda self, day: FIRST_DAY(self, day) - DAY if self.window else date.min,
    ),
    "windows by the last day": (TierPolicy, "first_day", window_by_the_last_day),
    "no grace": (TierPolicy, "month_ends", lambda self, month: [month - DAY]),
    "many steps at once": (
        *(TierPolicy, "after_month_end"),
        lambda self, rank, best: min(rank, best),
    ),
    "no fall": (TierPolicy, "after_month_end", lambda self, rank, best: rank),
    "taken back from the beginning": (tier_policy, "figure", taken_back_at_once),
}


@tagged("post_install", "-at_install")
class TestTierPolicy(BaseCase):
    """Invariant 14: a tier is a function of entries, date and policy. The function that
    simulators and jobs share agrees with a plain reckoning, and the reckoning notices
    each mistake that one could make."""

    @settings(max_examples=400 if FULL else 40, deadline=None)
    @given(
        drawn=rows,
        day=days,
        window=st.sampled_from((0, 1, 2, 3, 12)),
        grace=st.integers(0, 2),
        one_step=st.booleans(),
    )
    def test_function(self, drawn, day, window, grace, one_step):
        drawn = [_taken(row) for row in drawn]
        policy = self._policy(window, grace, one_step)
        self.assertEqual(
            rank_on(_entries(drawn), day, policy),
            reckon(drawn, BEGIN, day, STARTS, window, grace, one_step),
        )

    def test_mistakes_are_noticed(self):
        for name, (owner, attribute, broken) in MUTANTS.items():
            with self.subTest(name), patch.object(owner, attribute, broken):
                self.assertTrue(
                    any(self._differs(number) for number in range(400)), name
                )

    def _policy(self, window, grace, one_step):
        thresholds = tuple(map(Decimal, STARTS))
        return TierPolicy((1, 2, 3), thresholds, window, grace, one_step)

    def _differs(self, number):
        """:return: whether a random history shows the mistake"""
        rng = random.Random(number)
        drawn = [
            _taken(
                (
                    BEGIN + DAY * rng.randrange(200),
                    Decimal(rng.choice(POINTS)),
                    [(rng.randrange(60), rng.choice((0.5, 1)))] * rng.randrange(2),
                )
            )
            for _row in range(10)
        ]
        day = BEGIN + DAY * rng.randrange(250)
        terms = rng.choice((1, 2, 3)), rng.randrange(2), rng.random() < 0.5
        found = rank_on(_entries(drawn), day, self._policy(*terms))
        return found != reckon(drawn, BEGIN, day, STARTS, *terms)
