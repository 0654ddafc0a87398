import html
import re

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_loyalty_points.models import sale_order_code


@tagged("standard", "post_install", "-at_install")
class TestPublicCodes(HttpCase):
    """A coupon is money on paper: whoever stands before the web shop with a script
    must learn nothing by trying codes, and must not be able to try many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {
                "name": "Throttled tea",
                "list_price": 500,
                "is_published": True,
                "sale_ok": True,
                "type": "service",
            }
        )
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Coupons",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "rule_ids": [Command.create({"minimum_amount": 0})],
                "reward_ids": [
                    Command.create({"reward_type": "discount", "discount": 10})
                ],
            }
        )
        cls.good, cls.expired, cls.used = cls.env["loyalty.card"].create(
            [
                {"program_id": cls.program.id, "points": 1},
                {
                    "program_id": cls.program.id,
                    "points": 1,
                    "expiration_date": "2020-01-01",
                },
                {"program_id": cls.program.id, "points": 0},
            ]
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _fill_cart(self):
        answer = self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.product.product_tmpl_id.id,
                "product_id": self.product.id,
                "quantity": 1,
            },
        )
        self.assertTrue(answer)
        order = self.env["sale.order"].search([], order="id desc", limit=1)
        self.assertEqual(order.order_line.product_id, self.product)
        return order

    def _post_code(self, code):
        """As the shop's form does, with the token of the cart page."""
        page = self.url_open("/shop/cart").text
        token = re.search(r'csrf_token: "([^"]+)"', page).group(1)
        answer = self.url_open(
            "/shop/pricelist", data={"promo": code, "csrf_token": token}
        )
        texts = re.findall(
            r"This code[^<\"]*|This coupon[^<\"]*|This promo code[^<\"]*",
            html.unescape(answer.text).replace(code, "CODE"),
        )
        return answer.url, tuple(sorted(set(map(str.strip, texts))))

    def test_one_refusal(self):
        self._fill_cart()
        answers = {
            self._post_code(code) for code in (self.expired.code, self.used.code, "X1")
        }
        self.assertEqual(len(answers), 1, answers)
        [(_url, texts)] = answers
        self.assertEqual(len(texts), 1, texts)

    def test_good_code(self):
        order = self._fill_cart()
        self._post_code(self.good.code)
        order.invalidate_recordset()
        self.assertEqual(
            order.applied_coupon_ids | order.order_line.coupon_id, self.good
        )

    def test_throttle(self):
        order = self._fill_cart()
        for number in range(sale_order_code.WRONG_CODES):
            self._post_code(f"WRONG{number}")
        refusal = self._post_code("WRONG0")
        self.assertEqual(self._post_code(self.good.code), refusal)
        self.assertFalse(order.applied_coupon_ids | order.order_line.coupon_id)

    def test_same_code_again(self):
        """A code that waits in the session is tried at each change of the cart."""
        order = self._fill_cart()
        self.url_open("/coupon/WAITING")
        for _time in range(sale_order_code.WRONG_CODES + 2):
            self.url_open("/coupon/WAITING")
        self.assertEqual(self.env["crm.throttle"].search_count([]), 1)
        self._post_code(self.good.code)
        order.invalidate_recordset()
        self.assertEqual(
            order.applied_coupon_ids | order.order_line.coupon_id, self.good
        )

    def test_no_names_are_kept(self):
        self._fill_cart()
        self._post_code("SECRETCODE")
        row = self.env["crm.throttle"].search([])
        self.assertEqual(len(row), 1)
        self.assertRegex(f"{row.visitor}{row.thing}", r"^[0-9a-f]{128}$")

    def test_staff_are_told(self):
        user = new_test_user(
            self.env, "code_sales", "sales_team.group_sale_salesman_all_leads"
        )
        order = self.env["sale.order"].create(
            {"partner_id": self.env.user.partner_id.id}
        )
        status = order.with_user(user).sudo()._try_apply_code(self.expired.code)
        self.assertIn("expired", status["error"])

    def test_codes_are_long(self):
        codes = {self.env["loyalty.card"]._generate_code() for _ in range(200)}
        self.assertEqual(len(codes), 200)
        for code in codes:
            self.assertRegex(code, r"^044[0-9A-HJKMNP-TV-Z]{26}$")
