from ast import literal_eval

from odoo.tests import HttpCase, tagged

from .common_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestSegmentTour(HttpCase, SegmentsCase):
    """The same in a real browser."""

    def test_tour(self):
        partners = self.env["res.partner"].with_context(active_test=False)
        partners.search([("member_number", "!=", False)]).member_number = False
        guests = self.env["res.partner"].with_context(crm_customer=True)
        guests.create([{"name": f"Tour Guest {number}"} for number in range(3)])
        self.start_tour("/odoo/segments", "crm_segments_segment", login="admin")
        segment = self.segments.search([("name", "=", "Tour segment")])
        self.assertEqual((segment.member_count, segment.state), (2, "ready"))

    def test_relative_date(self):
        segment = self.segments.create(
            {
                "name": "Lately",
                "domain": "[('customer_last_order_date', '>=', 'today -30d')]",
            }
        )
        self.start_tour(
            f"/odoo/segments/{segment.id}", "crm_segments_relative_date", login="admin"
        )
        self.assertEqual(
            literal_eval(segment.domain),
            [("customer_last_order_date", ">=", "today -3m")],
        )
