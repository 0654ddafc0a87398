from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(LedgerCase):
    """Merging duplicates is daily work; Odoo's own merge loses history."""

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def _merge(self, *partners):
        """Merge into the last partner."""
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [p.id for p in partners], partners[-1], extra_checks=False
        )

    def test_points_move_with_their_expiry(self):
        self._post(100, expiry="2080-01-01")
        self._post(30)
        other = self._card(self.other_partner, points=70)
        self._merge(self.partner, self.other_partner)
        self.assertFalse(self.partner.exists())
        self.assertFalse(self.card.active)
        self.assertEqual(self.card.merged_into_id, other)
        self.assertBalance(self.card, 0)
        self.assertBalance(other, 200)
        awards = self.env["loyalty.point.award"].search([("card_id", "=", other.id)])
        self.assertEqual(
            sorted((str(a.expiry or ""), a.remaining) for a in awards),
            [("", 30), ("", 70), ("2080-01-01", 100)],
        )
        kinds = self.card.point_entry_ids | other.point_entry_ids
        moved = kinds.filtered(lambda e: e.kind == "transfer")
        self.assertEqual(sum(moved.mapped("points")), 0)

    def test_a_card_of_the_source_alone_changes_hands(self):
        self._post(100)
        third = self.env["res.partner"].create({"name": "Third"})
        wallet = self._card(third, self.wallet, points=500)
        self._card(third, points=5)
        self._merge(self.partner, third, self.other_partner)
        cards = self.Card.search([("partner_id", "=", self.other_partner.id)])
        self.assertEqual(cards, self.card | wallet)
        self.assertBalance(self.card, 105)
        self.assertBalance(wallet, 500)

    def test_debts_move_too(self):
        self._post(-40, may_owe=True)
        other = self._card(self.other_partner, points=100)
        self._merge(self.partner, self.other_partner)
        self.assertBalance(self.card, 0)
        self.assertBalance(other, 60)

    def test_refund_after_the_merge_reaches_the_survivor(self):
        earned = self._post(100)
        spent = self._post(-30)
        other = self._card(self.other_partner)
        self._merge(self.partner, self.other_partner)
        self.assertBalance(other, 70)
        spent._reverse("return:1")
        self.assertBalance(other, 100)
        earned._reverse("cancel:1")
        self.assertBalance(other, 0)
        self._post(25)  # on the merged card, as a late order would
        self.assertBalance(other, 25)
        self.assertBalance(self.card, 0)

    def test_chain_of_merges(self):
        third = self.env["res.partner"].create({"name": "Third"})
        second, last = self._card(self.other_partner), self._card(third)
        earned = self._post(50)
        self._merge(self.partner, self.other_partner)
        self._merge(self.other_partner, third)
        self.assertEqual(self.card.merged_into_id, last)
        self.assertBalance(second, 0)
        earned._reverse("cancel", 20)
        self.assertBalance(last, 30)

    def test_quotations_mean_the_survivor(self):
        other = self._card(self.other_partner)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "coupon_point_ids": [
                    Command.create({"coupon_id": self.card.id, "points": 5})
                ],
                "applied_coupon_ids": [Command.link(self.card.id)],
            }
        )
        self._post(10)
        self._merge(self.partner, self.other_partner)
        self.assertEqual(order.partner_id, self.other_partner)
        self.assertEqual(order.coupon_point_ids.coupon_id, other)
        self.assertEqual(order.applied_coupon_ids, other)

    def test_lapsed_points_stay_behind(self):
        with freeze_time("2026-01-01"):
            self._post(40, expiry="2026-01-31")
        self._post(2)
        other = self._card(self.other_partner)
        self._merge(self.partner, self.other_partner)
        self.assertBalance(self.card, 0)
        self.assertBalance(other, 2)


@tagged("post_install", "-at_install")
class TestErase(LedgerCase):
    """People may leave and be forgotten; the ledger must neither block nor forget."""

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def test_customer_with_points_is_deleted(self):
        with freeze_time("2026-01-01"):
            self._post(40, expiry="2026-01-31")
        self._post(60)
        entries = self.card.point_entry_ids
        self.env["loyalty.point.note"]._attach(entries, "Khun Somchai called")
        self.partner.unlink()
        self.assertBalance(self.card, 0)
        self.assertFalse(self.card.active or self.card.partner_id)
        self.assertFalse(self.env["loyalty.point.note"].search([]))
        kinds = self.card.point_entry_ids.sorted("seq").mapped("kind")
        self.assertEqual(kinds, ["earn", "earn", "lapse", "lapse"])

    def test_a_debt_is_written_off(self):
        self._post(-40, may_owe=True)
        self.partner._erase_points()
        self.assertBalance(self.card, 0)
        self.assertEqual(self.card.point_entry_ids.sorted("seq")[-1].kind, "adjust")
        self.partner._erase_points()
        self.assertEqual(len(self.card.point_entry_ids), 2)

    def test_only_who_may_delete_erases(self):
        self._post(40)
        user = new_test_user(self.env, "sales", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.partner.with_user(user).unlink()
        self.assertBalance(self.card, 40)
        self.assertEqual(self.card.partner_id, self.partner)

    def test_user_who_posted_is_deleted(self):
        user = new_test_user(self.env, "clerk", "sales_team.group_sale_manager")
        entry = self.Entry.with_user(user)._post([self._vals(5)])
        self.assertEqual(entry.operator_id, user.id)
        partner = user.partner_id
        user.unlink()
        partner.unlink()
        self.env.invalidate_all()
        self.assertIn("clerk", entry.sudo().operator_name)
