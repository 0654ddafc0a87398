"""What an order costs on LINE SHOPPING is what it costs in Odoo, to the satang."""

import random
from decimal import Decimal

from odoo.tests import tagged

from .common_sale import SaleCase, item, paid

KINDS = ("excluded", "included", "both", "none", "cascade")


@tagged("post_install", "-at_install")
class TestLineshoppingTaxes(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vat, included, extra = cls.env["account.tax"].create(
            [
                {
                    "name": f"LINE test {name}",
                    "amount": amount,
                    "price_include_override": price,
                    "include_base_amount": name == "first",
                    "sequence": sequence,
                }
                for sequence, (name, amount, price) in enumerate(
                    (
                        ("first", 7, "tax_excluded"),
                        ("in it", 7, "tax_included"),
                        ("second", 3, "tax_excluded"),
                    )
                )
            ]
        )
        taxes = {
            "excluded": vat,
            "included": included,
            "both": included | extra,
            "none": vat.browse(),
            "cascade": vat | extra,
        }
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": kind,
                    "default_code": kind,
                    "type": "service",
                    "invoice_policy": "order",
                    "taxes_id": [(6, 0, taxes[kind].ids)],
                }
                for kind in KINDS
            ]
        )
        cls.vat = vat
        cls.shop._own_product("shipping").taxes_id = vat

    def test_one_tax_on_top(self):
        sale = self.sale(paid("T1", [item("excluded", 100, 100)]))
        self.assertEqual(sale.amount_total, 10000)
        self.assertEqual(sale.amount_untaxed, 9345.79)
        self.assertEqual(sale.order_line.tax_ids, self.vat)
        self.assertEqual(sale.order_line.price_unit, 93.46)

    def test_any_order(self):
        dice = random.Random(7)
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            orders = []
            for number in range(40):
                goods = [
                    item(
                        dice.choice(KINDS),
                        dice.choice((1, 1, 2, 3, 7, 33, 144)),
                        dice.randint(1, 200_000) / 100,
                    )
                    for _line in range(dice.randint(1, 4))
                ]
                whole = sum(
                    Decimal(str(each["price"])) * each["quantity"] for each in goods
                )
                discount = dice.choice((0, 0, dice.randint(1, int(whole * 100)) / 100))
                shipping = dice.choice((0, 40, 50.55))
                orders.append(paid(f"{method}{number}", goods, shipping, discount))
            rows = self.take(*orders)
            self.assertFalse(self.troubles().mapped("error"))
            expected = {each["orderNumber"]: each["totalPrice"] for each in orders}
            got = {row.number: row.sale_order_id.amount_total for row in rows}
            self.assertEqual(got, expected)
            invoices = rows.sale_order_id.filtered("amount_total")._create_invoices(
                grouped=True
            )
            billed = {
                move.line_ids.sale_line_ids.order_id.client_order_ref: move.amount_total
                for move in invoices
            }
            self.assertEqual(
                billed, {number: total for number, total in expected.items() if total}
            )

    def test_discount_lowers_the_tax_of_the_goods(self):
        goods = [item("excluded", 1, 107), item("none", 1, 93)]
        sale = self.sale(paid("T2", goods, discount=20))
        lines = sale.order_line.filtered(
            lambda line: line.lineshopping_kind == "discount"
        )
        self.assertEqual(sale.amount_total, 180)
        self.assertEqual(lines.mapped("price_total"), [-10.7, -9.3])
        self.assertEqual(lines.tax_ids, self.vat)
        self.assertEqual(sale.amount_tax, 6.3)
