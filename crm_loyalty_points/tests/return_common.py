from odoo.fields import Command

from .order_common import OrderCase


class ReturnCase(OrderCase):
    """The shop of OrderCase, with the accounts to invoice and to credit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Account = cls.env["account.account"]
        receivable, income = Account.create(
            [
                {
                    "name": "Customers",
                    "code": "LP1100",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
                {"name": "Sales", "code": "LP4000", "account_type": "income"},
            ]
        )
        cls.env["account.journal"].create(
            {
                "name": "Shop sales",
                "code": "LPS",
                "type": "sale",
                "default_account_id": income.id,
            }
        )
        partners = cls.partner + cls.other_partner
        partners.property_account_receivable_id = receivable
        cls.receivable = receivable
        products = cls.product + cls.other_product + cls.reward.discount_line_product_id
        products.property_account_income_id = income
        products.invoice_policy = "order"
        cls.income = income

    @classmethod
    def _confirmed(cls, quantity=3, cups=0, partner=None):
        """:return: a confirmed order of teas at 100.00 and cups at 40.00"""
        order = cls._order(quantity, partner)
        if cups:
            order.order_line = [
                Command.create(
                    {"product_id": cls.other_product.id, "product_uom_qty": cups}
                )
            ]
        order.action_confirm()
        return order

    @classmethod
    def _invoice(cls, order):
        """:return: the posted invoice of all that the order has to invoice"""
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, quantities=None, price=None, post=True):
        """Reverse an invoice as its Credit Note button does.

        :param quantities: {product: quantity}, None for everything
        :param price: the price of these lines, when only money is given back
        :return: the credit note
        """
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        note = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if quantities is not None:
            for line in note.invoice_line_ids:
                if line.product_id in quantities:
                    line.quantity = quantities[line.product_id]
                    if price is not None:
                        line.price_unit = price
                else:
                    line.unlink()
        if post:
            note.action_post()
        return note
