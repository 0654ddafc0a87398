from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from . import reference
from .common_shop import ShopCase


class MetricsCase(ShopCase):
    """Orders of one product at the price the test says, without tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Tea", "type": "service", "taxes_id": False, "list_price": 100}
        )
        cls.metrics = cls.env["crm.customer.metric"]
        cls.queue = cls.env["crm.customer.metric.dirty"]
        cls.customer = cls.env["res.partner"].create({"name": "Somchai"})
        cls.settle()

    @classmethod
    def settle(cls):
        """Bring the figures up to date, so that the next change is the only one."""
        cls.metrics._refresh_dirty()

    @classmethod
    def order(cls, when="2024-05-01 05:00:00", amount=100, confirm=True, **values):
        """:return: a sale.order of ``amount`` dated ``when`` (UTC)"""
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "date_order": when,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "price_unit": amount})
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = when
        return order

    def queued(self):
        """:return: set of the (partner, company) in the queue, emptying it"""
        self.env.flush_all()
        self.queue._queue_pending()
        return set(self.queue._take())

    def row(self, customer=None, company=None):
        """:return: the customer's stored row as a dict, or None"""
        customer = customer or self.customer
        rows = reference.stored_rows(self.env, customer.ids)
        return rows.get((customer.id, (company or self.company).id))


class PaymentsCase(MetricsCase, AccountTestInvoicingCommon):
    """Orders that are invoiced and paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.mine = (cls.customer.id, cls.company.id)
        cls.product.invoice_policy = "order"
        cls.provider = cls.env["payment.provider"].create(
            {"name": "Bank", "code": "none", "company_id": cls.company.id}
        )
        cls.method = cls.env.ref("payment.payment_method_unknown")

    def invoice(self, order, post=True, day=None):
        invoice = order._create_invoices()
        if day:
            invoice.invoice_date = day
        if post:
            invoice.action_post()
        return invoice

    def pay(self, invoice, amount, day=None, **values):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount, "payment_date": day or invoice.date, **values})
        )
        wizard.action_create_payments()

    def transaction(self, order, amount, state="done", **values):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"tx-{order.id}-{self.env.cr.now().microsecond}-{amount}",
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "state": state,
                "sale_order_ids": [Command.link(order.id)],
                **values,
            }
        )
