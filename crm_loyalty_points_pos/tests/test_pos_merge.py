from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosMerge(PosPointsCase):
    """A member who was entered twice at the till has the points of both afterwards, and
    gives back those of goods he brings back."""

    def test_points_of_both(self):
        other = self._card(self.other_partner)
        mine, others = self.buy(3), self.buy(2, partner=self.other_partner)
        entries = self.entries(mine) | self.entries(others)
        self.assertEqual(entries.mapped("points"), [300, 200])
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | self.other_partner).ids, self.other_partner
        )
        self.assertFalse(self.partner.exists())
        self.assertEqual((mine | others).partner_id, self.other_partner)
        self.assertBalance(other, 500)
        self.assertEqual(entries.exists(), entries)
        self.assertEqual(self.other_partner.points_balance, 500)

        back = self.till.refund(mine, {mine.lines: 1})
        self.assertEqual(back.partner_id, self.other_partner)
        self.assertBalance(other, 400)
        self.buy(1, partner=self.other_partner)
        self.assertBalance(other, 500)
        self.assertBalance(self.card, 0)
        self.assertEqual(self.exceptions(), [])
