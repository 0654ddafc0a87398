"""What customers had earned when they placed an order of the past, in a replay."""

from collections import defaultdict
from decimal import Decimal

from odoo.tools import SQL

from . import basket as engine
from .condition import CustomerFacts
from .customer_facts import read_segments
from .tier_policy import Earned, rank_on

ZERO = Decimal(0)


class Side:
    """One of the two programmes of a replay, and what it gave so far.

    :ivar earned: {customer id: list of :class:`tier_policy.Earned`}, points
    :ivar counted: the same, of what its tiers count
    """

    def __init__(self, program):
        self.program = program
        self.needs = program._get_earning_needs()
        self.policy = program._make_tier_policy(program.tier_ids)
        self.basis = program.tier_basis
        self.earned = defaultdict(list)
        self.counted = defaultdict(list)

    def note(self, partner_id, day, points, amount):
        """Remember what an order gave."""
        if points:
            self.earned[partner_id].append(Earned(day, points))
        figures = {"points": points, "spend": amount, "orders": Decimal(1)}
        figure = figures.get(self.basis, ZERO)
        if figure:
            self.counted[partner_id].append(Earned(day, figure))

    def tier(self, partner_id, day):
        """:return: id of the tier on a day, by the orders noted, or None"""
        if not self.policy.keys:
            return None
        rank = rank_on(self.counted[partner_id], day, self.policy)
        return self.policy.keys[rank - 1] if rank else None

    def points(self, partner_id, day=None):
        """:return: Decimal, points noted, of one day or all"""
        return sum(
            (
                each.amount
                for each in self.earned[partner_id]
                if day is None or each.day == day
            ),
            ZERO,
        )


def load(env, replay_id, sides, partner_ids):
    """Read what the counted orders of some customers gave, in their order.

    :param sides: {"current" | "draft": Side}
    """
    rows = env.execute_query(
        SQL(
            """SELECT partner_id, day, amount, points_current, points_draft
                 FROM loyalty_replay_order
                WHERE replay_id = %s AND done = 1 AND partner_id = ANY(%s)
             ORDER BY number""",
            replay_id,
            list(partner_ids),
        )
    )
    for partner_id, day, amount, *points in rows:
        for side, given in zip(("current", "draft"), points, strict=True):
            sides[side].note(
                partner_id, day, engine.number(given, 2), engine.number(amount, 2)
            )


def facts(side, partner, day, is_first):
    """:param partner: res.partner, who ordered
    :return: CustomerFacts on that day, of what the programme asks; tags, segments
        and birthday are those of today"""
    person = partner | partner.commercial_partner_id
    birthdates = [each.birthdate for each in person if each.birthdate]
    tier = side.tier(partner.id, day)
    key = side.program.id
    return CustomerFacts(
        tiers=frozenset({tier} if tier else ()),
        tags=frozenset(person.category_id.ids),
        segments=frozenset(read_segments(person) if "segments" in side.needs else ()),
        birth_month=birthdates[0].month if birthdates else None,
        first_order=is_first,
        earned={key: side.points(partner.id)},
        earned_today={key: side.points(partner.id, day)},
    )
