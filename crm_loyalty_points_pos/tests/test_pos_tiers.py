from odoo.fields import Command
from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosTiers(PosPointsCase):
    """Whoever shops at the till has the same tier, and the same privileges, as who
    shops elsewhere: at once, for the next bill."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.tier_ids = [
            Command.create({"name": "Silver", "threshold": 200, "earn_factor": 1.5}),
            Command.create({"name": "Gold", "threshold": 1000, "earn_factor": 2}),
        ]
        cls.silver, cls.gold = cls.program.tier_ids

    def test_points_earned_at_the_till(self):
        self.assertEqual(self.points(self.buy(2)), [200])
        self.assertEqual(self.card.tier_id, self.silver)
        order = self.buy(2)
        self.assertEqual(self.points(order), [300])
        self.silver.earn_factor = 1
        self.till.refund(order)
        self.assertBalance(self.card, 200)
        self.assertEqual(self.card.tier_id, self.silver)

    def test_money_spent_at_the_till(self):
        self.program.tier_basis = "spend"
        order = self.buy(10)
        self.env.cr.flush()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_figure, 1000)
        self.till.refund(order, {order.lines: 9})
        self.env.cr.flush()
        self.card.invalidate_recordset()
        self.assertEqual(self.card.tier_figure, 100)
        self.assertEqual(self.card.tier_id, self.gold, "down at a month's end only")
