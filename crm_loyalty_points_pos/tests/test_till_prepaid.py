from odoo.fields import Command
from odoo.tests import tagged

from .till_case import TillCase


@tagged("post_install", "-at_install")
class TestTillPrepaid(TillCase):
    """A cashier sells a prepaid card and uses it in a real browser: on what it is for,
    with a clear answer elsewhere; a percentage lowers the price once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.massage, cls.perm = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "service",
                    "list_price": price,
                    "taxes_id": False,
                    "available_in_pos": True,
                }
                for name, price in (("Massage", 500), ("Perm", 1000))
            ]
        )
        cls.spa, cls.body, cls.ten = cls.env["loyalty.program"].create(
            [
                {
                    "name": "Spa card",
                    "is_prepaid": True,
                    "prepaid_price": 3500,
                    "prepaid_value": 4000,
                },
                {
                    "name": "Body card",
                    "is_prepaid": True,
                    "prepaid_price": 2000,
                    "prepaid_scope": "chosen",
                    "prepaid_service_ids": [Command.set(cls.massage.ids)],
                },
                {
                    "name": "Ten off",
                    "is_prepaid": True,
                    "prepaid_kind": "percent",
                    "prepaid_percent": 10,
                    "prepaid_price": 300,
                },
            ]
        )

    def _card(self, program):
        card = self.env["loyalty.card"]
        domain = [
            ("partner_id", "=", self.member.id),
            ("program_id", "=", program.id),
        ]
        return card.search(domain)

    def _give(self, program):
        """Give the member a card that holds what one purchase gives."""
        values = {"program_id": program.id, "partner_id": self.member.id}
        card = self.env["loyalty.card"].create(values)
        self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": "bonus",
                    "points": program._get_prepaid_units(),
                    "key": f"till:{program.id}",
                    "reason": "test",
                }
            ]
        )

    def test_sold_and_used(self):
        self._give(self.body)
        self._give(self.ten)
        self.start_pos_tour("crm_till_prepaid")
        self.env.invalidate_all()
        left = [self._card(each).points for each in (self.spa, self.body, self.ten)]
        self.assertEqual(left, [2500, 4500, 1])
        used = self._card(self.spa).sudo().point_entry_ids
        self.assertEqual(sorted(used.mapped("points")), [-1500, 4000])
        # 1,500 and 900 and 1,500 paid, a point for 25; none for the card itself
        self.assertEqual(self.card.points, 350 + 60 + 36 + 60)
        self.assertFalse(self.env["pos.points.exception"].sudo().search([]))
