from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .redeem_common import RedeemCase


@tagged("post_install", "-at_install")
class TestRedeemOrders(RedeemCase):
    """A code is worth one coffee in whatever order it is typed first, and a parcel is
    an order that costs and earns nothing: both are where shops lose money unseen."""

    def order(self, quantity=1, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "branch_id": self.ari.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.tea.id, "product_uom_qty": quantity}
                    )
                ],
                **values,
            }
        )

    def enter(self, order, code):
        """Type a code into an order and take its reward, as staff do."""
        status = order._try_apply_code(code)
        self.assertNotIn("error", status)
        for coupon, rewards in list(status.items()):
            for reward in rewards:
                self.assertFalse(order._apply_program_reward(reward, coupon))
        order._update_programs_and_rewards()

    def test_used_in_an_order_and_given_back(self):
        redemption = self.redeem(self.coffee, branch=self.silom)
        order = self.order()
        self.enter(order, redemption.code)
        self.assertEqual(redemption.state, "issued", "a quotation uses nothing")
        order.action_confirm()
        self.assertEqual(
            (redemption.state, redemption.used_branch_id, redemption.used_document),
            ("used", self.ari, order.name),
        )
        self.assertEqual(redemption.cost, 12)
        self.assertEqual(redemption.action_view_document()["res_id"], order.id)
        with self.assertRaisesRegex(UserError, order.name):
            redemption.action_undo_use()
        with self.assertRaisesRegex(UserError, "used already"):
            redemption._use(self.silom)
        order._action_cancel()
        self.assertTrue(redemption.coupon_id.exists())
        self.assertEqual((redemption.state, redemption.coupon_id.points), ("issued", 1))
        self.assertFalse(redemption.used_document)
        self.assertBalance(self.card, 400)
        redemption.action_cancel()
        self.assertBalance(self.card, 500)

    def test_a_percentage_costs_what_it_took_off(self):
        self.coffee.write(
            {"reward_type": "discount", "discount": 25, "discount_mode": "percent"}
        )
        redemption = self.redeem(self.coffee)
        self.assertEqual(redemption.cost, 0)
        order = self.order(10)
        self.enter(order, redemption.code)
        self.assertEqual(order.amount_total, 300)
        order.action_confirm()
        self.assertEqual(redemption.cost, 100)

    def test_used_at_the_counter_first(self):
        redemption = self.redeem(self.coffee)
        order = self.order()
        self.enter(order, redemption.code)
        redemption._use(self.silom)
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertEqual(redemption.used_branch_id, self.silom)
        status = self.order()._try_apply_code(redemption.code)
        self.assertIn("already been used", status["error"])

    def test_cancelled_and_expired_codes_are_refused(self):
        redemption = self.redeem(self.coffee)
        redemption.action_cancel()
        self.assertIn("error", self.order()._try_apply_code(redemption.code))

    def test_entered_on_a_confirmed_order(self):
        redemption = self.redeem(self.coffee)
        order = self.order()
        order.action_confirm()
        self.enter(order, redemption.code)
        self.assertEqual(
            (redemption.state, redemption.used_document), ("used", order.name)
        )

    def test_delivery_to_the_parcel_number(self):
        """From redeeming to the parcel number seen by the member."""
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "order", "reward_point_amount": 7}),
        ]
        address = self.env["res.partner"].create(
            {
                "name": "Office",
                "parent_id": self.partner.id,
                "type": "delivery",
                "street": "1 Rama IV",
            }
        )
        redemption = self.redeem(self.parcel, branch=self.thonglor)
        order = redemption.order_id
        self.assertEqual(
            (order.state, order.amount_total, order.branch_id),
            ("sale", 0, self.thonglor),
        )
        self.assertEqual(order.partner_shipping_id, address)
        self.assertEqual(order.order_line.product_id, self.cup)
        self.assertBalance(self.card, 300)
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.amount_total, 0)
        self.assertEqual(order.points_expected, 0)
        self.assertEqual(order.invoice_status, "no")
        self.assertBalance(self.card, 300)
        view = redemption._get_member_view()
        self.assertEqual(view["parcel"]["state"], "to_send")
        self.assertIn("1 Rama IV", view["parcel"]["address"])
        redemption.write({"carrier": "Thailand Post", "tracking_number": "EX123TH"})
        redemption.action_parcel_sent()
        parcel = redemption._get_member_view()["parcel"]
        self.assertEqual(
            (parcel["state"], parcel["number"], parcel["carrier"]),
            ("sent", "EX123TH", "Thailand Post"),
        )
        self.assertEqual(redemption.state, "used")
        redemption.action_parcel_delivered()
        self.assertEqual(redemption.parcel_state, "delivered")
        with self.assertRaisesRegex(UserError, "another step"):
            redemption.action_parcel_delivered()

    def test_a_delivery_is_no_purchase(self):
        self.redeem(self.parcel)
        self.assertFalse(self.partner._has_bought_before(self.env.company))
        self.assertEqual(self.figures(), (0, 0))
        self.order().action_confirm()
        self.assertTrue(self.partner._has_bought_before(self.env.company))
        self.assertEqual(self.figures(), (1, 40))

    def figures(self):
        """:return: orders and amount of the member, counted anew"""
        metrics = self.env["crm.customer.metric"]
        self.env.flush_all()
        [param] = metrics._metric_params(company_ids=self.env.company.ids)
        metrics._store_metrics(param, self.partner.ids)
        found = metrics.search([("partner_id", "=", self.partner.id)])
        self.env.invalidate_all()
        self.assertEqual(len(self.partner.customer_order_ids), found.order_count_all)
        return found.order_count, found.amount_total

    def test_delivery_elsewhere(self):
        with self.assertRaisesRegex(UserError, "no address of the member"):
            self.redeem(self.parcel, address=self.other_partner)
        self.assertBalance(self.card, 500)

    def test_cancelled_delivery(self):
        """From either side: the reward, or its order."""
        redemption = self.redeem(self.parcel)
        redemption.action_cancel()
        self.assertEqual(redemption.order_id.state, "cancel")
        self.assertBalance(self.card, 500)
        redemption = self.redeem(self.parcel)
        redemption.order_id._action_cancel()
        self.assertEqual(redemption.state, "cancelled")
        self.assertBalance(self.card, 500)

    def test_four_branches(self):
        """Joined, earned, redeemed and used at four branches, each on record."""
        self.program.write(
            {
                "trigger": "auto",
                "welcome_points": 5,
                "rule_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "product_ids": [Command.set(self.tea.ids)],
                        }
                    ),
                ],
            }
        )
        partner = self.env["res.partner"].create({"name": "Joiner"})
        joined = self.order(3, partner_id=partner.id, branch_id=self.sathorn.id)
        joined.action_confirm()
        card = self.Card.search(
            [("partner_id", "=", partner.id), ("program_id", "=", self.program.id)]
        )
        earned = self.order(2, partner_id=partner.id, branch_id=self.thonglor.id)
        earned.action_confirm()
        redemption = self.redeem(self.coffee, card=card, branch=self.silom)
        used = self.order(1, partner_id=partner.id, branch_id=self.ari.id)
        self.enter(used, redemption.code)
        used.action_confirm()
        entries = self.Entry.search([("card_id", "=", card.id)], order="seq")
        by_branch = {(each.kind, each.source_id): each.branch_id for each in entries}
        self.assertEqual(by_branch["earn", joined.id], self.sathorn)
        self.assertEqual(by_branch["earn", earned.id], self.thonglor)
        self.assertEqual(by_branch["redeem", redemption.id], self.silom)
        self.assertEqual(redemption.branch_id, self.silom)
        self.assertEqual(redemption.used_branch_id, self.ari)

    def test_wizard(self):
        """Officers see what the member may take, and why not the rest."""
        self._post(-350)
        action = self.card.action_redeem()
        wizard = self.env["loyalty.redeem"].browse(action["res_id"])
        refusals = {line.reward_id: line.refusal for line in wizard.line_ids}
        self.assertFalse(refusals[self.coffee])
        self.assertIn("50 more are needed", refusals[self.parcel])
        self.assertIn("left", refusals[self.listed])
        wizard.branch_id = self.silom
        line = wizard.line_ids.filtered(lambda each: each.reward_id == self.coffee)
        done = line.action_redeem()
        self.assertEqual(line.action_redeem()["res_id"], done["res_id"])
        self.assertBalance(self.card, 50)
        redemption = self.env["loyalty.redemption"].browse(done["res_id"])
        self.assertEqual(redemption.branch_id, self.silom)
        use = self.env["loyalty.redemption.use"].create(
            {"code": redemption.code.lower(), "branch_id": self.ari.id}
        )
        self.assertEqual(use.redemption_id, redemption)
        use.action_use()
        self.assertEqual(redemption.used_branch_id, self.ari)
        for code in ("%", "0" * 29, redemption.code[:-1]):
            use = self.env["loyalty.redemption.use"].create({"code": code})
            self.assertIn("not known", use.refusal)
        use = self.env["loyalty.redemption.use"].create({"code": redemption.code})
        self.assertIn("used already", use.refusal)

    def test_partner_field(self):
        """The count and its search agree with a count by hand, for contacts, too."""
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner.id}
        )
        self.redeem(self.coffee)
        self.redeem(self.shared)
        self.redeem(self.shared).action_cancel()
        people = self.partner + self.other_partner + contact
        self.assertEqual(people.mapped("rewards_redeemed_count"), [2, 0, 2])
        Partner = self.env["res.partner"]
        for operator, value, wanted in (
            ("=", 2, self.partner + contact),
            ("=", 0, self.other_partner),
            ("!=", 0, self.partner + contact),
            (">", 1, self.partner + contact),
            ("<", 1, self.other_partner),
            ("<=", 2, people),
            (">=", 0, people),
            (">", 2, Partner),
            ("in", [0, 2], people),
        ):
            domain = [("rewards_redeemed_count", operator, value)]
            found = Partner.search([("id", "in", people.ids), *domain])
            self.assertEqual(found, wanted & found, (operator, value))
            self.assertEqual(len(found), len(wanted), (operator, value))

    def test_erased_and_merged_customers(self):
        redemption = self.redeem(self.coffee)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.partner + self.other_partner).ids, self.other_partner)
        self.assertEqual(redemption.partner_id, self.other_partner)
        self.assertEqual(self.other_partner.rewards_redeemed_count, 1)
        survivor = self.Card.search([("partner_id", "=", self.other_partner.id)])
        redemption.action_cancel()
        self.assertBalance(survivor, 500)
        redemption = self.redeem(self.coffee, card=survivor)
        self.other_partner._erase_points()
        self.assertEqual(
            (redemption.state, redemption.coupon_id.points), ("cancelled", 0)
        )
        self.assertFalse(redemption.partner_id)

    def test_nobody_uses_what_an_erased_member_left(self):
        self.coffee.write({"stock_limited": True, "stock_left": 5})
        used = self.redeem(self.coffee)
        used._use(branch=self.silom)
        left = self.redeem(self.coffee)
        left |= self.redeem(self.parcel) | self.redeem(self.shared)
        unused = left[0]
        self.partner._crm_erase("test")
        self.assertEqual(set(left.mapped("state")), {"cancelled"})
        self.assertEqual(set(left.mapped("cancel_reason")), {"erased"})
        self.assertTrue(all(left.mapped("closed_at")))
        self.assertFalse((left | used).partner_id)
        self.assertFalse(unused.coupon_id.active)
        for attempt in (unused._use, unused.action_undo_use, unused.action_cancel):
            with self.assertRaises(UserError):
                attempt()
        self.assertEqual(unused.coupon_id.points, 0)
        self.assertEqual(left.order_id.state, "cancel", "no parcel is sent")
        self.assertEqual(self.coffee.stock_left, 4)
        # history stays as it was, and no points come back
        self.assertEqual((used.state, used.used_branch_id), ("used", self.silom))
        self.assertFalse(any((left | used).mapped("points_returned")))
        kinds = self.card.point_entry_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["earn", *["redeem"] * 4, "lapse"])
        self.assertBalance(self.card, 0)
        rows = self.env["loyalty.reward.report"].search(
            [("program_id", "=", self.program.id), ("channel", "=", "redemption")]
        )
        self.assertEqual(sum(rows.mapped("points")), 450)
        self.assertEqual(sum(rows.mapped("cost")), used.cost, "of what was used")
