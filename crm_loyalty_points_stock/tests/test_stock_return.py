from odoo.tests import Form, tagged

from odoo.addons.crm_loyalty_points.tests.return_common import ReturnCase


@tagged("post_install", "-at_install")
class TestStockReturn(ReturnCase):
    """In plain Odoo goods that come back leave their points with the customer. They
    must go along, once, whatever else is written about the same goods."""

    def _deliver(self, order):
        """:return: the done delivery of an order"""
        picking = order.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        self._receive(picking)
        return picking

    def _receive(self, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking.button_validate()

    def _wizard(self, picking, quantity, to_refund=True):
        Wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        with Form(Wizard) as form:
            with form.product_return_moves.edit(0) as line:
                line.quantity = quantity
            self.preview = form.points_preview
        form.record.product_return_moves.to_refund = to_refund
        return form.record

    def _return(self, picking, quantity, to_refund=True, receive=True):
        """:return: the return picking, done unless told otherwise"""
        action = self._wizard(picking, quantity, to_refund).action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        if receive:
            self._receive(back)
        return back

    def test_return_takes_when_it_arrives(self):
        order = self._confirmed(3)
        delivery = self._deliver(order)
        back = self._return(delivery, 2, receive=False)
        self.assertBalance(self.card, 300)
        self._receive(back)
        self.assertBalance(self.card, 100)
        entry = self._entries(order, "reversal")
        self.assertEqual((entry.points, entry.reason), (-200, "goods_returned"))
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_rate_of_the_day_of_the_order(self):
        order = self._confirmed(3)
        delivery = self._deliver(order)
        self.program.rule_ids.reward_point_amount = 10
        self._return(delivery, 1)
        self.assertBalance(self.card, 200)

    def test_returned_and_credited_counts_once(self):
        for stock_first in (True, False):
            order = self._confirmed(3)
            invoice, delivery = self._invoice(order), self._deliver(order)
            before = self.card.points
            if stock_first:
                self._return(delivery, 2)
                self.assertBalance(self.card, before - 200)
                self._credit(invoice, {self.product: 2})
            else:
                self._credit(invoice, {self.product: 2})
                self.assertBalance(self.card, before - 200)
                self._return(delivery, 2)
            self.assertBalance(self.card, before - 200)
            self._credit(invoice, {self.product: 1})
            self.assertBalance(self.card, before - 300)

    def test_exchanged_goods_keep_their_points(self):
        order = self._confirmed(3)
        delivery = self._deliver(order)
        wizard = self._wizard(delivery, 1)
        back = self.env["stock.picking"].browse(
            wizard.action_create_exchanges()["res_id"]
        )
        self._receive(back)
        self.assertBalance(self.card, 200)
        self._deliver(order)
        self.assertBalance(self.card, 300)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_returned_and_order_lowered_counts_once(self):
        order = self._confirmed(3)
        invoice, delivery = self._invoice(order), self._deliver(order)
        self._return(delivery, 1)
        self.assertBalance(self.card, 200)
        order.order_line.product_uom_qty = 2
        self.assertBalance(self.card, 200)
        self._credit(invoice, {self.product: 1})
        self.assertBalance(self.card, 200)

    def test_return_that_leaves_the_order_alone(self):
        order = self._confirmed(3)
        self._return(self._deliver(order), 2, to_refund=False)
        self.assertBalance(self.card, 300)

    def test_spent_meanwhile_is_owed(self):
        order = self._confirmed(1)
        delivery = self._deliver(order)
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        self._return(delivery, 1)
        self.assertBalance(self.card, -100)
        self.assertEqual(self.card.points_debt, 100)

    def test_dialog_tells_before(self):
        """What the dialog says while quantities are typed is what happens."""
        order = self._confirmed(3)
        delivery = self._deliver(order)
        back = self._return(delivery, 2, receive=False)
        self.assertIn("200", self.preview)
        self.assertIn("are taken back", self.preview)
        self.assertBalance(self.card, 300)
        self._receive(back)
        self.assertBalance(self.card, 100)
        self.assertFalse(self._wizard(delivery, 1, to_refund=False).points_preview)
