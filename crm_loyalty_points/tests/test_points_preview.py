from odoo.tests import Form, tagged

from .return_common import ReturnCase


@tagged("post_install", "-at_install")
class TestPointsPreview(ReturnCase):
    """Who takes goods back must be able to tell the customer what it costs in points
    before it is done; and what is told must be what happens."""

    def _only(self, effects):
        self.assertEqual(len(effects), 1)
        return {key: effects[0][key] for key in ("taken", "given", "balance", "debt")}

    def test_return_preview_posts_nothing(self):
        order = self._confirmed(3)
        effect = self._only(order._preview_return({order.order_line.id: 2}))
        self.assertEqual(effect, {"taken": 200, "given": 0, "balance": 100, "debt": 0})
        self.assertBalance(self.card, 300)
        order.sudo()._crm_apply_return([(order.order_line, 2)], "return:1")
        self.assertBalance(self.card, 100)
        effect = self._only(order._preview_return({order.order_line.id: 5}))
        self.assertEqual(effect["taken"], 100, "never more than there is")

    def test_cancel_dialog(self):
        self._confirmed(2)
        order = self._order(3)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        self.assertTrue(order.points_moved)
        action = order.action_cancel_with_preview()
        Wizard = self.env[action["res_model"]].with_context(**action["context"])
        with Form(Wizard) as form:
            text = form.points_preview
        effect = self._only(order._preview_points(withdrawn=True))
        self.assertEqual(
            effect, {"taken": 300, "given": 100, "balance": 200, "debt": 0}
        )
        for word in ("300", "are taken back", "100", "are given back", "Somchai"):
            self.assertIn(word, text)
        form.record.action_mass_cancel()
        self.assertBalance(self.card, 200)
        self.assertEqual(order.state, "cancel")

    def test_credit_note_dialog_with_a_debt(self):
        order = self._confirmed(1)
        invoice = self._invoice(order)
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        Wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        with Form(Wizard) as form:
            form.journal_id = invoice.journal_id
            text = form.points_preview
        self.assertIn("The customer owes them", text)
        self.assertBalance(self.card, 0)
        self._credit(invoice)
        self.assertBalance(self.card, -100)
        order.invalidate_recordset()
        self.assertEqual((self.card.points_debt, order.points_debt), (100, 100))

    def test_nothing_to_tell(self):
        self.program.active = False
        order = self._confirmed(1)
        self.assertFalse(order.points_moved)
        self.assertEqual(order._preview_points(withdrawn=True), [])
        invoice = self._invoice(order)
        Wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        with Form(Wizard) as form:
            form.journal_id = invoice.journal_id
            self.assertFalse(form.points_preview)

    def test_credited_part_is_told_once(self):
        order = self._confirmed(3)
        invoice = self._invoice(order)
        order.sudo()._crm_apply_return([(order.order_line, 2)], "return:1")
        rows = [(order.order_line.id, 2, 200, 200)]
        self.assertEqual(order._preview_points({"credit": rows}), [])
        self._credit(invoice, {self.product: 2})
        self.assertBalance(self.card, 100)
