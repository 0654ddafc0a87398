from odoo import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestProductsBought(TransactionCase):
    """The owner sees at a glance what a customer comes for; a chart that leaves out a
    contact's orders or counts quotations would send him the wrong way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Baan Suan Cafe"})
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Nok", "parent_id": cls.customer.id}
        )
        cls.products = cls.env["product.product"].create(
            [
                {"name": f"Tea {number}", "lst_price": 10, "taxes_id": False}
                for number in range(9)
            ]
        )

    def _order(self, amounts, partner=None, confirm=True, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "price_unit": amount, "tax_ids": []}
                    )
                    for product, amount in zip(self.products, amounts, strict=False)
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _parts(self, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        bought = (partner or self.customer).products_bought
        return bought and [(part["label"], part["value"]) for part in bought["parts"]]

    def test_nothing_bought(self):
        self.assertFalse(self._parts())
        self._order([100], confirm=False)
        self.assertFalse(self._parts(), "a quotation is no purchase")

    def test_orders_of_contacts_count(self):
        self._order([10, 30])
        self._order([25], partner=self.buyer)
        wanted = [("Tea 0", 35), ("Tea 1", 30)]
        self.assertEqual(self._parts(), wanted)
        self.assertEqual(self._parts(self.buyer), wanted)

    def test_many_products(self):
        self._order(range(1, 8))
        self.assertEqual(len(self._parts()), 7)
        self._order([0] * 7 + [8, 9])
        parts = self._parts()
        self.assertEqual(
            [value for _label, value in parts], [9, 8, 7, 6, 5, 4, 3 + 2 + 1]
        )
        self.assertIn("3", parts[-1][0])

    def test_discounts_are_no_slice(self):
        self._order([100, -20])
        self.assertEqual(self._parts(), [("Tea 0", 100)])

    def test_other_currency_and_company(self):
        company = self.env.company
        currency = self.env["res.currency"].create({"name": "TST", "symbol": "T"})
        currency.rate_ids = [
            Command.create({"rate": 2, "name": "2020-01-01", "company_id": company.id})
        ]
        pricelist = self.env["product.pricelist"].create(
            {"name": "TST", "currency_id": currency.id}
        )
        self._order([100], pricelist_id=pricelist.id)
        self.assertEqual(self._parts(), [("Tea 0", 50)])
        other = self.env["res.company"].create({"name": "Other"})
        customer = self.customer.with_company(other)
        self.assertFalse(self._parts(customer))
