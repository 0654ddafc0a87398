from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerReversal(LedgerCase):
    """Refunds are where native loyalty loses money, both ways."""

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def test_reversed_earn(self):
        earned, other = self._post(100), self._post(50)
        back = earned._reverse("cancel:1")
        self.assertEqual(
            (back.kind, back.points, back.reversed_entry_id), ("reversal", -100, earned)
        )
        self.assertEqual(self._remaining(earned, other), [0, 50])
        self.assertBalance(self.card, 50)

    def test_reversed_earn_takes_its_own_award_first(self):
        soon = self._post(10, expiry="2080-01-01")
        earned = self._post(100)
        back = earned._reverse("cancel:1", 30)
        self.assertEqual(self._draws(back), [(earned, 30)])
        self._post(-50)
        back = earned._reverse("cancel:2", 50)
        self.assertEqual(self._remaining(soon, earned), [0, 0])
        self.assertBalance(self.card, -20)
        later = self._post(100)
        self.assertEqual(self._remaining(back, later), [0, 80])

    def test_reversed_redeem_returns_to_its_own_awards(self):
        never = self._post(50)
        soon = self._post(50, expiry="2080-01-01")
        spent = self._post(-80)
        half = spent._reverse("return:1", 40)
        self.assertEqual(self._draws(half), [(never, -30), (soon, -10)])
        self.assertEqual(self._remaining(never, soon), [50, 10])
        spent._reverse("return:2")
        self.assertEqual(self._remaining(never, soon), [50, 50])
        self.assertBalance(self.card, 100)

    def test_reversed_redeem_cancels_its_debt_first(self):
        award = self._post(60)
        spent = self._post(-100, may_owe=True)
        spent._reverse("return:1", 30)
        self.assertEqual(self._remaining(award, spent), [0, -10])
        late = self._post(25)
        self.assertEqual(self._remaining(spent, late), [0, 15])
        spent._reverse("return:2")
        self.assertEqual(self._remaining(award, spent, late), [60, 0, 25])
        self.assertBalance(self.card, 85)

    def test_returned_points_pay_open_debts(self):
        self._post(100)
        spent = self._post(-100)
        debt = self._post(-30, may_owe=True)
        spent._reverse("return:1")
        self.assertEqual(self._remaining(debt), [0])
        self.assertBalance(self.card, 70)

    def test_parts_sum_to_the_whole(self):
        earned = self._post(100)
        for number, part in enumerate((33.33, 33.33, 33.34)):
            earned._reverse(f"part:{number}", part)
        self.assertBalance(self.card, 0)
        with self.assertRaises(UserError):
            earned._reverse("part:4", 0.01)
        rest = earned._reverse("part:5")
        self.assertEqual(rest.points, 0)

    def test_more_than_moved_is_refused(self):
        earned = self._post(100)
        spent = self._post(-50)
        for entry in (earned, spent):
            with self.subTest(entry=entry), self.assertRaises(UserError):
                entry._reverse("k", abs(entry.points) + 0.01)
        self.assertBalance(self.card, 50)

    def test_same_key_again(self):
        earned = self._post(100)
        first = earned._reverse("cancel:1")
        self.assertEqual(earned._reverse("cancel:1"), first)
        with self.assertRaises(UserError):
            earned._reverse("cancel:1", 100)
        self.assertBalance(self.card, 0)

    def test_several_entries_of_one_order(self):
        self._post(500)
        earned, spent = self.Entry._post([self._vals(50), self._vals(-49)])
        reversals = (earned | spent)._reverse("cancel:9")
        self.assertEqual(reversals.mapped("points"), [-50, 49])
        self.assertEqual((earned | spent)._reverse("cancel:9"), reversals)
        self.assertBalance(self.card, 500)

    def test_lapsed_points_are_not_taken_twice(self):
        with freeze_time("2026-01-01 03:00:00"):
            earned = self._post(100, expiry="2026-01-31")
            keep = self._post(50)
            self._post(-60)
        with freeze_time("2026-02-10 03:00:00"):
            # 60 were used, 40 have lapsed: only the used ones are owed.
            part = earned._reverse("refund:1", 50)
            self.assertEqual(part.points, -50)
            self.assertEqual(self._remaining(keep), [0])
            rest = earned._reverse("refund:2", 50)
            self.assertEqual(rest.points, -10)
        self.assertBalance(self.card, -10)

    def test_points_returned_after_their_last_day_lapse(self):
        with freeze_time("2026-01-01 03:00:00"):
            award = self._post(100, expiry="2026-01-31")
            spent = self._post(-60)
        with freeze_time("2026-02-10 03:00:00"):
            spent._reverse("return:1")
            self.assertBalance(self.card, 0)
            self.assertEqual(self._remaining(award), [0])
            self.assertEqual(award._reverse("cancel:1").points, 0)

    def test_reversals_lapses_and_transfers_stay(self):
        back = self._post(10)._reverse("k:1")
        moved = self.Entry._post(
            [self._vals(None, "transfer", to_card_id=self._card(self.other_partner).id)]
        )
        for number, entry in enumerate((back, moved)):
            with self.subTest(kind=entry.kind), self.assertRaises(ValueError):
                entry._reverse(f"again:{number}")

    def test_pay_and_take_back_in_one_call(self):
        debt = self._post(-30, may_owe=True)
        vals = self._vals(30, "reversal", reversed_entry_id=debt.id)
        earned, back = self.Entry._post([self._vals(50), vals])
        self.assertEqual(self._remaining(debt, earned, back), [0, 50, 0])
        self.assertBalance(self.card, 50)


@tagged("post_install", "-at_install")
class TestLedgerTransfer(LedgerCase):
    """Merged customers and gifts between members keep every point and its expiry."""

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def _transfer(self, points=None):
        self.other = self._card(self.other_partner)
        vals = self._vals(points, "transfer", to_card_id=self.other.id)
        return self.Entry._post([vals])

    def _awards(self, card):
        awards = self.env["loyalty.point.award"].search([("card_id", "=", card.id)])
        return {str(a.expiry or "never"): a.remaining for a in awards if a.remaining}

    def test_everything(self):
        self._post(10)
        self._post(20, expiry="2080-01-01")
        self._post(5, expiry="2080-01-01")
        self._post(30, expiry="2020-01-01")
        self._transfer()
        self.assertEqual(self._awards(self.other), {"never": 10, "2080-01-01": 25})
        self.assertBalance(self.card, 0)
        self.assertBalance(self.other, 35)

    def test_a_part(self):
        self._post(10)
        self._post(20, expiry="2080-01-01")
        self._transfer(-25)
        self.assertEqual(self._awards(self.other), {"never": 5, "2080-01-01": 20})
        self.assertBalance(self.card, 5)

    def test_a_debt_moves_too(self):
        self._post(-40, may_owe=True)
        self.other = self._card(self.other_partner)
        self._post(100, card=self.other)
        self._transfer()
        self.assertBalance(self.card, 0)
        self.assertBalance(self.other, 60)

    def test_not_to_another_programme(self):
        self._post(10)
        wallet = self._card(self.other_partner, self.wallet)
        with self.assertRaises(UserError):
            self.Entry._post([self._vals(-5, "transfer", to_card_id=wallet.id)])
        self.assertBalance(self.card, 10)
