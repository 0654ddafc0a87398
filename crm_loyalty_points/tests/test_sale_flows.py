from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.exceptions import NotEnoughPoints

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestSaleFlows(OrderCase):
    """Orders are where nearly all points come from. Whatever is done to an order, its
    entries must tell what came and went, and cancelling must leave nothing."""

    def test_confirmed_order_earns(self):
        """A plain quotation that nobody touched earns in the automatic programme."""
        order = self._order(3)
        self.assertFalse(self._entries(order))
        order.action_confirm()
        entry = self._entries(order)
        self.assertEqual(entry.kind, "earn")
        self.assertEqual(entry.points, 300)
        self.assertEqual(entry.source_name, order.name)
        self.assertEqual(entry.branch_id, order.branch_id)
        self.assertEqual(entry.operator_id, self.salesperson.id)
        self.assertEqual(entry.policy["rules"][0]["counted"], "300")
        self.assertBalance(self.card, 300)

    def test_first_order_makes_the_card(self):
        order = self._order(2, self.other_partner)
        order.action_confirm()
        card = self._entries(order).card_id
        self.assertEqual(card.partner_id, self.other_partner)
        self.assertBalance(card, 200)
        again = self._order(1, self.other_partner)
        again.action_confirm()
        self.assertEqual(self._entries(again).card_id, card)
        self.assertBalance(card, 300)

    def test_earn_and_redeem_are_posted_apart(self):
        self._order(2).action_confirm()
        order = self._order(1)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        kinds = [(entry.kind, entry.points) for entry in self._entries(order)]
        # A reward of the programme itself does not lower what the order earns.
        self.assertEqual(kinds, [("earn", 100), ("redeem", -100)])
        self.assertEqual(self._entries(order, "redeem").policy["points"], "-100.00")
        self.assertBalance(self.card, 200)

    def test_cancel_takes_all_back(self):
        self._order(2).action_confirm()
        order = self._order(3)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        self.assertBalance(self.card, 400)
        order._action_cancel()
        self.assertBalance(self.card, 200)
        self.assertEqual(sum(self._entries(order).mapped("points")), 0)
        self.assertEqual(len(self._entries(order)), 4, "what happened can be seen")

    def test_order_confirmed_again_after_cancelling(self):
        order = self._order(1)
        for _round in range(3):
            order.action_confirm()
            self.assertBalance(self.card, 100)
            order._action_cancel()
            self.assertBalance(self.card, 0)
            order.action_draft()
        order.action_confirm()
        self.assertBalance(self.card, 100)
        self.assertEqual(len(self._entries(order, "earn")), 4)

    def test_two_quotations_cannot_spend_the_same_points(self):
        """F1: plain Odoo confirms both; the card then holds -100."""
        self._order(1).action_confirm()
        self.program.rule_ids.minimum_amount = 100000
        orders = self._order(1) + self._order(1)
        for order in orders:
            self._claim(order, self.reward, self.card)
        with self.assertRaises(NotEnoughPoints), self.env.cr.savepoint():
            orders.action_confirm()
        orders.invalidate_recordset()
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        self.assertFalse(self._entries(orders[0]) + self._entries(orders[1]))
        self.assertBalance(self.card, 100)
        orders[0].action_confirm()
        self.assertBalance(self.card, 0)

    def test_order_may_spend_what_it_earns(self):
        order = self._order(2)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        self.assertBalance(self.card, 100)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_edit_after_confirming_then_cancel(self):
        """F2: plain Odoo goes 100 -> 100 -> -200: the recount changes what the order
        is said to have given, not the card, and cancelling takes that much."""
        order = self._order(1)
        order.action_confirm()
        self.assertBalance(self.card, 100)
        order.order_line.product_uom_qty = 3
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 300)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_edit_downwards(self):
        order = self._order(3)
        order.action_confirm()
        order.order_line.product_uom_qty = 1
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 100)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_edit_without_recount_then_cancel(self):
        order = self._order(1)
        order.action_confirm()
        order.order_line.product_uom_qty = 5
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_reward_claimed_on_a_confirmed_order(self):
        order = self._order(2)
        order.action_confirm()
        self._claim(order, self.reward, self.card)
        self.assertBalance(self.card, 100)
        order.order_line.filtered("reward_id")._reset_loyalty(complete=True)
        self.assertBalance(self.card, 200)
        redeem = self._entries(order, "redeem")
        self.assertEqual(self._draws(redeem), [(self._entries(order, "earn"), 100)])
        back = self._entries(order, "reversal")
        self.assertEqual(back.reversed_entry_id, redeem)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_cancel_after_points_were_spent_is_a_debt(self):
        earned = self._order(1)
        earned.action_confirm()
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        earned._action_cancel()
        self.assertBalance(self.card, -100)

    def test_card_redeemed_points_return_to_their_award(self):
        first, second = self._order(1), self._order(2)
        first.action_confirm()
        second.action_confirm()
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        awards = [*self._entries(first), *self._entries(second)]
        self.assertEqual(self._remaining(*awards), [0, 200])
        spent._action_cancel()
        self.assertEqual(self._remaining(*awards), [100, 200])

    def test_coupon_code_in_the_same_order(self):
        """A coupon keeps Odoo's own points; the member card goes by the ledger."""
        coupons = self.env["loyalty.program"].create(
            {
                "name": "Half off",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "rule_ids": [Command.clear()],
                "reward_ids": [Command.create({"discount": 50})],
            }
        )
        coupon = self.Card.create({"program_id": coupons.id, "points": 1})
        order = self._order(2)
        status = order._try_apply_code(coupon.code)
        order._apply_program_reward(next(iter(status.values())), coupon)
        order.action_confirm()
        self.assertEqual(coupon.points, 0)
        self.assertFalse(self.Entry.search([("card_id", "=", coupon.id)]))
        self.assertBalance(self.card, 100)
        order._action_cancel()
        self.assertEqual(coupon.points, 1)
        self.assertBalance(self.card, 0)

    def test_discount_found_while_confirming_is_not_earned_on(self):
        """Odoo counts points before it updates the discounts they depend on."""
        promotion = self.env["loyalty.program"].create(
            {
                "name": "Ten percent",
                "program_type": "promotion",
                "trigger": "auto",
                "rule_ids": [Command.create({"minimum_amount": 50})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        order = self._order(1)
        order._update_programs_and_rewards()
        coupon = order.coupon_point_ids.coupon_id.filtered(
            lambda card: card.program_id == promotion
        )
        self._claim(order, promotion.reward_ids, coupon)
        order.order_line.filtered(lambda line: not line.reward_id).product_uom_qty = 2
        order.action_confirm()
        self.assertEqual(order.amount_total, 180)
        self.assertBalance(self.card, 180)

    def test_ewallet_top_up_and_use(self):
        top_up = self.env["product.product"].create(
            {"name": "Top-up", "list_price": 500, "taxes_id": False}
        )
        self.program.active = False
        self.wallet.write(
            {
                "rule_ids": [
                    Command.clear(),
                    Command.create(
                        {"reward_point_mode": "money", "product_ids": top_up.ids}
                    ),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"discount_mode": "per_point", "discount": 1}),
                ],
            }
        )
        order = self._order(1)
        order.order_line.product_id = top_up
        order.action_confirm()
        wallet_card = self._entries(order).card_id
        self.assertEqual(wallet_card.program_id, self.wallet)
        self.assertBalance(wallet_card, 500)
        used = self._order(2)
        self._claim(used, self.wallet.reward_ids, wallet_card)
        self.assertEqual(used.amount_total, 0)
        used.action_confirm()
        self.assertBalance(wallet_card, 300)
        self.assertEqual(self._entries(used).kind, "redeem")
        used._action_cancel()
        self.assertBalance(wallet_card, 500)
        order._action_cancel()
        self.assertBalance(wallet_card, 0)

    def test_public_customer_earns_nothing(self):
        public = self.env.ref("base.public_partner")
        order = self._order(1, public)
        order.action_confirm()
        self.assertFalse(self._entries(order))
        self.assertFalse(self.Card.search([("partner_id", "=", public.id)]))

    def test_confirming_twice_posts_once(self):
        order = self._order(1)
        order.action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_confirm()
        self.assertBalance(self.card, 100)
        order._settle_points()
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 100)

    def test_date_is_the_shops_own(self):
        """23:30 UTC is the next morning in Bangkok."""
        order = self._order(1)
        order.action_confirm()
        order.sudo().date_order = "2026-01-31 23:30:00"
        self.assertEqual(str(order._get_points_date()), "2026-02-01")
        self.env.company.customer_tz = "UTC"
        self.assertEqual(str(order._get_points_date()), "2026-01-31")
