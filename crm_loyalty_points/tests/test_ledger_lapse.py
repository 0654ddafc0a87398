from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from ..models.loyalty_point_award_lapse import LoyaltyPointAward
from ..tools import ledger_lapse
from .common import LedgerCase
from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestLedgerLapse(LedgerCase):
    """Points lapse once, at the shop's midnight, however often the job runs."""

    def setUp(self):
        super().setUp()
        self.clock = self.startClock()
        self.last_day = date(2026, 3, 10)

    def startClock(self):
        freezer = freeze_time("2026-03-01 05:00:00")
        self.addCleanup(freezer.stop)
        return freezer.start()

    def _move_to(self, moment):
        self.clock.move_to(moment)
        self.env.invalidate_all()

    def _run_cron(self, **options):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            awards = self.env["loyalty.point.award"].with_env(self.env(cr=cr))
            awards._cron_lapse(**options)
        self.env.invalidate_all()

    def _lapses(self):
        return self.Entry.search([("kind", "=", "lapse")], order="id")

    def test_midnight_of_the_shop(self):
        """23:59 and 00:00 in Bangkok are 16:59 and 17:00 UTC."""
        self.env.company.customer_tz = "Asia/Bangkok"
        self._post(50, expiry=self.last_day)
        self._move_to("2026-03-10 16:59:59")
        self.assertEqual(self.card.points_usable, 50)
        self._run_cron()
        self.assertBalance(self.card, 50)
        self._move_to("2026-03-10 17:00:00")
        self.assertEqual(self.card.points_usable, 0)
        self._run_cron()
        self.assertBalance(self.card, 0)
        self.assertEqual(self._lapses().date, date(2026, 3, 11))

    def test_each_company_has_its_midnight(self):
        bangkok, honolulu = self.env["res.company"].create(
            [
                {"name": "Bangkok", "customer_tz": "Asia/Bangkok"},
                {"name": "Honolulu", "customer_tz": "Pacific/Honolulu"},
            ]
        )
        cards = self.Card
        for company in bangkok + honolulu:
            program = self.program.create(
                {
                    "name": company.name,
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                }
            )
            cards += self._card(self.partner, program)
            self._post(10, card=cards[-1], expiry=self.last_day)
        self._move_to("2026-03-11 05:00:00")
        self.assertEqual(cards.mapped("points_usable"), [0, 10])
        self._run_cron()
        self.assertEqual(cards.mapped("points"), [0, 10])
        self._move_to("2026-03-11 10:00:00")
        self._run_cron()
        self.assertEqual(cards.mapped("points"), [0, 0])

    def test_only_the_remainder_and_only_once(self):
        self._post(50, expiry=self.last_day)
        self._post(20, expiry=date(2026, 3, 9))
        self._post(7)
        self._post(-30)
        self._move_to("2026-03-11 12:00:00")
        for _i in range(3):
            self._run_cron()
        self.assertEqual(self._lapses().mapped("points"), [-40])
        self.assertBalance(self.card, 7)
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])

    def test_cron_and_touch_write_the_same(self):
        """A late job changes nothing: a spend lapses what the job has not."""
        other = self._card(self.other_partner)
        for card in (self.card, other):
            self._post(50, card=card, expiry=self.last_day)
            self._post(5, card=card, expiry=date(2026, 3, 9))
            self._post(30, card=card)
        self._move_to("2026-03-11 12:00:00")
        self.env["loyalty.point.award"]._lapse(other.ids)
        self._post(-1, card=other)
        self._post(-1, card=self.card)
        names = ["seq", "kind", "points", "date", "expiry", "reason", "program_id"]
        rows = [
            [tuple(row[name] for name in names) for row in entries.read(names)]
            for entries in (
                self.card.point_entry_ids.sorted("seq"),
                other.point_entry_ids.sorted("seq"),
            )
        ]
        self.assertEqual(rows[0], rows[1])
        self.assertEqual([row[1] for row in rows[0][3:]], ["lapse", "lapse", "redeem"])

    def test_batches_and_lost_races(self):
        """A card that is in use waits for the next run; the others do not."""
        cards = self.Card.create(
            [
                {"program_id": self.program.id, "partner_id": partner.id}
                for partner in self.env["res.partner"].create(
                    [{"name": f"Customer {number}"} for number in range(25)]
                )
            ]
        )
        self.Entry._post(
            [self._vals(3, card=card, expiry=self.last_day) for card in cards]
        )
        self._move_to("2026-03-11 12:00:00")
        busy, sizes = cards[7], []
        lapse = LoyaltyPointAward._lapse

        def lapse_unless_busy(awards, ids):
            sizes.append(len(ids))
            if busy.id in ids:
                raise SerializationFailure()
            return lapse(awards, ids)

        with patch.object(LoyaltyPointAward, "_lapse", lapse_unless_busy):
            self._run_cron(batch=10)
        self.assertEqual((cards - busy).mapped("points"), [0] * 24)
        self.assertEqual(busy.points, 3)
        self.assertIn(1, sizes)
        self.assertEqual(ledger_lapse.count_due(self.env), 1)
        self._run_cron(batch=10)
        self.assertEqual(busy.points, 0)
        self.assertEqual(len(self._lapses()), 25)

    def test_readers_write_nothing(self):
        self._post(50, expiry=self.last_day)
        self._post(20)
        self.assertEqual(self.card.next_lapse_date, self.last_day)
        self.assertEqual(self.card.next_lapse_points, 50)
        self.assertEqual(
            self.card._get_lapsing(), {self.card.id: [(self.last_day, 50)]}
        )
        self.assertEqual(self.card._get_lapsing(days=5), {})
        entries = self.card.point_entry_ids
        self._move_to("2026-03-11 12:00:00")
        self.assertEqual(self.card.points, 70)
        self.assertEqual((self.card.points_due, self.card.points_usable), (50, 20))
        self.assertTrue(self.card.points_display.startswith("20 "))
        self.assertEqual(self.partner.points_balance, 20)
        found = self.env["res.partner"].search([("points_balance", "=", 20)])
        self.assertIn(self.partner, found)
        found = self.env["res.partner"].search([("points_balance", ">", 20)])
        self.assertNotIn(self.partner, found)
        self.assertFalse(self.card.next_lapse_date)
        self.assertEqual(self.card.point_entry_ids, entries)


@tagged("post_install", "-at_install")
class TestLapsedRewards(OrderCase):
    """The Reward button must not offer what the ledger will refuse."""

    def test_no_reward_for_lapsed_points(self):
        self.program.applies_on = "both"
        with freeze_time("2026-03-01 05:00:00"):
            self._post(150, expiry=date(2026, 3, 10))
        order = self._order()
        with freeze_time("2026-03-10 05:00:00"):
            self.env.invalidate_all()
            order._update_programs_and_rewards()
            self.assertIn(self.card, order._get_claimable_rewards())
        with freeze_time("2026-03-12 05:00:00"):
            self.env.invalidate_all()
            order.order_line.product_uom_qty = 0.5
            order._update_programs_and_rewards()
            self.assertNotIn(self.card, order._get_claimable_rewards())
            self.assertEqual(order._get_real_points_for_coupon(self.card), 50)
