"""Campaigns to customers of a shop in Thailand."""

from .common_deliveries import DeliveryCase

TEXT = "{nickname} ลด 50% {optout}"


class CampaignCase(DeliveryCase):
    """Customers who have agreed to messages, and campaigns to them."""

    def setUp(self):
        super().setUp()
        self.company.write(
            {
                "country_id": self.env.ref("base.th").id,
                "customer_tz": "Asia/Bangkok",
                "sms_hours_from": 0,
                "sms_hours_until": 0,
            }
        )
        self.campaigns = self.env["mailing.mailing"]
        self.assignments = self.env["mailing.assignment"]
        self.deliveries = self.env["sms.delivery"]
        self.people = self.customers(8)

    def customers(self, count, first=0, agreed=True, **values):
        """:return: customers with numbers of their own"""
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners = partners.create(
            [
                {
                    "name": f"Guest {number}",
                    "nickname": f"N{number}",
                    "phone": f"081{number + 1:07}",
                    "country_id": self.env.ref("base.th").id,
                    **values,
                }
                for number in range(first, first + count)
            ]
        )
        if agreed:
            partners._crm_record_consent("marketing_sms")
        return partners

    def campaign(self, partners=None, **values):
        """:return: a campaign to these customers, not prepared"""
        partners = self.people if partners is None else partners
        return self.campaigns.create(
            {
                "subject": "Test",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "customer_domain": [["id", "in", partners.ids]],
                "body_plaintext": TEXT,
                **values,
            }
        )

    def prepared(self, partners=None, **values):
        campaign = self.campaign(partners, **values)
        campaign.action_prepare()
        return campaign

    def rows(self, campaign):
        """:return: {customer: (arm, variant, number, skip reason)}"""
        rows = self.assignments.search([("mailing_id", "=", campaign.id)])
        return {
            row.partner_id: (row.arm, row.variant, row.number, row.skip_reason)
            for row in rows
        }

    def messages(self, campaign):
        return self.deliveries.search([("mailing_id", "=", campaign.id)])
