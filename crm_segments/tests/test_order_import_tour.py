from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestOrderImportTour(HttpCase):
    """The three steps of an import in the browser, without a page reload."""

    def test_upload_check_import(self):
        action = self.env.ref("crm_segments.crm_order_import_action")
        self.start_tour(
            f"/odoo/action-{action.id}", "crm_segments_order_import", login="admin"
        )
        record = self.env["crm.order.import"].search([], limit=1)
        self.assertEqual((record.state, record.order_count), ("running", 1))
        self.assertEqual((record.name, record.error_count), ("tour.csv", 1))
