from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestSaleImport(OrderCase):
    """Years of orders come from other shops' files. They earn on their own day, and
    nobody is written to about what happened years ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.welcome_points = 50

    def _confirm_imported(self, orders, points=True):
        with importing_orders(points=points):
            orders.action_confirm()

    def test_points_on_the_day_of_the_order(self):
        order = self._order(2, self.other_partner, date_order="2024-03-31 18:30:00")
        mails = self.env["mail.mail"].search_count([])
        self._confirm_imported(order)
        entry = self._entries(order)
        self.assertEqual((entry.kind, entry.points), ("earn", 200))
        self.assertEqual(str(entry.date), "2024-04-01", "the next morning in Bangkok")
        self.assertBalance(entry.card_id, 200)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(self.Entry.search([("kind", "=", "welcome")]))

    def test_without_points(self):
        order = self._order(2)
        self._confirm_imported(order, points=False)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._entries(order))
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_programme_of_the_orders_day(self):
        self.program.date_from = "2024-01-01"
        old = self._order(1, date_order="2023-12-30 05:00:00")
        new = self._order(1, date_order="2024-01-02 05:00:00")
        self._confirm_imported(old + new)
        self.assertFalse(self._entries(old))
        self.assertEqual(self._entries(new).points, 100)

    def test_batch_equals_one_by_one(self):
        """The set-based count gives what confirming each order gives."""
        self.program.rule_ids = [
            Command.create(
                {"reward_point_mode": "unit", "product_ids": self.product.ids}
            )
        ]
        customers = self.partner + self.other_partner
        for partner in customers:
            for quantity in (1, 2, 3):
                self._order(quantity, partner).action_confirm()
        single = customers.mapped("points_balance")
        orders = self.env["sale.order"]
        for partner in customers:
            for quantity in (1, 2, 3):
                orders += self._order(quantity, partner)
        self._confirm_imported(orders)
        customers.invalidate_recordset()
        gained = [
            now - before
            for now, before in zip(
                customers.mapped("points_balance"), single, strict=True
            )
        ]
        # The second partner became a member, with 50 points, by the first order.
        self.assertEqual(gained, [606, 606])
        self.assertEqual(single, [606, 656])
        self.assertEqual(
            len(self.Card.search([("partner_id", "in", customers.ids)])), 2
        )

    def test_imported_order_is_cancelled_like_any(self):
        order = self._order(2)
        self._confirm_imported(order)
        order._action_cancel()
        self.assertBalance(self.card, 0)


@tagged("post_install", "-at_install")
class TestSaleReturns(OrderCase):
    """Goods that come back take their points along: at the rate of the day they were
    sold, whatever the programme gives by now, and each point once."""

    def _return(self, order, *quantities):
        lines = [
            (line, quantity)
            for line, quantity in zip(order.order_line, quantities, strict=False)
            if quantity
        ]
        order.sudo()._crm_apply_return(lines, f"test:{order.id}:{quantities}")

    def test_rate_of_the_day_of_the_order(self):
        order = self._order(4)
        order.action_confirm()
        self.program.rule_ids.reward_point_amount = 10
        self._return(order, 1)
        self.assertBalance(self.card, 300)
        self.program.rule_ids.unlink()
        self._return(order, 3)
        self.assertBalance(self.card, 0)
        back = self._entries(order, "reversal")
        self.assertEqual(back.mapped("points"), [-100, -300])
        self.assertEqual(back.mapped("reason"), ["goods_returned"] * 2)

    def test_whole_steps_of_baht(self):
        """3 x 33 = 99 baht are 3 points at 25; 66 are 2; 33 are 1."""
        self.program.thb_per_point = 25
        order = self._order(3)
        order.order_line.price_unit = 33
        order.action_confirm()
        for left in (2, 1, 0):
            self._return(order, 1)
            self.assertBalance(self.card, left)

    def test_repeated_return_takes_nothing(self):
        order = self._order(3)
        order.action_confirm()
        self._return(order, 1)
        self._return(order, 0)
        self.assertBalance(self.card, 200)

    def test_points_used_meanwhile_are_owed(self):
        order = self._order(1)
        order.action_confirm()
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        self._return(order, 1)
        self.assertBalance(self.card, -100)

    def test_cancel_after_a_return_takes_the_rest(self):
        order = self._order(3)
        order.action_confirm()
        self._return(order, 2)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_order_that_earned_nothing(self):
        self.program.rule_ids.minimum_amount = 100000
        order = self._order(1)
        order.action_confirm()
        self._return(order, 1)
        self.assertBalance(self.card, 0)

    def test_any_split_takes_back_all(self):
        """Invariant 11, through the public way of returning goods."""
        self.program.thb_per_point = 25
        self.program.rule_ids = [
            Command.create({"reward_point_mode": "order", "minimum_amount": 150})
        ]

        @settings(deadline=None, max_examples=15)
        @given(st.integers(1, 6), st.integers(1, 4), st.data())
        def check(teas, cups, data):
            order = self._order(teas)
            order.order_line = [
                Command.create(
                    {"product_id": self.other_product.id, "product_uom_qty": cups}
                )
            ]
            before = self.card.points
            order.action_confirm()
            left = [teas, cups]
            while any(left):
                part = [data.draw(st.integers(0, quantity)) for quantity in left]
                if not any(part):
                    part = list(left)
                self._return(order, *part)
                left = [all_ - some for all_, some in zip(left, part, strict=True)]
                self.assertGreaterEqual(self.card.points, before)
            self.assertBalance(self.card, before)

        check()

    def test_returned_goods_stay_returned(self):
        """A later change of the order is no reason to give their points again."""
        order = self._order(4)
        order.action_confirm()
        order._crm_apply_return([(order.order_line, 3)], "return:1")
        self.assertBalance(self.card, 100)
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 100)
        order.order_line.product_uom_qty = 5
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 200)
        order._crm_apply_return([(order.order_line, 1)], "return:2")
        self.assertBalance(self.card, 100)
        order._action_cancel()
        self.assertBalance(self.card, 0)
