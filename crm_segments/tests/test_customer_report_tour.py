from dateutil.relativedelta import relativedelta

from odoo.tests import HttpCase, new_test_user, tagged

from ..tools.local_date import local_today
from ..tools.report_period import midnight_utc


@tagged("post_install", "-at_install")
class TestCustomerReportTour(HttpCase):
    """The report in the browser, as an officer."""

    def test_last_month(self):
        company = self.env.company
        last_month = local_today(self.env).replace(day=1) - relativedelta(months=1)
        moment = midnight_utc(last_month.replace(day=5), company.customer_tz)
        others = self.env["sale.order"].search([("company_id", "=", company.id)])
        others.transaction_ids.last_state_change = "2001-01-01"
        others.date_order = "2001-01-01"
        self.env["res.partner.category"].create({"name": "Report tag"})
        self.env["crm.customer.group"].create({"name": "Report group"})
        product = self.env["product.product"].create({"name": "Report Tea"})
        provider = self.env["payment.provider"].create(
            {"name": "Bank", "code": "none", "company_id": company.id}
        )
        lek, noi = self.env["res.partner"].create(
            [{"name": "Report Lek"}, {"name": "Report Noi"}]
        )
        for customer, amount in ((lek, 700), (noi, 200)):
            line = {"product_id": product.id, "price_unit": amount, "tax_ids": False}
            order = self.env["sale.order"].create(
                {"partner_id": customer.id, "order_line": [(0, 0, line)]}
            )
            order.action_confirm()
            order.date_order = moment
            self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.ref("payment.payment_method_unknown"),
                    "reference": f"report-{order.id}",
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": customer.id,
                    "operation": "online_direct",
                    "state": "done",
                    "last_state_change": moment,
                    "sale_order_ids": [(6, 0, order.ids)],
                }
            )
        self.env["crm.customer.metric"]._refresh_dirty()
        new_test_user(
            self.env,
            "report_tour",
            groups="crm_segments.crm_segments_group_officer",
            password="report_tour",
        )
        self.start_tour(
            "/odoo/crm-report", "crm_segments_customer_report", login="report_tour"
        )
        self.assertEqual(noi.category_id.name, "Report tag")
        self.assertIn("Likes tea", noi.comment)
