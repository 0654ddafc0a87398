from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..tools import document_ledger, frozen_goods
from .random_size import SEQUENCES, undone
from .return_common import ReturnCase


@tagged("post_install", "-at_install")
class TestCreditNotes(ReturnCase):
    """F4: in plain Odoo a customer who is paid back keeps the points."""

    def test_full_credit_note(self):
        order = self._confirmed(3)
        note = self._credit(self._invoice(order), post=False)
        self.assertBalance(self.card, 300)
        note.action_post()
        self.assertBalance(self.card, 0)
        back = self._entries(order, "reversal")
        self.assertEqual((back.points, back.reason), (-300, "credit_note"))

    def test_reset_and_cancelled_credit_note_gives_back(self):
        order = self._confirmed(3)
        note = self._credit(self._invoice(order), {self.product: 2})
        self.assertBalance(self.card, 100)
        note.button_draft()
        self.assertBalance(self.card, 300)
        note.action_post()
        self.assertBalance(self.card, 100)
        note.button_draft()
        note.button_cancel()
        self.assertBalance(self.card, 300)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_rate_of_the_day_of_the_order(self):
        order = self._confirmed(4)
        invoice = self._invoice(order)
        self.program.rule_ids.reward_point_amount = 10
        self._credit(invoice, {self.product: 1})
        self.assertBalance(self.card, 300)
        self.program.rule_ids.unlink()
        self._credit(invoice, {self.product: 3})
        self.assertBalance(self.card, 0)

    def test_price_reduction_takes_by_the_money(self):
        self.program.rule_ids = [
            Command.create(
                {"reward_point_mode": "unit", "product_ids": self.product.ids}
            )
        ]
        order = self._confirmed(3)
        self.assertBalance(self.card, 303)
        invoice = self._invoice(order)
        self._credit(invoice, {self.product: 3}, price=10)
        self.assertBalance(self.card, 273)
        self._credit(invoice, {self.product: 3})
        self.assertBalance(self.card, 0)

    def test_order_lowered_then_credited(self):
        """The piece that left the order is the piece on the credit note."""
        order = self._confirmed(3)
        invoice = self._invoice(order)
        order.order_line.product_uom_qty = 2
        self.assertBalance(self.card, 200)
        self._credit(invoice, {self.product: 1})
        self.assertBalance(self.card, 200)

    def test_credited_then_order_lowered(self):
        order = self._confirmed(3)
        invoice = self._invoice(order)
        self._credit(invoice, {self.product: 1})
        order.order_line.product_uom_qty = 2
        self.assertBalance(self.card, 200)

    def test_same_goods_by_file_and_credit_note(self):
        order = self._confirmed(3)
        invoice = self._invoice(order)
        order.sudo()._crm_apply_return([(order.order_line, 2)], "return:1")
        self.assertBalance(self.card, 100)
        self._credit(invoice, {self.product: 1})
        self.assertBalance(self.card, 100)
        self._credit(invoice, {self.product: 2})
        self.assertBalance(self.card, 0)

    def test_invoiced_again(self):
        """Reverse and Create Invoice corrects a document; the goods stay sold."""
        order = self._confirmed(3)
        invoice = self._invoice(order)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        again = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertBalance(self.card, 0)
        again.action_post()
        self.assertBalance(self.card, 300)
        self._credit(again)
        self.assertBalance(self.card, 0)

    def test_cancelled_after_a_credit_note(self):
        order = self._confirmed(3)
        self._credit(self._invoice(order), {self.product: 1})
        order._action_cancel()
        self.assertBalance(self.card, 0)
        order.action_draft()
        order.action_confirm()
        self.assertBalance(self.card, 200)

    def test_reward_gives_its_points_back(self):
        first = self._confirmed(2)
        order = self._order(3)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        self.assertBalance(self.card, 400)
        self.assertEqual(self._remaining(*self._entries(first)), [100])
        invoice = self._invoice(order)
        self._credit_with_reward(invoice, 2)
        self.assertBalance(self.card, 250)
        self.assertEqual(self._remaining(*self._entries(first)), [150])
        note = self._credit_with_reward(invoice, 1)
        self.assertBalance(self.card, 200)
        self.assertEqual(self._remaining(*self._entries(first)), [200])
        self.assertEqual(sum(self._entries(order).mapped("points")), 0)
        note.button_draft()
        self.assertBalance(self.card, 250)

    def _credit_with_reward(self, invoice, teas):
        """:return: a posted credit note for teas and half of the discount of 10.00"""
        discount = self.reward.discount_line_product_id
        note = self._credit(invoice, {self.product: teas, discount: 1}, post=False)
        lines = note.invoice_line_ids
        lines.filtered(lambda line: line.product_id == discount).price_unit = -5
        note.action_post()
        return note

    def test_spent_meanwhile_is_a_debt(self):
        order = self._confirmed(1)
        self.program.rule_ids.minimum_amount = 100000
        spent = self._order(1)
        self._claim(spent, self.reward, self.card)
        spent.action_confirm()
        self._credit(self._invoice(order))
        self.assertBalance(self.card, -100)
        self.program.rule_ids.minimum_amount = 0
        self._confirmed(3)
        self.assertBalance(self.card, 200)

    def test_accountant_needs_no_right_on_orders(self):
        order = self._confirmed(3)
        invoice = self._invoice(order)
        clerk = new_test_user(self.env, "points_clerk", "account.group_account_invoice")
        note = self._credit(invoice, {self.product: 1}, post=False)
        note.with_user(clerk).action_post()
        self.assertBalance(self.card, 200)
        back = self._entries(order, "reversal")
        self.assertEqual(back.operator_id, clerk.id)

    def test_order_of_before_the_ledger(self):
        order = self._order(3)
        order._update_programs_and_rewards()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id]
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET state = 'sale' WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()
        order.order_line.modified(["state"])
        self._post(300, "opening")
        invoice = self._invoice(order)
        self._credit(invoice, {self.product: 1})
        self.assertBalance(self.card, 200)
        note = self._credit(invoice, {self.product: 2})
        self.assertBalance(self.card, 0)
        note.button_draft()
        self.assertBalance(self.card, 200)
        # Odoo cancels the draft note along, which a salesperson may not.
        order.sudo()._action_cancel()
        self.assertBalance(self.card, 0)

    def test_any_split_takes_back_all(self):
        """Invariant 11: partial credit notes in any order and split sum exactly to the
        full one, and at no time is more taken than was earned."""
        self.program.thb_per_point = 25
        self.program.rule_ids = [
            Command.create({"reward_point_mode": "order", "minimum_amount": 150})
        ]
        products = (self.product, self.other_product)

        @settings(deadline=None, max_examples=SEQUENCES)
        @given(st.integers(1, 6), st.integers(1, 4), st.data())
        def check(teas, cups, data):
            with undone(self.env):
                play(teas, cups, data)

        def play(teas, cups, data):
            before = self.card.points
            order = self._confirmed(teas, cups)
            invoice = self._invoice(order)
            left = [teas, cups]
            while any(left):
                part = [data.draw(st.integers(0, quantity)) for quantity in left]
                if not any(part):
                    part = list(left)
                self._credit(invoice, dict(zip(products, part, strict=True)))
                left = [all_ - some for all_, some in zip(left, part, strict=True)]
                self.assertGreaterEqual(self.card.points, before)
            self.assertBalance(self.card, before)

        check()


@tagged("post_install", "-at_install")
class TestReturnMutants(ReturnCase):
    """Broken variants of the two rules that a return rests on must be noticed by the
    tests above; this shows that they would be."""

    def test_rate_of_today_is_noticed(self):
        order = self._confirmed(4)
        invoice = self._invoice(order)
        self.program.rule_ids.reward_point_amount = 10
        right = frozen_goods.worth

        def today_only(_whys, goods, today=None):
            return right([], goods, today)

        self.patch(document_ledger, "worth", today_only)
        self._credit(invoice, {self.product: 1})
        self.card.invalidate_recordset()
        self.assertNotEqual(self.card.points, 300)

    def test_returned_twice_is_noticed(self):
        order = self._confirmed(3)
        invoice = self._invoice(order)
        lines = type(self.env["sale.order.line"])
        once = lines._get_credited

        def added_up(records, supposed=()):
            return {
                line_id: frozen_goods.Back(
                    back.quantity + int(records.browse(line_id).returned_qty),
                    back.total,
                    back.untaxed,
                )
                for line_id, back in once(records, supposed).items()
            }

        order.sudo()._crm_apply_return([(order.order_line, 1)], "return:1")
        self.patch(lines, "_get_credited", added_up)
        self._credit(invoice, {self.product: 1})
        self.card.invalidate_recordset()
        self.assertNotEqual(self.card.points, 200)
