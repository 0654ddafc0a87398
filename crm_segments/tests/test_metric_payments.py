from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .common_metrics import PaymentsCase


@tagged("post_install", "-at_install")
class TestMetricPayments(PaymentsCase):
    """What a customer really paid ranks customers; money must count once.

    Every test checks the queue as well: payments change invoices by stored computed
    fields and by reconciliation, never by a write on the order.
    """

    def paid(self):
        """:return: amount paid after the queue alone, proven by a full pass"""
        queued = self.queued()
        self.queue._add_pairs(queued)
        self.metrics._refresh_dirty()
        self.assertEqual(self.metrics._check_metrics(), [])
        row = self.row()
        return queued, row and row["amount_paid"]

    def test_invoice_paid_in_parts(self):
        order = self.order(amount=100)
        self.assertEqual(self.paid()[1], 0)
        invoice = self.invoice(order)
        self.assertEqual(self.paid(), ({self.mine}, 0))
        self.pay(invoice, 30)
        self.assertEqual(self.paid(), ({self.mine}, 30))
        self.pay(invoice, 70)
        self.assertEqual(self.paid(), ({self.mine}, 100))

    def test_draft_invoice_means_nothing(self):
        order = self.order()
        self.settle()
        self.invoice(order, post=False)
        self.assertEqual(self.paid()[1], 0)

    def test_unreconciled(self):
        """A bounced payment: the invoice is open again."""
        invoice = self.invoice(self.order(amount=80))
        self.pay(invoice, 80)
        self.assertEqual(self.paid()[1], 80)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.paid(), ({self.mine}, 0))

    def test_refund(self):
        """A credit note that closes the invoice is no payment; money paid back is
        deducted."""
        invoice = self.invoice(self.order(amount=50))
        self.pay(invoice, 50)
        self.settle()
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        refund.action_post()
        self.assertEqual(self.paid(), ({self.mine}, 50))
        self.pay(refund, 20)
        self.assertEqual(self.paid(), ({self.mine}, 30))

    def test_credit_note_instead_of_payment(self):
        invoice = self.invoice(self.order(amount=50))
        invoice._reverse_moves([{"invoice_date": invoice.invoice_date}], cancel=True)
        self.assertEqual(self.paid()[1], 0)

    def test_invoice_back_to_draft(self):
        invoice = self.invoice(self.order(amount=50))
        self.pay(invoice, 50)
        self.assertEqual(self.paid()[1], 50)
        invoice.button_draft()
        self.assertEqual(self.paid(), ({self.mine}, 0))
        invoice.button_cancel()
        self.assertEqual(self.paid()[1], 0)

    def test_invoiced_to_another_partner(self):
        """The payer gets the payment, the orderer's own payment stops counting."""
        payer = self.env["res.partner"].create({"name": "Payer"})
        order = self.order(amount=100, partner_invoice_id=payer.id)
        self.transaction(order, 40)
        self.assertEqual(self.paid()[1], 40)
        self.invoice(order)
        queued, paid = self.paid()
        self.assertEqual(queued, {self.mine, (payer.id, self.company.id)})
        self.assertEqual(paid, 0)
        self.assertIsNone(self.row(payer), "payments alone make no customer")

    def test_online_payment(self):
        order = self.order(amount=100)
        transaction = self.transaction(order, 60, state="pending")
        self.assertEqual(self.paid()[1], 0)
        transaction.state = "done"
        self.assertEqual(self.paid(), ({self.mine}, 60))
        self.invoice(order)
        self.assertEqual(self.paid(), ({self.mine}, 0), "the invoice is the truth now")

    def test_online_refund(self):
        """A refund is linked to the payment only, not to the order."""
        transaction = self.transaction(self.order(amount=100), 60)
        refund = transaction._create_child_transaction(25, is_refund=True)
        self.assertEqual(self.paid()[1], 60)
        refund.state = "done"
        self.assertEqual(self.paid(), ({self.mine}, 35))

    def test_captured_in_parts(self):
        """The parts count, not once more the payment they were taken from."""
        transaction = self.transaction(self.order(amount=100), 100, state="pending")
        part = transaction._create_child_transaction(70)
        part.state = "done"
        self.assertEqual(self.paid()[1], 70)
        rest = transaction._create_child_transaction(30)
        rest.state = "cancel"
        transaction.state = "done"
        self.assertEqual(self.paid()[1], 70)

    def test_payment_of_two_orders(self):
        first, second = self.order(amount=10), self.order(amount=20)
        transaction = self.transaction(first, 30)
        transaction.sale_order_ids |= second
        self.assertEqual(self.paid()[1], 30)

    def test_transaction_linked_and_deleted(self):
        order, other = self.order(amount=10), self.order(amount=20)
        transaction = self.transaction(order, 10)
        self.assertEqual(self.paid()[1], 10)
        order.transaction_ids = [Command.clear()]
        self.assertEqual(self.paid(), ({self.mine}, 0))
        other.transaction_ids = transaction
        self.assertEqual(self.paid(), ({self.mine}, 10))
        transaction.unlink()
        self.assertEqual(self.paid(), ({self.mine}, 0))

    def test_foreign_currency(self):
        """Amounts are in company currency: what was ordered at the order's rate, what
        was paid at the invoice's."""
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "X", "currency_id": currency.id, "company_id": self.company.id}
        )
        order = self.order(amount=100, pricelist_id=pricelist.id)
        self.transaction(order, 50)
        self.assertEqual(self.paid()[1], Decimal("12.50"))
        self.assertEqual(self.row()["amount_total"], 25)
        invoice = self.invoice(order)
        self.pay(invoice, 100)
        self.assertEqual(self.paid()[1], 25)

    def test_vendor_bill(self):
        """What we owe a customer as a supplier is another matter."""
        self.order()
        self.settle()
        bill = self.init_invoice(
            "in_invoice", partner=self.customer, amounts=[70], post=True
        )
        self.pay(bill, 70)
        self.assertEqual(self.paid(), (set(), 0))
