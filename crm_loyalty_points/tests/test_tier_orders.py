from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from .order_common import OrderCase
from .tier_common import TierMixin


@tagged("post_install", "-at_install")
class TestTierOrders(TierMixin, OrderCase):
    """Tiers by what customers buy, and what tiers do to the points of orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.company_id = cls.env.company

    def _commit_hooks(self):
        self.env.cr.flush()

    def test_spend_rises_before_the_commit(self):
        self._make_tiers(tier_basis="spend")
        order = self._order(2)
        order.action_confirm()
        self._commit_hooks()
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertEqual(self.card.tier_figure, 200)
        self._order(1).action_confirm()
        self._commit_hooks()
        self.assertEqual(self.card.tier_id, self.gold)
        order._action_cancel()
        self._commit_hooks()
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_figure, 100)

    def test_orders_in_their_window(self):
        self._make_tiers(tier_basis="orders", tier_window_months=1)
        self.silver.threshold, self.gold.threshold = 1, 2
        for day in ("2025-03-31 17:30:00", "2025-04-30 16:30:00"):
            order = self._order()
            order.action_confirm()
            order.date_order = day
        self._commit_hooks()
        self.card.tier_id = False
        for today, tier in (
            ("2025-03-31", False),
            ("2025-04-01", "Silver"),
            ("2025-04-30", "Gold"),
        ):
            self.program._run_tiers(date.fromisoformat(today))
            self.assertEqual(self.card.tier_id.name, tier, today)
        self.program._run_tiers(date(2025, 5, 1))
        self.assertEqual(self.card.tier_id, self.gold, "April had two orders")
        self.program._run_tiers(date(2025, 6, 1))
        self.assertFalse(self.card.tier_id)

    def test_factor_of_the_tier(self):
        """The higher of tier and campaign counts, and is kept with the points: goods
        that come back later take what they had brought."""
        self._make_tiers()
        self.silver.earn_factor = 1.5
        first = self._order(1)
        first.action_confirm()
        self.assertEqual(self._entries(first).points, 100)
        self.assertEqual(self.card.tier_id, self.silver)
        order = self._order(2)
        self.assertEqual(order.points_expected, 300)
        order.action_confirm()
        entry = self._entries(order)
        self.assertEqual(entry.points, 300)
        self.assertEqual(entry.policy["campaign"]["name"], "Silver")
        self.assertIn("times 1.5 for Silver: 300", entry.why)
        self.silver.earn_factor = 5
        order.order_line.product_uom_qty = 1
        self.assertEqual(sum(self._entries(order).mapped("points")), 150)
        self.silver.earn_factor = 1.5
        self.card.tier_id = self.silver
        campaign = self.env["loyalty.point.campaign"].create(
            {
                "name": "Double",
                "program_id": self.program.id,
                "factor": 2,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
            }
        )
        self.assertEqual(
            self._order(1)._count_points(self.program)[self.program].points,
            Decimal(200),
        )
        campaign.factor = 1.2
        self.assertEqual(
            self._order(1)._count_points(self.program)[self.program].points,
            Decimal(150),
        )

    def test_goods_added_later_have_the_factor(self):
        self._make_tiers()
        self.silver.earn_factor = 2
        self.card.tier_id = self.silver
        order = self._order(1)
        order.action_confirm()
        order.order_line.product_uom_qty = 2
        self.assertEqual(sum(self._entries(order).mapped("points")), 400)

    def test_visits_count_when_the_customer_comes(self):
        self._make_tiers(tier_basis="visits", tier_window_months=1)
        self.silver.threshold, self.gold.threshold = 1, 2
        visit = self.env["crm.visit"].create({"partner_id": self.partner.id})
        self.assertFalse(self.card.tier_id)
        visit.sudo().state = "arrived"
        self.assertEqual(self.card.tier_id, self.silver)
        visit.sudo().state = "done"
        self.assertEqual(self.card.tier_id, self.silver)
