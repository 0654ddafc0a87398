import os
from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LedgerCase

CENT = Decimal("0.01")
EVENTS = 10000 if os.environ.get("CRM_SUITE_FULL") else 1000
AT_ONCE = 20


class AccountingCase(LedgerCase):
    """A programme whose points are kept in the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.today = cls.program._get_local_today()
        accounts = cls.env["account.account"].create(
            [
                {"name": name, "code": f"PTS{number}", "account_type": kind}
                for number, (name, kind) in enumerate(
                    [
                        ("Points members can use", "liability_current"),
                        ("Revenue of points", "income"),
                        ("Lapsed points", "income_other"),
                    ]
                )
            ]
        )
        cls.liability, cls.revenue, cls.lapse = accounts
        cls.journal = cls.env["account.journal"].create(
            {"name": "Points", "code": "PTS", "type": "general"}
        )
        cls.program.company_id = cls.company
        cls.program.write(
            {
                "point_value": 0.25,
                "points_accounting_since": cls.today - timedelta(days=200),
                "points_journal_id": cls.journal.id,
                "points_liability_account_id": cls.liability.id,
                "points_revenue_account_id": cls.revenue.id,
                "points_lapse_account_id": cls.lapse.id,
            }
        )
        cls.Booking = cls.env["loyalty.point.booking"]

    def _book_all(self, days=31):
        bookings = self.Booking
        while made := self.Booking._book(self.program, days):
            bookings |= made
        return bookings

    def _set_value(self, value, day=None):
        """The value of a point from a day on, as if it had been set then."""
        self.program.point_value = value
        if day and day != self.today:
            rows = self.env["loyalty.point.value"].search(
                [
                    ("program_id", "=", self.program.id),
                    ("date", "in", (day, self.today)),
                ]
            )
            rows.filtered(lambda row: row.date == day).unlink()
            rows.exists().date = day
            rows.exists().flush_recordset()

    def _tie_out(self):
        self.env.flush_all()
        self.env["loyalty.point.tie.out"].invalidate_model()
        return self.env["loyalty.point.tie.out"].search(
            [("program_id", "=", self.program.id)]
        )

    def _balance(self, account):
        """:return: Decimal credit balance of an account, by the journal items"""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return -sum((Decimal(str(line.balance)) for line in lines), Decimal(0))


@tagged("post_install", "-at_install")
class TestPointsAccounting(AccountingCase):
    """The books say what members can still claim. Off by a cent, an auditor asks."""

    def test_off_by_default(self):
        program = self.env["loyalty.program"].create(
            {"name": "Unbooked", "program_type": "loyalty", "applies_on": "both"}
        )
        self._post(100, card=self._card(self.partner, program))
        self.assertFalse(program.points_accounting_since)
        self.assertNotIn(program, program._get_booked())

    def test_award_use_and_lapse(self):
        self._post(100, date=self.today - timedelta(days=9))
        self._post(-30, date=self.today - timedelta(days=2))
        self._post(
            40,
            date=self.today - timedelta(days=8),
            expiry=self.today - timedelta(days=1),
        )
        self.env["loyalty.point.award"]._lapse(self.card.ids)
        bookings = self._book_all()
        self.assertEqual(len(bookings.move_id), 4, "one entry per day")
        self.assertEqual(self._balance(self.liability), Decimal("17.50"))
        self.assertEqual(self._balance(self.lapse), Decimal("10.00"))
        self.assertEqual(self._balance(self.revenue), Decimal("-27.50"))
        self.assertEqual(sum(bookings.mapped("given")), 35)
        self.assertEqual(sum(bookings.mapped("used")), 7.5)
        self.assertEqual(sum(bookings.mapped("lapsed")), 10)
        self.assertEqual(set(bookings.move_id.mapped("state")), {"posted"})
        tie_out = self._tie_out()
        self.assertEqual(tie_out.value, 17.5)
        self.assertEqual((tie_out.difference, tie_out.waiting_count), (0, 0))

    def test_points_leave_at_the_value_they_came_with(self):
        self._set_value(0.25, self.today - timedelta(days=50))
        self._set_value(0.4, self.today - timedelta(days=10))
        self._post(100, date=self.today - timedelta(days=40))
        self._post(100, date=self.today - timedelta(days=5))
        self._book_all()
        self.assertEqual(self._balance(self.liability), 65)
        spend = self._post(-150)
        self._book_all()
        self.assertEqual(self._balance(self.liability), 20, "25 + half of 40 left")
        spend._reverse("accounting:back", 60)
        self._book_all()
        self.assertEqual(
            self._balance(self.liability), Decimal("42.5"), "to their own awards"
        )
        self.assertEqual(self._tie_out().difference, 0)

    def test_refund_takes_back_what_was_deferred(self):
        award = self._post(100)
        self._book_all()
        award._reverse("accounting:refund", 100)
        [booking] = self._book_all()
        self.assertEqual((booking.given, booking.amount), (-25, -25))
        self.assertEqual(self._balance(self.liability), 0)
        self.assertEqual(self._balance(self.revenue), 0)

    def test_booked_once(self):
        self._post(100)
        self.assertTrue(self._book_all())
        self.assertFalse(self._book_all())
        self.assertEqual(self._balance(self.liability), 25)

    def test_crash_between_batches(self):
        """What one batch did not finish is done by the next run, once."""
        for days in (90, 50, 10):
            self._post(10, date=self.today - timedelta(days=days))
        self.assertEqual(len(self.Booking._book(self.program, days=1)), 1)
        self.env.flush_all()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.Booking._book(self.program, days=1)
            self.env.flush_all()
            raise ZeroDivisionError
        self.env.invalidate_all()
        self.assertEqual(self._balance(self.liability), Decimal("2.5"))
        self.assertEqual(self._tie_out().waiting_value, 5)
        self.assertEqual(len(self._book_all()), 2)
        self.assertEqual(self._balance(self.liability), Decimal("7.5"))
        self.assertEqual(self._tie_out().difference, 0)

    def test_late_entry_makes_a_further_booking_of_its_day(self):
        day = self.today - timedelta(days=30)
        self._post(10, date=day)
        self._book_all()
        self._post(20, date=day)
        [booking] = self._book_all()
        self.assertEqual(booking.move_id.date, day)
        self.assertEqual(self._balance(self.liability), Decimal("7.5"))

    def test_locked_period(self):
        """Days that are closed in the books fall on the first open one."""
        lock = self.today - timedelta(days=20)
        self.company.fiscalyear_lock_date = lock
        self._post(10, date=lock - timedelta(days=3))
        self._post(10, date=lock)
        self._post(10, date=lock + timedelta(days=4))
        bookings = self._book_all().sorted("date")
        self.assertEqual(
            bookings.move_id.sorted("date").mapped("date"),
            [lock + timedelta(days=1), lock + timedelta(days=4)],
        )
        self.assertEqual(bookings.mapped("amount"), [5, 2.5])

    def test_points_from_before_are_booked_on_the_first_day(self):
        since = self.program.points_accounting_since
        self._post(80, date=since - timedelta(days=100))
        self._post(-30, date=since - timedelta(days=50))
        [booking] = self._book_all()
        self.assertEqual(booking.date, since)
        self.assertEqual(booking.amount, 12.5)

    def test_small_change_is_carried(self):
        """Thirty times a third of a cent is ten cents, not nothing."""
        self._set_value(0.003333)
        self.program.point_value_ids.date = self.today - timedelta(days=150)
        for number in range(30):
            self._post(1, date=self.today - timedelta(days=30 - number))
            if number % 10 == 9:
                self._book_all()
                self.assertEqual(self._tie_out().difference, 0)
        self.assertEqual(self._balance(self.liability), Decimal("0.10"))

    def test_debt(self):
        """Taken back more than was left: what the member owes lowers the value."""
        award = self._post(100)
        self._post(-80)
        award._reverse("accounting:owed")
        self._book_all()
        self.assertEqual(self._balance(self.liability), -20)
        self._set_value(0.5)
        self._post(200)
        self._book_all()
        self.assertEqual(self._tie_out().difference, 0)

    def test_difference_shows_what_somebody_changed(self):
        self._post(100)
        booking = self._book_all()
        with self.assertRaises(UserError):
            booking.move_id.button_draft()
        line = booking.move_id.line_ids.filtered(
            lambda line: line.account_id == self.liability
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 3 WHERE id = %s",
            [line.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._tie_out().difference, -3)

    def test_settings_are_complete(self):
        for values in (
            {"points_journal_id": False},
            {"points_liability_account_id": False},
            {"company_id": False},
        ):
            with self.assertRaises(UserError):
                self.program.write(values)
        self._post(1)
        self._book_all()
        other = self.liability.copy()
        with self.assertRaises(UserError):
            self.program.points_liability_account_id = other
        with self.assertRaises(ValidationError):
            self.wallet.points_accounting_since = self.today

    def test_rights(self):
        """Managers see and start it; posting needs no accountant's rights of theirs."""
        self._post(100)
        manager = new_test_user(
            self.env, "books_manager", "crm_segments.crm_segments_group_manager"
        )
        editor = new_test_user(
            self.env, "books_editor", "crm_segments.crm_segments_group_editor"
        )
        tie_out = self._tie_out()
        for model in ("loyalty.point.tie.out", "loyalty.point.booking"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(editor).search([])
        with self.assertRaises(AccessError):
            self.program.with_user(editor).action_book_points()
        tie_out.with_user(manager).action_book()
        self.assertEqual(self._tie_out().waiting_count, 0)
        self.assertEqual(self._balance(self.liability), 25)
        with self.assertRaises(UserError):
            self.Booking.search([], limit=1).line_ids.with_user(manager).unlink()

    def test_job(self):
        self._post(100)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_loyalty_points.loyalty_point_cron_book"
            ).method_direct_trigger()
        self.assertEqual(self._balance(self.liability), 25)
        self.assertEqual(self._tie_out().difference, 0)

    def test_suggested_value(self):
        """Fifty baht for a hundred points are half a baht a point."""
        self.program.write(
            {
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 50,
                            "required_points": 100,
                        }
                    )
                ]
            }
        )
        self.assertEqual(self.program.point_value_suggested, 0.5)
        self.program.action_use_suggested_value()
        self.assertEqual(self.program.point_value, 0.5)


@tagged("post_install", "-at_install")
class TestTieOut(AccountingCase):
    """Ledger and books agree to the cent, whatever happens in whatever order, and
    however often the value of a point changes meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(12)]
        )
        cls.cards = cls.Card.create(
            [{"program_id": cls.program.id, "partner_id": p.id} for p in partners]
        )
        cls.program.points_accounting_since = cls.today - timedelta(days=25)

    def _event(self, random, number, entries):
        """:return: values of one random movement, by any of the kinds"""
        card = random.choice(self.cards)
        day = self.today - timedelta(days=random.randrange(0, 40))
        kind = random.choice(
            ["earn"] * 5 + ["redeem"] * 4 + ["reversal"] * 3 + ["transfer", "adjust"]
        )
        vals = {
            "card_id": card.id,
            "kind": kind,
            "points": random.randrange(1, 50000) / 100,
            "key": f"tie:{number}",
            "reason": "test",
            "date": day,
            "may_owe": True,
        }
        if kind == "earn" and random.random() < 0.6:
            vals["expiry"] = day + timedelta(days=random.randrange(0, 60))
        elif kind == "redeem":
            vals["points"] *= -1
        elif kind == "adjust":
            vals["points"] *= random.choice([1, -1])
        elif kind == "transfer":
            vals.update(points=None, to_card_id=random.choice(self.cards - card).id)
        elif kind == "reversal" and entries:
            entry = entries.pop(random.randrange(len(entries)))
            vals.update(
                card_id=entry.card_id.id, points=None, reversed_entry_id=entry.id
            )
        elif kind == "reversal":
            vals["kind"] = "bonus"
        return vals

    def _by_hand(self):
        """The value outstanding, told from entries and draws alone, in Python.

        :return: exact Decimal
        """
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT e.id, e.points::text, b.rate::text FROM loyalty_point_entry e
                 JOIN loyalty_point_booking_line b ON b.entry_id = e.id
                WHERE e.program_id = %s""",
            [self.program.id],
        )
        left, rates = defaultdict(Decimal), {}
        for id_, points, rate in self.env.cr.fetchall():
            left[id_], rates[id_] = Decimal(points), Decimal(rate)
        self.env.cr.execute(
            """SELECT entry_id, award_entry_id, d.points::text
                 FROM loyalty_point_draw d
                 JOIN loyalty_point_entry e ON e.id = d.entry_id
                WHERE e.program_id = %s""",
            [self.program.id],
        )
        for spend, award, points in self.env.cr.fetchall():
            left[spend] += Decimal(points)
            left[award] -= Decimal(points)
        return sum((left[id_] * rates[id_] for id_ in left), Decimal(0))

    def test_random_history(self):
        random = Random(19)
        number, entries = 0, []
        while number < EVENTS:
            vals_list = []
            for _event in range(AT_ONCE):
                number += 1
                vals_list.append(self._event(random, number, entries))
            posted = self.Entry._post(vals_list, bulk=True)
            entries += [e for e in posted if e.kind in ("earn", "redeem", "bonus")]
            if random.random() < 0.1:
                self._set_value(
                    random.randrange(1, 10**6) / 10**6,
                    self.today - timedelta(days=random.randrange(0, 30)),
                )
            if random.random() < 0.05:
                lock = self.today - timedelta(days=random.randrange(15, 30))
                lock = max(lock, self.company.fiscalyear_lock_date or lock)
                self.company.fiscalyear_lock_date = lock
            if random.random() < 0.1:
                self.Booking._book(self.program, random.choice([1, 5, 40]))
                self.assertEqual(self._tie_out().difference, 0)
        self._book_all()
        tie_out = self._tie_out()
        self.assertEqual((tie_out.waiting_count, tie_out.waiting_value), (0, 0))
        self.assertEqual(tie_out.difference, 0)
        exact = self._by_hand()
        balance = self._balance(self.liability)
        self.assertEqual(balance, exact.quantize(CENT, ROUND_HALF_UP))
        self.assertEqual(Decimal(str(tie_out.balance)), balance)
        self.assertFalse(self.env["loyalty.point.award"]._check_ledger())
        self.assertEqual(
            {k for [k] in self.Entry._read_group([], ["kind"])}
            - {"unattributed", "opening", "welcome"},
            {"earn", "redeem", "reversal", "transfer", "adjust", "lapse", "bonus"},
        )
        first = min(self.Booking.search([]).mapped("date"))
        self.assertGreaterEqual(first, self.program.points_accounting_since)
