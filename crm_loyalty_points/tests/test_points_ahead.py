from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestPointsAhead(LedgerCase):
    """A customer asks "what do I have, what is coming, what will I lose": the answers
    on the customer page agree with the cards."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-11-20 05:00:00")
        self.addCleanup(freezer.stop)
        freezer.start()

    def _months(self, partner=None):
        self.env.invalidate_all()
        months = (partner or self.partner).points_ending_months
        return months and [(part["label"], part["value"]) for part in months["parts"]]

    def test_months(self):
        self.assertFalse(self._months())
        self._post(10)
        self.assertFalse(self._months(), "these points have no end")
        self._post(5, expiry=date(2026, 11, 20))
        self._post(7, expiry=date(2026, 11, 30))
        self._post(20, expiry=date(2027, 1, 1))
        self.assertEqual(self._months(), [("Nov", 12), ("Dec", 0), ("Jan", 20)])
        self._post(1, expiry=date(2027, 10, 31))
        self._post(2, expiry=date(2027, 11, 1))
        self._post(3, expiry=date(2030, 1, 1))
        months = self._months()
        self.assertEqual(len(months), 13)
        self.assertEqual(months[11], ("Oct", 1))
        self.assertEqual(months[12][1], 5)
        # what has ended already is no bar, and prepaid value is no point
        self._post(4, expiry=date(2026, 11, 19))
        self._post(
            50, card=self._card(self.partner, self.wallet), expiry=date(2026, 11, 30)
        )
        self.assertEqual(self._months(), months)

    def test_ending_soon(self):
        self.env.company.points_ending_days = 10
        self._post(5, expiry=date(2026, 11, 30))
        self._post(7, expiry=date(2026, 12, 1))
        other = self._card(self.other_partner)
        self._post(3, card=other, expiry=date(2026, 12, 1))
        contact = self.env["res.partner"].create(
            {"name": "Driver", "parent_id": self.partner.id}
        )
        family = self.partner | contact
        everybody = family | self.other_partner
        self.env.invalidate_all()
        self.assertEqual(family.mapped("points_ending_soon"), [5, 5])
        self.assertEqual(self.other_partner.points_ending_soon, 0)
        cases = (
            (("=", 5), self.partner),
            ((">", 0), self.partner),
            (("<", 5), self.other_partner),
            (("=", 0), self.other_partner),
            (("!=", 0), self.partner),
            (("in", [0, 5]), self.partner | self.other_partner),
        )
        for (operator, value), wanted in cases:
            with self.subTest(operator=operator, value=value):
                found = self.env["res.partner"].search(
                    [
                        ("points_ending_soon", operator, value),
                        ("id", "in", everybody.ids),
                    ]
                )
                self.assertEqual(found & (self.partner | self.other_partner), wanted)
        self.env.company.points_ending_days = 11
        self.env.invalidate_all()
        self.assertEqual(self.other_partner.points_ending_soon, 3)

    def test_pending_and_expected(self):
        viewer = new_test_user(
            self.env, "ahead_viewer", "crm_segments.crm_segments_group_viewer"
        )
        self.program.write(
            {
                "trigger": "auto",
                "thb_per_point": 25,
                "pending_policy": "days",
                "pending_days": 3,
            }
        )
        product = self.env["product.product"].create(
            {"name": "Rice", "lst_price": 100, "taxes_id": False}
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "tax_ids": []})
                    ],
                }
                for _number in range(2)
            ]
        )
        partner = self.partner.with_user(viewer)
        each = orders[0].points_expected
        self.assertGreater(each, 0)
        self.assertEqual(partner.points_expected, 2 * each)
        orders[0].action_confirm()
        self.env.invalidate_all()
        self.assertEqual(
            (partner.points_expected, partner.points_pending, partner.points_balance),
            (each, each, 0),
        )
