from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestExportTour(HttpCase):
    """From a search to the downloaded file, in the browser."""

    # room for every menu: what does not fit hides behind a plus
    browser_size = "1920x1080"

    def test_export(self):
        self.env["res.partner"].with_context(crm_customer=True).create(
            [{"name": "Tour Customer One"}, {"name": "Tour Customer Two"}]
        )
        action = self.env.ref("crm_segments.res_partner_customer_action")
        url = f"/odoo/action-{action.id}"
        self.start_tour(url, "crm_segments_export", login="admin")
        export = self.env["crm.export"].search([], limit=1)
        self.assertEqual((export.state, export.row_count), ("done", 2))
        self.assertEqual(export.what, "filtered")
        log = self.env["crm.export.log"].search([("export_number", "=", export.id)])
        self.assertEqual(
            log.sorted("id").mapped("event"), ["asked", "made", "downloaded"]
        )


@tagged("post_install", "-at_install")
class TestExportPhoneTour(HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_export(self):
        self.env["res.partner"].with_context(crm_customer=True).create(
            {"name": "Tour Customer"}
        )
        action = self.env.ref("crm_segments.res_partner_customer_action")
        self.start_tour(
            f"/odoo/action-{action.id}", "crm_segments_export_phone", login="admin"
        )
        export = self.env["crm.export"].search([], limit=1)
        self.assertEqual((export.state, export.what), ("draft", "filtered"))
