from odoo.fields import Command
from odoo.tests import Form, tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestSaleEdits(OrderCase):
    """F2: staff correct confirmed orders every day. Plain Odoo changes the points at no
    edit, and takes the wrong number when the order is cancelled afterwards."""

    def _line(self, order):
        return order.order_line.filtered(lambda line: line.product_id == self.product)

    def test_quantity_up_and_cancelled(self):
        order = self._order(1)
        order.action_confirm()
        self._line(order).product_uom_qty = 3
        self.assertBalance(self.card, 300)
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 300)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_price_and_discount(self):
        order = self._order(2)
        order.action_confirm()
        self._line(order).price_unit = 80
        self.assertBalance(self.card, 160)
        self._line(order).discount = 50
        self.assertBalance(self.card, 80)
        self._line(order).write({"discount": 0, "price_unit": 100})
        self.assertBalance(self.card, 200)

    def test_line_added_and_removed(self):
        order = self._order(1)
        order.action_confirm()
        order.order_line = [
            Command.create({"product_id": self.other_product.id, "price_unit": 40})
        ]
        self.assertBalance(self.card, 140)
        added = order.order_line - self._line(order)
        added.product_uom_qty = 0
        self.assertBalance(self.card, 100)

    def test_another_product(self):
        self.program.rule_ids.product_ids = self.product
        # Odoo keeps the product of a line that the warehouse knows.
        (self.product + self.other_product).type = "service"
        order = self._order(2)
        order.action_confirm()
        self.assertBalance(self.card, 200)
        line = self._line(order)
        line.product_id = self.other_product
        self.assertBalance(self.card, 0)
        line.product_id = self.product
        self.assertBalance(self.card, 200)

    def test_what_goes_goes_at_the_rate_of_its_day(self):
        order = self._order(4)
        order.action_confirm()
        self.program.rule_ids.reward_point_amount = 10
        self._line(order).product_uom_qty = 1
        self.assertBalance(self.card, 100)
        self.program.rule_ids.unlink()
        self._line(order).product_uom_qty = 0
        self.assertBalance(self.card, 0)

    def test_what_comes_is_counted_by_the_rate_of_today(self):
        order = self._order(2)
        order.action_confirm()
        self.program.rule_ids.reward_point_amount = 10
        self._line(order).product_uom_qty = 3
        self.assertBalance(self.card, 1200)
        self._line(order).product_uom_qty = 2
        self.assertBalance(self.card, 200)
        self._line(order).product_uom_qty = 3
        self.assertBalance(self.card, 1200)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_edits_are_one_entry_per_saved_form(self):
        order = self._order(2)
        order.action_confirm()
        before = len(self._entries(order))
        with Form(order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 1
            with form.order_line.new() as line:
                line.product_id = self.other_product
                line.price_unit = 40
        self.assertBalance(self.card, 140)
        self.assertEqual(len(self._entries(order)), before + 1)

    def test_archived_programme_gives_no_more_and_takes_no_more(self):
        order = self._order(2)
        order.action_confirm()
        self.program.active = False
        self._line(order).product_uom_qty = 5
        self.assertBalance(self.card, 200)
        order._update_programs_and_rewards()
        self.assertBalance(self.card, 200)
        self._line(order).product_uom_qty = 1
        self.assertBalance(self.card, 100)

    def test_minimum_reached_by_an_edit(self):
        self.program.rule_ids.minimum_amount = 250
        order = self._order(2)
        order.action_confirm()
        self.assertBalance(self.card, 0)
        self._line(order).product_uom_qty = 3
        self.assertBalance(self.card, 300)
        self._line(order).product_uom_qty = 2
        self.assertBalance(self.card, 0)

    def test_first_points_by_an_edit_make_the_card(self):
        self.program.rule_ids.minimum_amount = 250
        order = self._order(2, self.other_partner)
        order.action_confirm()
        self._line(order).product_uom_qty = 3
        card = self._entries(order).card_id
        self.assertEqual(card.partner_id, self.other_partner)
        self.assertBalance(card, 300)

    def test_discount_line_added_and_taken_off(self):
        order = self._order(3)
        order.action_confirm()
        order.order_line = [
            Command.create({"product_id": self.other_product.id, "price_unit": -30})
        ]
        self.assertBalance(self.card, 270)
        (order.order_line - self._line(order)).price_unit = 0
        self.assertBalance(self.card, 300)

    def test_confirmed_again_counts_by_the_new_day(self):
        order = self._order(2)
        order.action_confirm()
        order._action_cancel()
        self.program.rule_ids.reward_point_amount = 10
        order.action_draft()
        order.action_confirm()
        self.assertBalance(self.card, 2000)
        self._line(order).product_uom_qty = 1
        self.assertBalance(self.card, 1000)

    def test_prepaid_value_follows(self):
        self.program.active = False
        self.wallet.rule_ids = [
            Command.clear(),
            Command.create(
                {"reward_point_mode": "money", "product_ids": self.product.ids}
            ),
        ]
        order = self._order(3)
        order.action_confirm()
        card = self._entries(order).card_id
        self.assertBalance(card, 300)
        self._line(order).product_uom_qty = 1
        self.assertBalance(card, 100)
        order._action_cancel()
        self.assertBalance(card, 0)
