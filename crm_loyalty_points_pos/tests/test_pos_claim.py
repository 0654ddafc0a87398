from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosClaim(PosPointsCase):
    """Who forgot the card at the till collects the points at home: once, for some days,
    and no more than the bill is worth after a refund."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([]).unlink()
        cls.shop = cls.env["crm.shop"].create(
            {"name": "Shop", "slug": "till-shop", "program_id": cls.program.id}
        )

    def bill(self, quantity=2):
        """:return: a paid order of nobody"""
        order = self.till.sell([self.till.line(self.product, quantity)])
        self.assertFalse(order.partner_id)
        return order

    def collect(self, order, partner=None):
        return self.shop._claim_receipt(partner or self.partner, order.sudo())

    def test_the_receipt_of_nobody_carries_a_code(self):
        order = self.bill()
        orders = self.env["pos.order"].with_user(self.cashier)
        url = orders.get_points_claim(order.id)
        token = url.rpartition("/")[2]
        self.assertIn("/member/till-shop/claim/p", url)
        self.assertEqual(self.shop._find_claim(token), order)
        self.assertEqual(orders.get_points_claim(self.buy(1).id), "")
        for wrong in (token[:-1] + "g", token[:-1], "", "p1-" + "0" * 32, "x" + token):
            self.assertFalse(self.shop._find_claim(wrong), wrong)

    def test_collected_once(self):
        order = self.bill()
        self.assertEqual(self.collect(order), 200)
        self.assertBalance(self.card, 200)
        self.assertEqual(self.collect(order), 200)
        self.assertBalance(self.card, 200)
        self.assertEqual(order.partner_id, self.partner)
        self._card(self.other_partner)
        with self.assertRaises(UserError):
            self.collect(order, self.other_partner)
        own = self.shop._get_member_orders(self.partner)["orders"]
        self.assertEqual([order["points"] for order in own], ["+200"])
        self.assertEqual(self.shop._get_member_orders(self.other_partner)["orders"], [])

    def count(self, order, partner=None):
        """:return: what the page says that the member gets"""
        return self.shop._get_claim_view(partner or self.partner, order.sudo())[
            "points"
        ]

    def test_how_many_points_is_said_before(self):
        """Counted for the member who collects, whose tier and tags decide."""
        tag = self.env["res.partner.category"].create({"name": "Friend"})
        self.env["loyalty.point.campaign"].create(
            {
                "name": "Friends",
                "program_id": self.program.id,
                "factor": 2,
                "condition_tag_ids": tag.ids,
            }
        )
        self._card(self.other_partner)
        order = self.bill()
        self.assertEqual(self.count(order), "200")
        self.partner.category_id = tag
        self.assertEqual(self.count(order), "400")
        self.assertEqual(self.count(order, self.other_partner), "200")
        self.assertFalse(order.partner_id)
        self.assertBalance(self.card, 0)
        self.assertEqual(self.collect(order), 400)
        self.assertEqual(self.count(order), "", "collected")

    def test_a_later_refund_takes_them_back(self):
        order = self.bill()
        self.collect(order)
        self.till.refund(order, {order.lines: 1})
        self.assertBalance(self.card, 100)

    def test_a_refunded_bill_gives_nothing(self):
        order = self.bill()
        self.till.refund(order)
        with self.assertRaises(UserError):
            self.collect(order)
        self.assertBalance(self.card, 0)

    def test_only_for_some_days(self):
        order = self.bill()
        order.date_order -= timedelta(self.shop.claim_days + 1)
        with self.assertRaisesRegex(UserError, "until"):
            self.collect(order)
        self.shop.claim_days = 0
        self.assertEqual(self.env["pos.order"].get_points_claim(order.id), "")
