from odoo.fields import Command
from odoo.tests import tagged

from .common_sale import SaleCase, paid

PHONE = "+66812340001"


@tagged("post_install", "-at_install")
class TestLinePointsOfAnswers(SaleCase):
    """From what the shop's server answers to the points on the card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0}),
                ],
            }
        )
        cls.env["crm.shop"].search([]).unlink()
        cls.env["crm.shop"].create(
            {"name": "Shop", "slug": "answers", "program_id": cls.program.id}
        )
        people = cls.env["res.partner"].create(
            [{"name": "Anna", "phone": PHONE}, {"name": "Bert"}]
        )
        cls.cards = cls.env["loyalty.card"].create(
            [{"program_id": cls.program.id, "partner_id": each.id} for each in people]
        )

    def tell(self, **values):
        """:return: the row of an order of two hundred baht less thirty, and shipping"""
        address = {"recipientName": "Somebody", "phoneNumber": "081 234 0001"}
        answer = paid("LP1", shipping=40, discount=30, shippingAddress=address)
        answer["orderItems"][0]["quantity"] = 2
        answer.update(subtotalPrice=200, totalPrice=210, **values)
        self.take(answer)
        return self.env["crm.lineshopping.order"].search([("number", "=", "LP1")])

    def test_paid_moved_and_refunded(self):
        anna, bert = self.cards
        row = self.tell()
        self.assertEqual((row.points_state, row.points), ("given", 170))
        self.assertEqual(row.partner_id, anna.partner_id)
        row._choose_buyer(bert.partner_id)
        self.assertEqual((anna.points, bert.points), (0, 170))
        self.tell(paymentStatus="PENDING_REFUND")
        self.assertEqual((row.points_state, bert.points), ("frozen", 0))
        self.tell(paymentStatus="REJECTED_REFUND")
        self.assertEqual((row.points_state, bert.points), ("given", 170))
        self.tell(orderStatus="CANCELED")
        self.assertEqual((anna.points, bert.points), (0, 0))
        self.assertEqual(row.points_state, "reversed")
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
