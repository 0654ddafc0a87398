from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestClientTricks(OrderCase):
    """What a clerk with a script could try over the ordinary API: every way found to
    make points, or move somebody else's, that does not name `points` itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env, "points_tricky_boss", "sales_team.group_sale_manager"
        )
        cls.users = (cls.salesperson, cls.boss)

    def test_columns_of_the_card_are_the_ledgers(self):
        self._post(100)
        thief = self._card(self.other_partner)
        for user in self.users:
            card = self.card.with_user(user)
            for values in (
                {"entry_seq": 0},
                {"merged_into_id": thief.id},
                {"is_member_card": False},
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    card.write(values)
        for values in ({"entry_seq": 7}, {"merged_into_id": thief.id}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.Card.with_user(self.boss).create(
                    {"program_id": self.program.id, **values}
                )
        self.assertBalance(self.card, 100)

    def test_card_with_points_keeps_its_customer(self):
        self._post(100)
        for user in self.users:
            card = self.card.with_user(user)
            for partner in (self.other_partner.id, False):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    card.write({"partner_id": partner})
        self.card.with_user(self.boss).write({"partner_id": self.partner.id})
        self.assertEqual(self.card.partner_id, self.partner)

    def test_defaults_of_the_context_make_no_card(self):
        """Odoo fills missing values from `default_...` keys, which clients choose."""
        coupons = self.env["loyalty.program"].create(
            {"name": "Coupons", "program_type": "coupons", "applies_on": "current"}
        )
        forged = self.Card.with_user(self.boss).with_context(
            default_points=500,
            default_merged_into_id=self.card.id,
            default_entry_seq=3,
        )
        for program in coupons | self.program:
            card = forged.create({"program_id": program.id}).sudo()
            self.assertFalse(card.points)
            self.assertFalse(card.merged_into_id)
            self.assertFalse(card.entry_seq)

    def test_defaults_of_the_context_make_no_reward_line(self):
        order = self._order(1)
        order.action_confirm()
        forged = order.with_context(
            default_points_cost=-500,
            default_coupon_id=self.card.id,
            default_reward_id=self.reward.id,
            default_name="Gift",
        )
        forged.write({"order_line": [Command.create({"product_id": self.product.id})]})
        self.assertFalse(order.order_line.filtered("reward_id"))
        order._settle_points()
        # what the second line earns by the rules, and nothing else
        self.assertBalance(self.card, 200)

    def test_copy_gives_nothing(self):
        order = self._order(1)
        forged = {"coupon_id": self.card.id, "points": 5000}
        for default in (
            {"coupon_point_ids": [Command.create(forged)]},
            {"points_ledgered": True},
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "coupon_id": self.card.id,
                            "reward_id": self.reward.id,
                            "points_cost": -500,
                        }
                    )
                ]
            },
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                order.with_user(self.boss).copy(default)

    def test_state_written_by_hand_spends_too(self):
        """Confirmed by a plain write, an order with a reward took nothing from the
        card, and cancelling it gave the points back."""
        self._post(100)
        order = self._order(2)
        self._claim(order, self.reward, self.card)
        order.with_user(self.salesperson).write(
            {"state": "sale", "date_order": fields.Datetime.now()}
        )
        self.assertEqual(sum(self._entries(order, "redeem").mapped("points")), -100)
        order._action_cancel()
        self.assertBalance(self.card, 100)

    def test_state_written_by_hand_takes_back(self):
        """Made a quotation again by a plain write, an order could be deleted and its
        points stayed."""
        for state in ("draft", "cancel"):
            order = self._order(3)
            order.action_confirm()
            self.assertBalance(self.card, 300)
            order.with_user(self.salesperson).write({"state": state})
            self.assertBalance(self.card, 0)
            order.with_user(self.boss).unlink()
            self.assertBalance(self.card, 0)

    def test_order_made_confirmed_settles_later_changes_once(self):
        order = self._order(1, state="sale")
        order._update_programs_and_rewards()
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 100)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_context_is_no_import(self):
        """An import keeps the day of the order: a clerk could earn by the rules of a
        past campaign, or leave the count out."""
        order = self._order(1, date_order="2020-01-01 05:00:00")
        self.program.date_to = "2020-12-31"
        forged = order.with_context(crm_order_import=True, crm_order_import_points=True)
        forged.action_confirm()
        self.assertGreater(order.date_order.year, 2020)
        self.assertBalance(self.card, 0)
        self.program.date_to = False
        other = self._order(1)
        other.with_context(
            crm_order_import=True, crm_order_import_points=False
        ).action_confirm()
        self.assertBalance(self.card, 100)

    def test_coupon_with_points_never_joins_the_ledger(self):
        """Its points have no entries there."""
        coupons = self.env["loyalty.program"].create(
            {"name": "Gift", "program_type": "gift_card", "applies_on": "future"}
        )
        card = self.Card.create({"program_id": coupons.id, "points": 800})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            card.with_user(self.salesperson).write({"program_id": self.program.id})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            coupons.write({"program_type": "loyalty", "applies_on": "both"})
            self.env.flush_all()

    def test_proof_is_for_managers(self):
        """It names cards of every company and reads the whole ledger."""
        awards = self.env["loyalty.point.award"]
        with self.assertRaises(AccessError):
            awards.with_user(self.salesperson).action_prove()
        self.assertTrue(awards.with_user(self.boss).action_prove())
