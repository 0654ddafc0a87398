from decimal import Decimal

from odoo.tests import BaseCase

from ..tools.points_text import points_text


class TestPointsText(BaseCase):
    def test_amounts(self):
        for points, text in (
            (0, "0"),
            (12.5, "12.5"),
            (100, "100"),
            (1234567.89, "1,234,567.89"),
            (Decimal("10000000"), "10,000,000"),
            (-0.001, "0"),
            (-1500, "-1,500"),
        ):
            self.assertEqual(points_text(points), text)

    def test_sign(self):
        self.assertEqual(points_text(1500, sign=True), "+1,500")
        self.assertEqual(points_text(-2.5, sign=True), "-2.5")
        self.assertEqual(points_text(0, sign=True), "0")
