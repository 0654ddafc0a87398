from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerActivity(LedgerCase):
    """A customer who comes back keeps the points, one who stays away loses them."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-01-31 05:00:00")
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)
        self.program.write(
            {
                "expiry_policy": "inactivity",
                "expiry_count": 1,
                "expiry_unit": "months",
            }
        )
        self.Redate = self.env["loyalty.point.redate"]

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        self.assertEqual(self.env["loyalty.point.award"]._rebuild(), (0, 0))
        super().tearDown()

    def _on(self, day):
        self.clock.move_to(f"{day} 05:00:00")
        self.env.invalidate_all()

    def _earn(self, points, **values):
        today = self.program._get_local_today()
        expiry = self.program._get_award_expiry(today)
        return self._post(points, **{"expiry": expiry, **values})

    def _expiry(self, *entries):
        self.env.invalidate_all()
        awards = self.env["loyalty.point.award"]
        return [
            awards.search([("entry_id", "=", entry.id)]).expiry for entry in entries
        ]

    def test_earning_and_spending_extend(self):
        first = self._earn(50)
        self.assertEqual(self._expiry(first), [date(2026, 2, 28)])
        self._on("2026-02-28")
        second = self._earn(5)
        self.assertEqual(self._expiry(first, second), [date(2026, 3, 28)] * 2)
        self._on("2026-03-28")
        self._post(-10)
        self.assertEqual(self._expiry(first, second), [date(2026, 4, 28)] * 2)
        self.assertEqual(first.expiry, date(2026, 2, 28))
        self._on("2026-04-29")
        self.env["loyalty.point.award"]._lapse(self.card.ids)
        self.assertBalance(self.card, 0)

    def test_what_had_lapsed_stays_lapsed(self):
        first = self._earn(50)
        self._on("2026-03-01")
        second = self._earn(5)
        self.assertEqual(
            self._expiry(first, second), [date(2026, 2, 28), date(2026, 4, 1)]
        )
        self.assertEqual(self.card.points_usable, 5)

    def test_one_row_per_change(self):
        self._earn(50)
        self._earn(10)
        self.assertFalse(self.Redate.search([("card_id", "=", self.card.id)]))
        self._on("2026-02-10")
        self._post(-1)
        self._post(-1)
        redate = self.Redate.search([("card_id", "=", self.card.id)])
        self.assertEqual(redate.expiry, date(2026, 3, 10))
        self.assertEqual(redate.last_entry_id.kind, "redeem")
        self.assertFalse(redate.award_entry_id)

    def test_points_without_end_keep_none(self):
        endless = self._post(10)
        longer = self._earn(10, expiry=date(2027, 1, 1))
        self.assertEqual(self._expiry(endless, longer), [False, date(2027, 1, 1)])

    def test_gifts_are_no_activity(self):
        first = self._earn(50)
        self._on("2026-02-10")
        self._post(5, kind="bonus")
        self._post(-5, kind="adjust")
        self.assertEqual(self._expiry(first), [date(2026, 2, 28)])

    def test_returned_points_are_extended_too(self):
        first = self._earn(50)
        spend = self._post(-50)
        self._on("2026-02-20")
        self._earn(5)
        self._on("2026-03-10")
        spend._reverse("back")
        self.assertEqual(self._expiry(first), [date(2026, 3, 20)])
        self.assertBalance(self.card, 55)
        self.assertEqual(self.card.points_usable, 55)

    def test_many_at_once(self):
        other = self._card(self.other_partner)
        firsts = [self._earn(50), self._earn(40, card=other)]
        self._on("2026-02-10")
        self.Entry._post(
            [
                self._vals(-1),
                self._vals(-1, card=other),
                self._vals(3, expiry=date(2026, 2, 12)),
            ],
            bulk=True,
        )
        self.assertEqual(self._expiry(*firsts), [date(2026, 3, 10)] * 2)
        self.assertEqual(len(self.Redate.search([("day", "=", "2026-02-10")])), 2)

    def test_append_only(self):
        self._earn(50)
        self._on("2026-02-10")
        self._post(-1)
        redate = self.Redate.search([], limit=1)
        for change in (redate.unlink, lambda: redate.write({"expiry": False})):
            with self.assertRaises(UserError):
                change()
        for query in (
            "UPDATE loyalty_point_redate SET expiry = '2099-01-01'",
            "DELETE FROM loyalty_point_redate",
            "TRUNCATE loyalty_point_redate",
        ):
            with (
                self.subTest(query),
                self.assertRaisesRegex(psycopg2.Error, "append-only"),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(flush=False),
            ):
                self.cr.execute(query)

    def test_no_foreign_keys_to_people_or_documents(self):
        self.cr.execute(
            """
            SELECT a.attname, c.confrelid::regclass::text, c.confdeltype
              FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.conrelid = 'loyalty_point_redate'::regclass
            """
        )
        self.assertEqual(
            set(self.cr.fetchall()),
            {
                ("card_id", "loyalty_card", "r"),
                ("award_entry_id", "loyalty_point_entry", "r"),
                ("last_entry_id", "loyalty_point_entry", "r"),
            },
        )

    def test_a_wrong_date_is_found_and_repaired(self):
        first = self._earn(50)
        self._on("2026-02-10")
        self._post(-1)
        self.env.cr.execute(
            "UPDATE loyalty_point_award SET expiry = '2030-01-01' WHERE entry_id = %s",
            [first.id],
        )
        awards = self.env["loyalty.point.award"]
        [difference] = awards._check_ledger()
        self.assertEqual(difference["check"], "expiry")
        self.assertEqual(
            (difference["expected"], difference["found"]), (20260310, 20300101)
        )
        self.assertEqual(awards._rebuild(), (1, 0))
        self.assertEqual(self._expiry(first), [date(2026, 3, 10)])
