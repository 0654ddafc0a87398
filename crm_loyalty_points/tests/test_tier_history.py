import os
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..tools import tier_policy
from .common import LedgerCase
from .tier_reference import reckon

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
MEMBERS = 300 if FULL else 20
BEGIN, END = date(2023, 2, 20), date(2025, 3, 3)
DAY = timedelta(days=1)
STARTS = {"Silver": 100, "Gold": 300, "Platinum": 700}
LADDER = [None, *STARTS]
# Days on which time zones, leap years and lengths of months matter.
EDGES = [
    date(2023, 2, 28),
    date(2023, 3, 31),
    date(2024, 1, 31),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 4, 30),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 28),
    date(2025, 3, 1),
]


@tagged("post_install", "-at_install")
class TestTierHistory(LedgerCase):
    """Members plan their purchases by their tier: a day too early or too late loses
    them. Two years of random bookings in Bangkok, posted at moments that are another
    day in UTC, are played with the month-end job; after every booking and every month
    each member's tier is what a plain reckoning over the ledger's rows says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.customer_tz = "Asia/Bangkok"

    def _start(self, scale=1, **policy):
        """Make members and tiers; time stands at the beginning.

        :param scale: how many times more a booking brings
        """
        self.scale = scale
        self.program.write(policy)
        self.program.company_id = self.env.company
        self.program.tier_ids = [
            Command.create({"name": name, "threshold": start})
            for name, start in STARTS.items()
        ]
        partners = self.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(MEMBERS)]
        )
        self.cards = self.Card.create(
            [
                {"partner_id": partner.id, "program_id": self.program.id}
                for partner in partners
            ]
        )
        self.random = random.Random(repr(policy))
        frozen = freeze_time("2023-02-19 00:00:00")
        self.clock = frozen.start()
        self.addCleanup(frozen.stop)
        self.program._run_tiers(BEGIN)

    def _go_to(self, day):
        """Set the clock to a moment of a day in Bangkok, often still yesterday in
        UTC."""
        hour = self.random.choice((0, 3, 6, 12, 23))
        local = datetime(day.year, day.month, day.day, hour, 59)
        self.clock.move_to(local - timedelta(hours=7))

    def _post_day(self):
        """Post a random booking for some members."""
        chosen = self.random.sample(self.cards, k=self.random.randint(1, MEMBERS // 4))
        vals_list = []
        for card in chosen:
            kind = self.random.choices(
                ("earn", "bonus", "welcome", "adjust", "redeem", "reversal", "move"),
                (12, 2, 1, 1, 4, 3, 1),
            )[0]
            vals_list += self._book(card, kind)
        if vals_list:
            self.Entry._post(vals_list)

    def _book(self, card, kind):
        points = self.scale * self.random.choice((5, 20, 40, 60.5, 90, 130, 260.25))
        if kind in ("earn", "bonus", "welcome", "adjust"):
            return [self._vals(points, kind, card)]
        usable = card.points
        if kind == "redeem" and usable > 1:
            return [self._vals(-round(usable * self.random.random(), 2), kind, card)]
        if kind == "move" and usable > 1:
            other = self.random.choice(self.cards - card)
            values = {"kind": "transfer", "to_card_id": other.id}
            return [self._vals(-round(usable / 2, 2), card=card, **values)]
        if kind == "reversal":
            awards = self.Entry.search(
                [("card_id", "=", card.id), ("kind", "=", "earn")]
            )
            open_awards = [award for award in awards if self._left(award) > 0]
            if open_awards:
                award = self.random.choice(open_awards)
                part = round(self._left(award) * self.random.choice((0.5, 1)), 2)
                values = {"reversed_entry_id": award.id}
                return [self._vals(-part, "reversal", card, **values)]
        return []

    def _left(self, award):
        back = self.Entry.search([("reversed_entry_id", "=", award.id)])
        return round(award.points + sum(back.mapped("points")), 2)

    # -- the reckoning, from the rows alone ----------------------------------------

    def _read_rows(self):
        """:return: {card id: [(day, amount, [(day, taken back)])]} of what counts"""
        self.env.cr.execute(
            "SELECT id, card_id, date, kind, points::text, reversed_entry_id"
            " FROM loyalty_point_entry WHERE card_id = ANY(%s) ORDER BY id",
            [self.cards.ids],
        )
        rows = self.env.cr.fetchall()
        taken = defaultdict(list)
        for _id, _card, day, _kind, points, reversed_id in rows:
            taken[reversed_id].append((day, Decimal(points)))
        found = defaultdict(list)
        for id_, card_id, day, kind, points, _reversed in rows:
            if kind in ("earn", "bonus", "welcome"):
                found[card_id].append((day, Decimal(points), taken[id_]))
        return found

    def _reckon(self, rows, today):
        program = self.program
        return reckon(
            rows,
            BEGIN,
            today,
            list(STARTS.values()),
            program.tier_window_months,
            program.tier_grace_months,
            program.tier_one_step,
        )

    def _check(self, today, cards=None):
        rows = self._read_rows()
        policy = self.program._get_tier_policy()[1]
        for card in cards or self.cards:
            expected = self._reckon(rows[card.id], today)
            shown = card.tier_id.name or None
            self.assertEqual(shown, LADDER[expected], (card.id, today))
            entries = [
                tier_policy.Earned(
                    day, points, tuple((back, -part) for back, part in taken)
                )
                for day, points, taken in rows[card.id]
            ]
            self.assertEqual(tier_policy.rank_on(entries, today, policy), expected)

    def _days(self, number):
        span = (END - BEGIN).days
        days = {BEGIN + DAY * self.random.randrange(1, span) for _ in range(number)}
        return sorted(days | set(EDGES))

    def _play(self, number, job_due):
        """Play the two years.

        :param job_due: function(day) telling whether the nightly job runs that day
        """
        events = set(self._days(number))
        moved = set()
        day = BEGIN + DAY
        while day <= END:
            self._go_to(day)
            ran = job_due(day)
            if ran:
                self.program._run_tiers(day)
            if day in events:
                self._post_day()
            if (day in events or day.day == 1) and self.program.tier_month_done == (
                day.replace(day=1)
            ):
                sample = None
                if day.day != 1:
                    sample = self.random.sample(self.cards, k=MEMBERS // 5)
                self._check(day, sample and self.Card.union(*sample))
            moved |= {card.tier_id.name for card in self.cards}
            day += DAY
        self._check(END)
        self.assertEqual(moved, {False, *STARTS}, "every tier was had by somebody")
        reasons = self.env["loyalty.tier.history"].search(
            [("card_id", "in", self.cards.ids)]
        )
        self.assertEqual(set(reasons.mapped("reason")), {"rise", "month_end"})

    def test_year(self):
        self._start(tier_window_months=12)
        self._play(130, lambda day: day.day == 1)

    def test_quarter_one_step_with_grace(self):
        self._start(2, tier_window_months=3, tier_grace_months=1, tier_one_step=True)
        self._play(90, lambda day: day.day == 1)

    def test_job_that_comes_late(self):
        """Crons rest when a server is down: late, or months later, nobody has another
        tier than if the job had come on its day."""
        self._start(3, tier_window_months=2, tier_one_step=True)
        late = {(year, month) for year in (2023, 2024) for month in (4, 5, 9)}
        self._play(
            90,
            lambda day: (
                day.day == 6 or (day.day == 1 and (day.year, day.month) not in late)
            ),
        )
