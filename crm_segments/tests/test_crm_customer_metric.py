from decimal import Decimal

from odoo.tests import tagged

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestCustomerMetric(MetricsCase):
    """The customer's row is what groups, lists, segments and campaigns read."""

    def test_one_order(self):
        """A confirmed order counts, a cancelled one only under "any status"."""
        order = self.order(amount=250)
        self.metrics._refresh_dirty()
        self.assertEqual(self.row()["order_count"], 1)
        self.assertEqual(self.row()["amount_total"], Decimal(250))
        order._action_cancel()
        self.metrics._refresh_dirty()
        self.assertEqual(self.row()["order_count"], 0)
        self.assertEqual(self.row()["amount_total_all"], Decimal(250))
        self.assertEqual(self.row()["lifecycle"], "prospect")

    def test_row_goes_with_the_last_order(self):
        order = self.order(confirm=False)
        self.metrics._refresh_dirty()
        self.assertTrue(self.row())
        order.unlink()
        self.metrics._refresh_dirty()
        self.assertIsNone(self.row())

    def test_rebuild_writes_only_changes(self):
        self.order()
        self.metrics._refresh_dirty()
        self.assertEqual(self.metrics._rebuild(), 0)
        self.assertEqual(self.metrics._check_metrics(), [])
