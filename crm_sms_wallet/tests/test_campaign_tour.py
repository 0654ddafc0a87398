from odoo.tests import HttpCase, tagged

from .common_deliveries import fill_wallet


@tagged("post_install", "-at_install")
class TestCampaignTour(HttpCase):
    """From the list of customers to messages that are on their way, in a browser."""

    def test_tour(self):
        company = self.env.ref("base.user_admin").company_id
        company.country_id = self.env.ref("base.th")
        company.write({"sms_hours_from": 0, "sms_hours_until": 0})
        fill_wallet(self.env, company, 100, key="tour")
        partners = self.env["res.partner"].with_company(company)
        partners = partners.with_context(crm_customer=True).create(
            [
                {"name": f"Smstour {n}", "nickname": f"T{n}", "phone": f"081999888{n}"}
                for n in range(3)
            ]
        )
        partners[:2]._crm_record_consent("marketing_sms")
        self.start_tour("/odoo/crm-customers", "crm_sms_wallet_campaign", login="admin")
        messages = self.env["sms.delivery"].search(
            [("partner_id", "in", partners.ids), ("mailing_id", "!=", False)]
        )
        self.assertEqual(messages.partner_id, partners[:2])
        self.assertEqual(set(messages.mapped("state")), {"queued"})
        said = {message.text[:8] for message in messages}
        self.assertEqual(said, {"Hello T0", "Hello T1"})

    def test_mail(self):
        company = self.env.ref("base.user_admin").company_id
        partner = self.env["res.partner"].with_context(crm_customer=True)
        partner = partner.with_company(company).create(
            {"name": "Mailtour", "email": "mailtour@example.com"}
        )
        partner._crm_record_consent("marketing_email")
        self.env.ref("base.user_admin").email = "shop@example.com"
        segment = self.env["crm.segment"].create(
            {
                "name": "Mailtour",
                "company_id": company.id,
                "domain": repr([("id", "=", partner.id)]),
            }
        )
        segment._refresh_all()
        self.start_tour(
            "/odoo/action-crm_sms_wallet.mailing_campaign_action_mail",
            "crm_sms_wallet_campaign_mail",
            login="admin",
        )
        campaign = self.env["mailing.mailing"].search([("subject", "=", "Mailtour")])
        self.assertEqual(campaign.prepare_state, "ready")
        self.assertEqual(campaign.assignment_ids.partner_id, partner)
