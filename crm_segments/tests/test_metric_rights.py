from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricRights(MetricsCase):
    """Figures are computed: whoever could write them could make a regular customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = new_test_user(
            cls.env, "metric_viewer", "crm_segments.crm_segments_group_viewer"
        )
        cls.manager = new_test_user(
            cls.env, "metric_manager", "crm_segments.crm_segments_group_manager"
        )
        cls.stranger = new_test_user(cls.env, "metric_stranger", "base.group_user")
        cls.order()
        cls.settle()
        cls.record = cls.metrics.search([("partner_id", "=", cls.customer.id)])

    def test_read_only(self):
        self.assertEqual(self.record.with_user(self.viewer).order_count, 1)
        for user in (self.viewer, self.manager):
            record = self.record.with_user(user)
            with self.assertRaises(AccessError):
                record.write({"order_count": 9})
            with self.assertRaises(AccessError):
                record.unlink()
            with self.assertRaises(AccessError):
                record.create({"partner_id": 1, "company_id": 1, "lifecycle": "new"})
        with self.assertRaises(AccessError):
            self.record.with_user(self.stranger).read(["order_count"])

    def test_queue_is_closed(self):
        with self.assertRaises(AccessError):
            self.queue.with_user(self.manager).search([])

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.order(company_id=company.id)
        self.settle()
        mine = [("partner_id", "=", self.customer.id)]
        self.assertEqual(self.metrics.search_count(mine), 2)
        self.assertEqual(
            self.metrics.with_user(self.viewer).search(mine).company_id, self.company
        )
        self.viewer.company_ids |= company
        both = self.metrics.with_user(self.viewer).with_context(
            allowed_company_ids=[self.company.id, company.id]
        )
        self.assertEqual(both.search_count(mine), 2)

    def test_salesperson_confirms_without_rights_on_metrics(self):
        """The queue is written for whoever sells."""
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        order = self.order(confirm=False, user_id=seller.id)
        self.settle()
        order.with_user(seller).action_confirm()
        self.assertEqual(self.queued(), {(self.customer.id, self.company.id)})

    def test_figures_are_readable_by_every_employee(self):
        """Segments refuse fields with groups, so these have none."""
        customer = self.customer.with_user(self.stranger)
        self.assertEqual(customer.customer_order_count, 1)
        self.assertIn(customer, customer.search([("customer_order_count", "=", 1)]))

    def test_reading_never_writes(self):
        """Lists and searches run on a read-only replica."""
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.env.invalidate_all()
        partners = self.env["res.partner"]
        self.assertEqual(self.customer.customer_order_count, 1)
        partners.search(
            [("customer_lifecycle", "=", "occasional")],
            order="customer_amount_paid desc",
            limit=5,
        )
        partners._customer_lifecycle_counts([])
        self.assertEqual(self.metrics._check_metrics(), [])

    def test_one_row_per_customer_and_company(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.metrics.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "lifecycle": "new",
                }
            )

    def test_unknown_time_zone(self):
        self.env.cr.execute(
            "UPDATE res_company SET customer_tz = 'Mars/Olympus' WHERE id = %s",
            [self.company.id],
        )
        self.company.invalidate_recordset()
        with self.assertRaises(ValidationError):
            self.company._check_customer_tz()
        self.company.customer_tz = "Asia/Tokyo"
