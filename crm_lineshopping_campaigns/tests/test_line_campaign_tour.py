from odoo.tests import HttpCase, tagged

from odoo.addons.crm_lineshopping_connector.tests.common_line import LineMixin

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 Safari Line/14.9.0"
)


class LineHttpCase(LineMixin, HttpCase):
    """Members on LINE, and a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.env.ref("base.user_admin").company_id.ids,
            }
        )
        cls.set_up_line()
        cls.env.company.write(
            {
                "sms_hours_from": 0,
                "sms_hours_until": 0,
                "country_id": cls.env.ref("base.th").id,
            }
        )
        cls.channel.write({"message_price": 0.15, "quota_reserve": 10})

    def setUp(self):
        super().setUp()
        self.server = self.start_server()
        self.connect_line(self.server)
        self.friends = self.env["crm.line.user"]
        for person in self.server.book.people[:2]:
            partner = self.member_of(person)
            partner._crm_record_consent("marketing_line", given=True)
            self.friends |= self.env["crm.line.user"].create(
                {
                    "channel_id": self.channel.id,
                    "user_id": person.user_id,
                    "line_name": person.name,
                    "partner_id": partner.id,
                    "friend_state": "friend",
                }
            )

    def send(self):
        messages = self.env["crm.line.message"]
        messages._send_waiting(lambda *_args, **_kwargs: 60.0)
        self.env.invalidate_all()


@tagged("standard", "post_install", "-at_install")
class TestLineCampaignTour(LineHttpCase):
    """A campaign by LINE in a browser: from the segment to the page with its result,
    with the taps and the way out of who got it."""

    def make_segment(self):
        stranger = self.env["res.partner"].with_context(crm_customer=True)
        stranger = stranger.create({"name": "Not on LINE"})
        stranger._crm_record_consent("marketing_line", given=True)
        partners = self.friends.partner_id | stranger
        segment = self.env["crm.segment"].create(
            {"name": "Linetour", "domain": repr([("id", "in", partners.ids)])}
        )
        segment._refresh_all()

    def test_campaign(self):
        self.make_segment()
        self.channel._note_quota(("limited", 100, 0))
        self.start_tour(
            "/odoo/action-crm_lineshopping_campaigns.mailing_campaign_action_line",
            "crm_line_campaign",
            login="admin",
        )
        mailing = self.env["mailing.mailing"].search(
            [("subject", "=", "Tea week on LINE")]
        )
        self.send()
        mailing._finish_sending()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(
            {user for row in self.server.messaging.accepted for user in row["to"]},
            set(self.friends.mapped("user_id")),
        )
        self.tap_and_leave(mailing)
        self.env["crm.campaign.result"]._measure(mailing)
        self.env.invalidate_all()
        result = mailing.result_ids
        self.assertEqual((result.sent, result.clicked, result.opted_out), (2, 1, 1))
        self.start_tour(
            "/odoo/action-crm_sms_wallet.crm_campaign_result_action",
            "crm_line_campaign_result",
            login="admin",
        )
        self.assert_rules_kept()

    def tap_and_leave(self, mailing):
        """One follows the button, the other ends the advertising: by addresses that
        stand in the messages, without logging in."""
        first, second = self.env["crm.line.message"].search(
            [("mailing_id", "=", mailing.id)], order="id"
        )
        headers = {"User-Agent": IPHONE}
        answer = self.url_open(
            f"/s/{first.token}", headers=headers, allow_redirects=False
        )
        self.assertEqual(answer.headers["Location"], "https://shop.example.com/tea")
        page = self.url_open(f"/u/{second.token}", headers=headers)
        self.assertIn("LINE", page.text)
        partner = second.partner_id
        self.assertTrue(partner._crm_consent_given("marketing_line"))
        self.url_open(f"/u/{second.token}", data={"x": "1"}, headers=headers)
        self.env.invalidate_all()
        self.assertFalse(partner._crm_consent_given("marketing_line"))
        # nobody's token
        self.assertEqual(self.url_open("/s/AAAAAAAA").status_code, 404)
