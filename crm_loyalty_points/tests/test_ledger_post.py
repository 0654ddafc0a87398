from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import tagged

from ..exceptions import NotEnoughPoints
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerPost(LedgerCase):
    """The writer is the only way to a balance: each rule of it is money."""

    def test_earn_and_spend(self):
        earned = self._post(100)
        self.assertBalance(self.card, 100)
        spent = self._post("-40.50", "redeem")
        self.assertBalance(self.card, 59.5)
        self.assertEqual(self._draws(spent), [(earned, 40.5)])
        self.assertEqual(self._remaining(earned), [59.5])
        self.assertEqual(
            (spent.company_id, spent.program_id, spent.currency_id),
            (self.env.company, self.program, self.program.currency_id),
        )
        self.assertEqual(
            (spent.operator_model, spent.operator_id, spent.operator_name),
            ("res.users", self.env.uid, self.env.user.name),
        )

    def test_amounts_are_exact(self):
        for _i in range(10):
            self._post(0.1)
        self._post(Decimal("0.05"))
        self._post("1.10")
        self._post(0.1 + 0.2)
        self.assertBalance(self.card, Decimal("2.45"))
        for wrong in (0.001, "0.001", "x", float("nan"), float("inf"), 10**15):
            with self.subTest(wrong=wrong), self.assertRaises(ValueError):
                self._post(wrong, "earn")
        self.assertBalance(self.card, Decimal("2.45"))

    def test_entries_come_in_the_order_asked(self):
        second = self._card(self.other_partner)
        known = self._post(5, key="known")
        entries = self.Entry._post(
            [
                self._vals(10, card=second),
                self._vals(5, key="known"),
                self._vals(20),
                self._vals(-3, card=second),
                self._vals(0, "bonus"),
                self._vals(20),
            ]
        )
        self.assertEqual(entries.mapped("points"), [10, 5, 20, -3, 0, 20])
        self.assertEqual(entries[1], known)
        self.assertBalance(self.card, 45)
        self.assertBalance(second, 7)

    def test_same_key_same_body_has_one_effect(self):
        first = self._post(100, key="order:1", source_name="S1", policy={"a": 1})
        again = self._post(100, key="order:1", source_name="S001")
        self.assertEqual(first, again)
        twice = self.Entry._post([self._vals(7, key="k"), self._vals(7, key="k")])
        self.assertEqual(twice[0], twice[1])
        self.assertBalance(self.card, 107)

    def test_a_repeat_tomorrow_is_the_same_call(self):
        with freeze_time("2026-03-01 03:00:00"):
            first = self._post(100, key="order:1")
        with freeze_time("2026-03-02 03:00:00"):
            self.assertEqual(self._post(100, key="order:1"), first)
        self.assertEqual(first.date, date(2026, 3, 1))

    def test_same_key_other_body_is_refused(self):
        self._post(100, key="order:1")
        other = self._card(self.other_partner)
        for vals in (
            self._vals(101, key="order:1"),
            self._vals(100, "bonus", key="order:1"),
            self._vals(100, card=other, key="order:1"),
            self._vals(100, key="order:1", expiry="2030-01-01"),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.Entry._post([vals])
        with self.assertRaises(UserError):
            self.Entry._post([self._vals(1, key="k"), self._vals(2, key="k")])
        self.assertBalance(self.card, 100)

    def test_refused_spend_leaves_nothing(self):
        self._post(100)
        self.assertEqual(self.card.points, 100)  # now in the cache
        with self.assertRaises(NotEnoughPoints):
            self.Entry._post(
                [self._vals(50), self._vals(-100), self._vals(-51, key="late")]
            )
        self.assertBalance(self.card, 100)
        # A refused key is free: the customer may try again.
        self._post(1)
        self._post(-51, key="late")
        self.assertBalance(self.card, 50)

    def test_draw_order(self):
        never = self._post(10)
        late = self._post(10, expiry="2090-01-01")
        soon = self._post(10, expiry="2080-01-01")
        also_soon = self._post(10, expiry="2080-01-01")
        spent = self._post(-35)
        self.assertEqual(
            self._draws(spent),
            [(soon, 10), (also_soon, 10), (late, 10), (never, 5)],
        )
        self.assertEqual(self._remaining(never, late, soon, also_soon), [5, 0, 0, 0])

    def test_lapsed_points_cannot_be_spent(self):
        with freeze_time("2026-03-10 03:00:00"):
            award = self._post(100, expiry="2026-03-10")
            keep = self._post(30)
            self._post(-10)
        # 17:00 UTC is midnight in Bangkok: the last day has passed.
        with freeze_time("2026-03-10 16:59:00"):
            self._post(-10)
        with freeze_time("2026-03-10 17:01:00"):
            with self.assertRaises(NotEnoughPoints):
                self._post(-31)
            spent = self._post(-25)
        self.assertEqual(self._draws(spent), [(keep, 25)])
        lapse = self.Entry.search([("card_id", "=", self.card.id)]).filtered(
            lambda e: e.kind == "lapse"
        )
        self.assertEqual((lapse.points, lapse.date), (-80, date(2026, 3, 11)))
        self.assertEqual(self._draws(lapse), [(award, 80)])
        self.assertBalance(self.card, 5)

    def test_debt_is_paid_by_next_awards(self):
        self._post(30)
        debt = self._post(-100, "redeem", may_owe=True)
        self.assertBalance(self.card, -70)
        self.assertEqual(self._remaining(debt), [-70])
        with self.assertRaises(NotEnoughPoints):
            self._post(-1)
        first, second = self._post(50), self._post(50)
        self.assertBalance(self.card, 30)
        self.assertEqual(self._remaining(debt, first, second), [0, 0, 30])

    def test_wrong_calls(self):
        coupon = self.Card.create(
            {
                "program_id": self.env["loyalty.program"]
                .create({"name": "C", "program_type": "coupons"})
                .id
            }
        )
        for vals in (
            {"card_id": self.card.id, "kind": "earn", "points": 1},
            self._vals(1, "gift"),
            {**self._vals(1), "colour": "red"},
            self._vals(1, card=coupon),
            {**self._vals(1), "card_id": 10**9},
            self._vals(None, "earn"),
            self._vals(-1, "reversal"),
            self._vals(-1, "transfer"),
        ):
            with self.subTest(vals=vals), self.assertRaises(ValueError):
                self.Entry._post([vals])
        self.assertBalance(self.card, 0)
        self.assertEqual(coupon.points, 0)

    def test_native_writes_and_bulk_in_one_transaction(self):
        self._post(100)
        self.card.points += 10.5
        self.Entry._post([self._vals(20), self._vals(-5)], bulk=True)
        self.card.points -= 25.25
        self._post(-50)
        self.assertBalance(self.card, 50.25)
        entries = self.Entry.search([("card_id", "=", self.card.id)], order="seq")
        self.assertEqual(
            entries.mapped("kind"),
            ["earn", "unattributed", "earn", "redeem", "unattributed", "redeem"],
        )

    def test_bulk_of_many_rows(self):
        """From 1,000 rows on the rows travel another way: same result."""
        partners = self.env["res.partner"].create(
            [{"name": f"Member {i}"} for i in range(600)]
        )
        cards = self.Card.create(
            [{"program_id": self.program.id, "partner_id": p.id} for p in partners]
        )
        note = "tab\t, back\\slash, line\nend, ไทย"
        vals = [
            self._vals(i + 0.25, "welcome", card, source_name=note, policy={"n": note})
            for i, card in enumerate(cards)
        ]
        vals += [self._vals(-0.25, "redeem", card) for card in cards]
        entries = self.Entry._post(vals, bulk=True)
        self.assertEqual(entries.card_id, cards)
        self.assertEqual(entries.mapped("points")[:2], [0.25, 1.25])
        self.assertEqual(entries[5].source_name, note)
        self.assertEqual(entries[5].policy, {"n": note})
        self.assertBalance(cards[599], 599)
        self.assertBalance(cards[0], 0)
        self.assertEqual(self.Entry._post(vals, bulk=True), entries)
        self.assertBalance(cards[599], 599)

    def test_statements_do_not_grow(self):
        """The price of a posting is per call: a till and an import pay the same."""
        partners = self.env["res.partner"].create(
            [{"name": f"M{i}"} for i in range(50)]
        )
        cards = self.Card.create(
            [{"program_id": self.program.id, "partner_id": p.id} for p in partners]
        )
        self.assertTrue(self.env.user.name)  # read once per session
        self.env["loyalty.program"]._get_tier_policies()  # and once per process
        self.env["crm.segment"]._asks({"points_balance"})
        counts = []
        for some in (cards[:2], cards):
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.Entry._post([self._vals(10, card=c) for c in some], bulk=True)
            self.Entry._post([self._vals(-10, card=c) for c in some], bulk=True)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 8)

    def test_new_keys(self):
        """Who has made sure that keys are new saves a query, and no safety."""
        vals = [self._vals(10, key="new")]
        entry = self.Entry._post(vals, new_keys=True)
        with self.assertRaises(ConcurrencyError), self.env.cr.savepoint():
            self.Entry._post(vals, new_keys=True)
        self.assertEqual(self.Entry._post(vals), entry)
        self.assertBalance(self.card, 10)

    def test_new_keys_on_a_merged_card(self):
        partner = self.env["res.partner"].create({"name": "Twice"})
        merged = self._card(partner)
        merged._merge_into(self.card)
        vals = [self._vals(10, card=merged, key="late")]
        entry = self.Entry._post(vals, new_keys=True)
        self.assertEqual(entry.card_id, self.card)
        self.assertBalance(self.card, 10)
        self.assertBalance(merged, 0)
