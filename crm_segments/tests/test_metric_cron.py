import logging
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricCron(MetricsCase):
    """Nobody looks at the two jobs until figures are wrong, so they must not stop."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.refresh = cls.env.ref("crm_segments.crm_customer_metric_cron_refresh")
        cls.rebuild = cls.env.ref("crm_segments.crm_customer_metric_cron_rebuild")

    def run_cron(self, cron):
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_refresh(self):
        self.order()
        self.env.cr.flush()
        self.assertIsNone(self.row())
        self.run_cron(self.refresh)
        self.assertEqual(self.row()["order_count"], 1)
        self.assertEqual(self.queue.search_count([]), 0)

    def test_refresh_in_batches(self):
        """A batch takes the oldest changes; nothing is left behind."""
        customers = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        for customer in customers:
            self.order(partner_id=customer.id)
            self.env.cr.flush()
        self.assertEqual(self.metrics._refresh_dirty(limit=1), 1)
        self.assertTrue(self.row(customers[0]))
        self.assertIsNone(self.row(customers[1]))
        self.run_cron(self.refresh)
        self.assertTrue(self.row(customers[1]))
        self.assertEqual(self.metrics._refresh_dirty(), 0)

    def test_queue_outlives_its_customers(self):
        """Deleted partners and companies in the queue are no error."""
        self.queue._add_pairs([(2**30, self.company.id), (self.customer.id, 2**30)])
        self.run_cron(self.refresh)
        self.assertEqual(self.queue.search_count([]), 0)

    def test_once_per_local_day(self):
        """In every company's own time zone, and again after a night without power."""
        tokyo = self.env["res.company"].create(
            {"name": "Tokyo", "customer_tz": "Asia/Tokyo"}
        )
        both = self.company | tokyo
        both.customer_metric_day = date(2024, 5, 31)
        with freeze_time("2024-05-31 14:50:00"):
            self.assertFalse(set(self.metrics._companies_of_a_new_day()) & {*both.ids})
        with freeze_time("2024-05-31 15:10:00"):  # ten past midnight in Tokyo
            due = self.metrics._companies_of_a_new_day()
            self.assertEqual(set(due) & {*both.ids}, {tokyo.id})
            self.run_cron(self.rebuild)
        self.assertEqual(tokyo.customer_metric_day, date(2024, 6, 1))
        self.assertEqual(self.company.customer_metric_day, date(2024, 5, 31))
        with freeze_time("2024-06-03 03:00:00"):
            due = self.metrics._companies_of_a_new_day()
            self.assertLessEqual({*both.ids}, set(due))

    def test_new_day_moves_customers(self):
        self.company.new_customer_days = 30
        self.company.customer_metric_day = date(2024, 5, 31)
        with freeze_time("2024-05-31 16:00:00"):
            self.order("2024-05-01 05:00:00")
            self.settle()
            self.assertEqual(self.row()["lifecycle"], "new")
        with freeze_time("2024-05-31 17:10:00"):
            self.run_cron(self.rebuild)
            self.assertEqual(self.row()["lifecycle"], "occasional")

    def test_reports_what_the_queue_missed(self):
        """A change by SQL goes past the queue; the nightly pass repairs and tells."""
        order = self.order("2024-05-01 05:00:00", amount=10)
        self.settle()
        self.metrics._rebuild()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_total = 11 WHERE id = %s", [order.id]
        )
        (difference,) = self.metrics._check_metrics()
        self.assertEqual(difference["partner_id"], self.customer.id)
        self.assertEqual(difference["company_id"], self.company.id)
        self.assertEqual(difference["stored"]["amount_total"], 10)
        self.assertEqual(difference["expected"]["amount_total"], 11)
        with self.assertLogs(
            # by number: Odoo gives the name INFO to a level of its own
            "odoo.addons.crm_segments.models.crm_customer_metric",
            logging.INFO,
        ) as logs:
            self.metrics._rebuild_new_day(self.company.id)
        self.assertIn("1 differed in more than the group", "".join(logs.output))
        self.assertEqual(self.metrics._check_metrics(), [])

    def test_conflicts_are_tried_again(self):
        attempts = []

        def job():
            attempts.append(1)
            if attempts.count(1) < 3:
                raise SerializationFailure
            return "done"

        self.patch(self.env.cr, "rollback", lambda: attempts.append(0))
        self.assertEqual(self.metrics._retrying(job), "done")
        self.assertEqual(attempts, [1, 0, 1, 0, 1])

        def failing():
            raise SerializationFailure

        with self.assertRaises(SerializationFailure):
            self.metrics._retrying(failing)
