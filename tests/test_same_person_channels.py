import itertools
import os
import random
import re

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_segments.tests.common_import import ImportCase
from odoo.addons.crm_segments_pos.tests.till import open_till

CHANNELS = ("sales", "web", "till", "file")
HEAD = "Order ID,Date,Customer name,Phone,SKU,Quantity,Price\n"
ORDERS_OF_CHANNELS = 24 if os.environ.get("CRM_SUITE_FULL") else 5


@tagged("standard", "post_install", "-at_install")
class TestSamePersonChannels(ImportCase, HttpCase):
    """One person who buys everywhere is one customer, wherever he came first (X1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.company_id = cls.company
        cls.product = cls.env["product.product"].create(
            {
                "name": "Everywhere tea",
                "default_code": "EVERY",
                "list_price": 50,
                "is_published": True,
                "sale_ok": True,
                "available_in_pos": True,
                "type": "service",
                "taxes_id": False,
            }
        )
        cls.till = open_till(cls.env)

    # -- the channels ------------------------------------------------------------------

    def phones(self, number):
        """:return: one phone number as people write it"""
        digits = f"{810000000 + number}"
        return f"0{digits}", f"+66{digits}", f"0{digits[:2]} {digits[2:5]} {digits[5:]}"

    def buy_sales(self, number):
        partner = self.env["res.partner"].create(
            {"name": "Nok", "phone": self.phones(number)[2]}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order.action_confirm()
        return order.partner_id

    def buy_till(self, number):
        partner = self.env["res.partner"].create(
            {"name": "คุณนก", "phone": self.phones(number)[0]}
        )
        order = self.till.sell([self.till.line(self.product)], partner)
        self.assertEqual(order.state, "paid")
        return order.partner_id

    def buy_file(self, number):
        phone = self.phones(number)[1]
        row = f"F{number},1/5/2024,Nok N.,{phone},EVERY,1,50\n"
        record = self.run_import(self.upload(HEAD + row, name=f"{number}.csv"))
        return self.orders(record)[f"F{number}"].partner_id

    def fill_cart(self):
        self.authenticate(None, None)
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.product.product_tmpl_id.id,
                "product_id": self.product.id,
                "quantity": 1,
            },
        )
        return self.env["sale.order"].search([], order="id desc", limit=1)

    def guest_address(self, order, **typed):
        """Type the address of a guest, as the page does."""
        page = self.url_open("/shop/address").text
        token = re.search(r'csrf_token: "([^"]+)"', page).group(1)
        answer = self.url_open(
            "/shop/address/submit",
            data={
                "csrf_token": token,
                "address_type": "billing",
                "use_delivery_as_billing": "true",
                "required_fields": "",
                "name": "Nok Guest",
                "street": "9 Guest Road",
                "city": "Guest Town",
                "zip": "10100",
                "country_id": self.env.ref("base.th").id,
                "state_id": self.env.ref("base.state_th_001").id,
                **typed,
            },
        )
        self.assertNotIn("invalid_fields", answer.text)
        order.invalidate_recordset()
        self.assertNotEqual(order.partner_id, self.website.user_id.partner_id)

    def buy_web(self, number):
        order = self.fill_cart()
        self.guest_address(
            order,
            phone=self.phones(number)[0],
            email=f"guest{number}@example.com",
        )
        order.action_confirm()
        return order.partner_id

    # -- one customer ------------------------------------------------------------------

    def test_any_order_of_channels(self):
        ways = list(itertools.permutations(CHANNELS))
        random.Random(7).shuffle(ways)
        for number, way in enumerate(ways[:ORDERS_OF_CHANNELS], start=1):
            with self.subTest(way=way):
                partners = self.env["res.partner"]
                for channel in way:
                    partners |= getattr(self, f"buy_{channel}")(number)
                customer = partners.commercial_partner_id
                self.assertEqual(len(customer), 1, partners.mapped("name"))
                orders = self.env["crm.customer.order"].search(
                    [("customer_id", "=", customer.id), ("status", "=", "confirmed")]
                )
                self.assertEqual(len(orders), 4)
                for phone in self.phones(number):
                    found = self.env["res.partner"].search(
                        [
                            ("display_name", "ilike", phone),
                            ("member_number", "!=", False),
                        ]
                    )
                    self.assertEqual(found, customer)

    def test_guest_sees_nothing_of_the_member(self):
        member = (
            self.env["res.partner"]
            .with_context(crm_customer=True)
            .create(
                {
                    "name": "Secret Member",
                    "phone": "0819999999",
                    "email": "member@example.com",
                    "street": "1 Secret Road",
                    "vat": "1234567890121",
                }
            )
        )
        order = self.fill_cart()
        self.guest_address(order, phone="0819999999", email="guest@example.com")
        pages = [self.url_open("/shop/checkout").text]
        order.action_confirm()
        self.assertEqual(order.partner_id.commercial_partner_id, member)
        self.assertEqual(order.partner_id.street, "9 Guest Road")
        self.assertEqual(order.partner_shipping_id.street, "9 Guest Road")
        self.assertEqual(order.partner_id.email, "guest@example.com")
        pages += [
            self.url_open(path).text
            for path in (
                order.get_portal_url(),
                order.get_portal_url(report_type="html"),
                "/shop/cart",
                "/shop/address",
                f"/shop/address?partner_id={member.id}&address_type=billing",
            )
        ]
        self.assertIn("9 Guest Road", "".join(pages))
        for page in pages:
            for secret in ("Secret", "member@example.com", "1234567890121"):
                self.assertNotIn(secret, page)

    # -- at the counter ----------------------------------------------------------------

    def test_walk_in(self):
        """Entered with a phone and a name, found by four keys."""
        customers = self.env["res.partner"].with_context(crm_customer=True)
        walk_in = customers.create({"name": "Malee Walkin", "phone": "0818888777"})
        for key in (walk_in.member_number, "Malee", "Walkin", "8888777"):
            self.assertIn(walk_in, customers.search([("display_name", "ilike", key)]))
