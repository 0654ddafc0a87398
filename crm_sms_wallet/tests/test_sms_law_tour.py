from odoo.tests import HttpCase, tagged

from .common_law import LawCase


@tagged("post_install", "-at_install")
class TestSmsLawTour(LawCase, HttpCase):
    """The same in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write({"company_ids": [(4, cls.shop.id)], "company_id": cls.shop.id})

    def tour(self, action, name):
        self.start_tour(f"/odoo/action-crm_sms_wallet.{action}", name, login="admin")

    def test_automations(self):
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners.create(
            {"name": "Tour Customer", "company_id": self.shop.id, "lang": "en_US"}
        )
        self.env["crm.automation"].sudo()._ensure_ready(self.shop)
        self.tour("crm_automation_action_page", "crm_sms_automation")
        birthday = self.env["crm.automation"].search(
            [("company_id", "=", self.shop.id), ("moment", "=", "birthday")]
        )
        self.assertTrue(birthday.is_on)
        self.assertTrue(birthday.on_since)

    def test_stop(self):
        self.tour("crm_sms_stop_action", "crm_sms_stop")
        stop = self.stops.with_context(active_test=False).search(
            [("company_id", "=", self.shop.id)]
        )
        self.assertEqual(
            (stop.number, stop.reason, stop.active, stop.lifted_by_id),
            (self.number, "Called us", False, self.admin),
        )
