from odoo.addons.crm_lineshopping_connector.tests.common_messages import MessageCase


class LineCampaignCase(MessageCase):
    """A shop with friends on LINE who are members of a segment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"sms_hours_from": 0, "sms_hours_until": 0})
        cls.channel.message_price = 0.15

    def members(self, number, agreed=True, **values):
        """:return: crm.line.user of so many members, with their consent"""
        known = self.env["crm.line.user"].search_count(
            [("channel_id", "=", self.channel.id)]
        )
        friends = self.env["crm.line.user"]
        for place in range(known, known + number):
            friends |= self.friend(place, **values)
        if agreed:
            for friend in friends:
                friend.partner_id._crm_record_consent("marketing_line", given=True)
        return friends

    def segment_of(self, partners):
        segment = self.env["crm.segment"].create(
            {"name": "On LINE", "domain": repr([("id", "in", partners.ids)])}
        )
        segment._refresh_all()
        return segment

    def campaign(self, partners, **values):
        """:return: mailing.mailing, not prepared yet"""
        return self.env["mailing.mailing"].create(
            {
                "subject": "Tea week",
                "mailing_type": "line",
                "recipient_choice": "segments",
                "include_segment_ids": [(6, 0, self.segment_of(partners).ids)],
                "body_plaintext": "Hello {nickname}, tea is cheap.",
                **values,
            }
        )

    def launch(self, mailing):
        mailing.action_prepare()
        self.assertEqual(mailing.prepare_state, "ready", mailing.prepare_error)
        mailing._launch()
        self.env.invalidate_all()

    def messages(self, mailing):
        return self.env["crm.line.message"].search(
            [("mailing_id", "=", mailing.id)], order="id"
        )
