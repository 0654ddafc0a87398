from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tests.test_member_journey import (
    HOME,
    MemberJourneyCase,
)
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders


@tagged("post_install", "-at_install")
class TestLineClaimJourney(MemberJourneyCase):
    """A member claims an order on a phone, in a real browser, in Thai and English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.line.channel"].search([]).active = False
        channel = cls.env["crm.line.channel"].create({"name": "OA"})
        cls.env["crm.line.user"].create(
            {"channel_id": channel.id, "user_id": "U1", "partner_id": cls.partner.id}
        )
        cls.program.write(
            {
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0}),
                ],
            }
        )
        tea = cls.env["product.product"].create({"name": "Tea", "taxes_id": False})
        cls.line_shop = cls.env["crm.lineshopping.shop"].create({"name": "LINE Shop"})
        now = fields.Datetime.now()
        cls.order = (
            cls.env["crm.lineshopping.order"]
            .sudo()
            .create(
                {
                    "shop_id": cls.line_shop.id,
                    "number": "2605010000000042",
                    "order_status": "FINALIZED",
                    "payment_status": "PAID",
                    "paid_at": now,
                    "checkout_at": now,
                    "recipient_phone": "+66855554321",
                    "is_gift": True,
                    "total": 200,
                }
            )
        )
        with importing_orders(points=False):
            sale = cls.env["sale.order"].create(
                {
                    "partner_id": cls.env["res.partner"].create({"name": "Guest"}).id,
                    "lineshopping_order_id": cls.order.id,
                    "order_line": [
                        Command.create(
                            {
                                "lineshopping_kind": "goods",
                                "product_id": tea.id,
                                "product_uom_qty": 2,
                                "price_unit": 100,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
            )
            cls.order.sale_order_id = sale
            sale.action_confirm()

    def claim(self, digits):
        return [
            ["see", ".o_member_line_claim"],
            ["fits"],
            ["type", "[name=number]", self.order.number],
            ["type", "[name=digits]", digits],
            ["click", ".o_member_line_claim button"],
        ]

    def test_claimed_on_a_phone(self):
        self.walk(
            [
                ["open", f"{HOME}/more"],
                ["click", ".o_member_links a[href$=line-order]"],
                *self.claim("0000"),
                ["see", ".o_member_alert.o_warning", "We know no order"],
                ["fits"],
                *self.claim("4321"),
                ["see", ".o_member_alert.o_success", "200 points"],
                ["see", ".o_member_entries strong", self.order.number],
                ["see", ".o_plus", "+200"],
                ["fits"],
            ]
        )
        self.assertEqual(self.order.partner_id, self.partner)
        self.assertEqual(self.card.points_usable, 700)

    def test_in_thai(self):
        self.walk(
            [
                ["open", f"{HOME}/line-order"],
                *self.claim("4321"),
                ["see", ".o_member_entries strong", self.order.number],
                ["see", ".o_plus", "+200"],
                ["fits"],
            ],
            lang="th_TH",
        )
