"""What was paid on LINE SHOPPING: figures of customers, invoices, and paying back."""

from odoo.tests import tagged

from .common_sale import SaleCase, item, paid, payload


@tagged("post_install", "-at_install")
class TestLineshoppingMoney(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service.invoice_policy = "order"
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def paid_of(self, partner):
        """:return: (really paid, sum of the payments listed) of a customer"""
        self.env.flush_all()
        metrics = self.env["crm.customer.metric"]
        for param in metrics._metric_params():
            if param.company_id == self.company.id:
                metrics._store_metrics(param, partner.ids)
        row = metrics.search([("partner_id", "=", partner.id)])
        payments = self.env["crm.customer.payment"].search(
            [("customer_id", "=", partner.id)]
        )
        return row.amount_paid, sum(payments.mapped("amount"))

    def test_paid_there_is_really_paid(self):
        waiting = self.sale(payload("A1"))
        customer = waiting.partner_id
        self.assertEqual(self.paid_of(customer), (0, 0))
        self.sale(paid("A1"), paid("A2", [item("S1", 2, 50.25)]))
        self.assertEqual(self.paid_of(customer), (200.5, 200.5))
        self.sale(paid("A2", [item("S1", 2, 50.25)], paymentStatus="REFUND"))
        self.assertEqual(self.paid_of(customer), (100, 100))

    def test_cash_on_delivery_is_paid_later(self):
        cod = {"paymentMethod": "COD", "shipmentStatus": "ON_DELIVERY"}
        sale = self.sale(payload("A1", **cod))
        self.assertEqual(sale.state, "sale")
        self.assertEqual(self.paid_of(sale.partner_id), (0, 0))
        self.sale(paid("A1", orderStatus="COMPLETED", paymentMethod="COD"))
        self.assertEqual(self.paid_of(sale.partner_id), (100, 100))

    def test_invoice_is_posted_and_paid_once(self):
        self.shop.write({"invoicing": "paid", "payment_journal_id": self.journal.id})
        sale = self.sale(paid("A1", shipping=40))
        invoice = sale.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(invoice.amount_total, 140)
        self.assertEqual(self.paid_of(sale.partner_id), (140, 140))
        self.sale(paid("A1", shipping=40, orderStatus="COMPLETED"))
        self.assertEqual(sale.invoice_ids, invoice)

    def test_refund_of_a_paid_invoice(self):
        self.shop.write({"invoicing": "paid", "payment_journal_id": self.journal.id})
        sale = self.sale(paid("A1"))
        refund = paid("A1", paymentStatus="REFUND", orderStatus="CANCELED")
        self.sale(refund)
        self.sale(refund | {"remarkBuyer": "x"})
        credit = sale.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(len(credit), 1)
        self.assertEqual(credit.state, "posted")
        self.assertIn(credit.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.paid_of(sale.partner_id), (0, 0))
        self.assertEqual(sale.state, "cancel")
        self.assertFalse(self.troubles())
        self.assertEqual(sale.invoice_status, "no")

    def test_refund_without_invoice_is_goods_returned(self):
        sale = self.sale(paid("A1", [item("S1", 3, 10)]))
        self.sale(paid("A1", [item("S1", 3, 10)], paymentStatus="PENDING_REFUND"))
        self.assertEqual(sale.order_line.returned_qty, 0)
        self.assertIn("asked for the money back", sale.message_ids[0].body)
        for _again in range(2):
            self.sale(paid("A1", [item("S1", 3, 10)], paymentStatus="REFUND"))
            sale.lineshopping_order_id._settle()
        self.assertEqual(sale.order_line.returned_qty, 3)
        self.assertEqual(sale.state, "sale")
        self.assertFalse(sale.order_line.qty_to_invoice)

    def test_draft_invoice_is_cancelled_by_a_refund(self):
        self.shop.invoicing = "draft"
        sale = self.sale(paid("A1"))
        self.assertEqual(sale.invoice_ids.state, "draft")
        self.sale(paid("A1", paymentStatus="REFUND"))
        self.assertEqual(sale.invoice_ids.state, "cancel")

    def test_history_has_nothing_to_invoice_nor_deliver(self):
        self.shop.write({"books_from": "2026-01-01", "invoicing": "draft"})
        old = self.sale(
            paid("A1", [item("S2", 1, 10)], checkoutAt="2025-12-31T16:59:59Z")
        )
        new = self.sale(
            paid("A2", [item("S1", 1, 10)], checkoutAt="2025-12-31T17:00:01Z")
        )
        self.assertEqual(old.state, "sale")
        self.assertEqual(old.invoice_status, "no")
        if "picking_ids" in old._fields:
            self.assertFalse(old.picking_ids)
        tz = self.company.customer_tz
        if tz == "Asia/Bangkok":
            self.assertTrue(new.invoice_ids)

    def test_goods_leave_by_the_rules_of_odoo(self):
        sale = self.sale(paid("A1", [item("S2", 2, 10)]))
        if "picking_ids" not in sale._fields:
            self.skipTest("no stock here")
        self.assertEqual(sale.picking_ids.move_ids.product_uom_qty, 2)
        self.shop.make_deliveries = False
        self.assertFalse(self.sale(paid("A2", [item("S2", 2, 10)])).picking_ids)
