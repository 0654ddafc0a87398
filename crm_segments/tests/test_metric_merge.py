from odoo.tests import tagged

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricMerge(MetricsCase):
    """Odoo merges partners by rewriting every foreign key with SQL: rows of one
    customer would collide, and nothing tells the queue.
    """

    def merge(self, *partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        merged = self.env["res.partner"].union(*partners, into)
        wizard._merge(merged.ids, into)

    def test_customers(self):
        """One row with the orders of both, in each company."""
        double = self.env["res.partner"].create({"name": "Somchai J."})
        company = self.env["res.company"].create({"name": "Second"})
        self.order(amount=10)
        self.order(amount=20, partner_id=double.id)
        self.order(amount=40, partner_id=double.id, company_id=company.id)
        self.settle()
        gone = double.id
        self.merge(double, into=self.customer)
        self.settle()
        self.assertEqual(self.row()["amount_total"], 30)
        self.assertEqual(self.row()["order_count"], 2)
        self.assertEqual(self.row(company=company)["amount_total"], 40)
        self.assertFalse(self.metrics.search([("partner_id", "=", gone)]))
        self.assertEqual(self.metrics._check_metrics(), [])

    def test_contacts_of_a_company(self):
        """Two contact persons: the figures belong to their company, and stay."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        first, second = self.env["res.partner"].create(
            [{"name": name, "parent_id": company.id} for name in ("First", "Second")]
        )
        self.order(amount=10, partner_id=first.id)
        self.order(amount=20, partner_id=second.id)
        self.settle()
        self.merge(second, into=first)
        self.settle()
        self.assertEqual(self.row(company)["amount_total"], 30)
        self.assertEqual(self.metrics._check_metrics(), [])

    def test_person_into_a_company(self):
        """The double of a firm, entered as a person."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        self.order(amount=10)
        self.settle()
        self.merge(self.customer, into=company)
        self.settle()
        self.assertEqual(self.row(company)["amount_total"], 10)
        self.assertEqual(self.metrics._check_metrics(), [])

    def test_deleted_partner(self):
        """A customer whose quotations are gone can be deleted."""
        order = self.order(confirm=False)
        self.settle()
        order.unlink()
        self.customer.unlink()
        self.settle()
        self.assertEqual(self.metrics._check_metrics(), [])
