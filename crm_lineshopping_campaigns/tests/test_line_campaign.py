from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_line_campaign import LineCampaignCase


@tagged("standard", "post_install", "-at_install")
class TestLineCampaign(LineCampaignCase):
    """A campaign by LINE goes to those who are there and agreed, and is measured as
    any other."""

    def test_who_gets_it(self):
        friends = self.members(2)
        silent = self.members(1, agreed=False)
        blocked = self.members(1, friend_state="blocked")
        customers = self.env["res.partner"].with_context(crm_customer=True)
        unlinked = customers.create({"name": "Not on LINE"})
        unlinked._crm_record_consent("marketing_line", given=True)
        partners = (friends | silent | blocked).partner_id | unlinked
        mailing = self.campaign(partners)
        mailing.action_prepare()
        reasons = {row.partner_id: row.skip_reason for row in mailing.assignment_ids}
        self.assertEqual(
            reasons,
            {
                friends[0].partner_id: "none",
                friends[1].partner_id: "none",
                silent.partner_id: "opted_out",
                blocked.partner_id: "not_friend",
                unlinked: "not_linked",
            },
        )
        self.assertEqual(mailing.skipped_no_address, 1)
        self.assertEqual(mailing.skipped_bad_address, 1)
        self.assertEqual(mailing.sms_messages, 2)
        self.assertAlmostEqual(mailing.line_cost, 0.30)
        self.assertEqual(mailing.sms_cost, 0)

    def test_sent_and_measured(self):
        friends = self.members(3)
        mailing = self.campaign(
            friends.partner_id,
            line_title="This week",
            line_button="Order now",
            link_url="https://shop.example.com/tea",
        )
        self.launch(mailing)
        self.assertEqual(mailing.state, "sending")
        self.send()
        mailing._finish_sending()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(len(self.accepted("push")), 3)
        message = self.messages(mailing)[0]
        [bubble] = [
            row["messages"][0]["contents"]
            for row in self.accepted()
            if row["to"] == [friends[0].user_id]
        ]
        uris = [part["action"]["uri"] for part in bubble["footer"]["contents"]]
        self.assertTrue(uris[0].endswith(f"/s/{message.token}"), uris)
        self.assertTrue(uris[1].endswith(f"/u/{message.token}"), uris)
        # one taps, one answers, one wants no more of it
        link = self.env["crm.sms.link"]._of_message(message, 1)
        self.assertEqual(link.url, "https://shop.example.com/tea")
        browser = {"User-Agent": "Mozilla/5.0 (iPhone) Line/13"}
        self.env["crm.sms.click"]._note(message, link, browser)
        self.env["crm.line.message"].create(
            {
                "channel_id": self.channel.id,
                "company_id": self.channel.company_id.id,
                "line_user_id": friends[1].id,
                "partner_id": friends[1].partner_id.id,
                "direction": "in",
                "purpose": "chat",
                "state": "received",
                "text": "I come",
                "queued_at": fields.Datetime.now() + timedelta(minutes=1),
            }
        )
        self.messages(mailing)[2]._opt_out()
        self.env.flush_all()
        result = self.env["crm.campaign.result"]._measure(mailing)
        self.env.invalidate_all()
        self.assertEqual(result.mailing_type, "line")
        self.assertEqual((result.people, result.sent, result.failed), (3, 3, 0))
        self.assertEqual((result.clicked, result.replied), (1, 1))
        self.assertEqual(result.opted_out, 1)
        self.assertAlmostEqual(result.message_cost, 0.45)

    def test_hold_out_and_texts(self):
        friends = self.members(20)
        mailing = self.campaign(
            friends.partner_id,
            holdout_percent=50,
            variant_ids=[
                (0, 0, {"text": "Tea A {call_name}", "share": 50}),
                (0, 0, {"text": "Tea B {call_name}", "share": 50}),
            ],
        )
        self.launch(mailing)
        held = mailing.assignment_ids.filtered(lambda row: row.arm == "holdout")
        self.assertTrue(0 < len(held) < 20)
        self.send()
        got = {user for row in self.accepted() for user in row["to"]}
        accounts = {friend.partner_id: friend.user_id for friend in friends}
        self.assertEqual(
            got, set(accounts.values()) - {accounts[r.partner_id] for r in held}
        )
        sent = sum(mailing.variant_ids.mapped("sent_count"))
        self.assertEqual(sent, 20 - len(held))

    def test_month_is_too_short(self):
        """Shown before, and nothing is sent that cannot be."""
        friends = self.members(3)
        self.channel._note_quota(("limited", 100, 88))
        mailing = self.campaign(friends.partner_id)
        mailing.action_prepare()
        self.assertTrue(mailing.line_limited)
        self.assertEqual((mailing.line_left, mailing.line_missing), (2, 1))
        self.assertIn("2 are left", mailing.campaign_warnings)
        with self.assertRaises(UserError):
            mailing._launch()
        self.channel._note_quota(("limited", 100, 50))
        self.env.invalidate_all()
        mailing._launch()

    def test_pause_resume_cancel(self):
        friends = self.members(4)
        mailing = self.campaign(friends.partner_id)
        self.launch(mailing)
        mailing.action_pause()
        self.send()
        self.assertFalse(self.accepted())
        self.assertEqual(mailing.waiting_count, 4)
        mailing.action_resume()
        self.server.messaging.quota.update(limit=2, used=0)
        self.channel.write({"quota_reserve": 0, "quota_read_at": False})
        self.send()
        self.assertEqual(len(self.accepted()), 2)
        mailing.action_cancel()
        self.assertTrue(mailing.campaign_cancelled)
        states = sorted(self.messages(mailing).mapped("state"))
        self.assertEqual(states, ["accepted"] * 2 + ["cancelled"] * 2)
        self.assertEqual(mailing.state, "done")

    def test_quiet_hours(self):
        """Outside its hours nothing leaves, whoever wakes the sender."""
        friends = self.members(1)
        zone_now = fields.Datetime.context_timestamp(
            self.env.user.with_context(tz="Asia/Bangkok"), fields.Datetime.now()
        )
        begin = (zone_now.hour + 2) % 24
        mailing = self.campaign(
            friends.partner_id, hours_from=begin, hours_until=(begin + 1) % 24 or 24
        )
        self.launch(mailing)
        self.send()
        self.assertFalse(self.accepted())
        self.messages(mailing).next_try_at = False
        self.send()
        self.assertFalse(self.accepted())

    def test_said_no_since(self):
        friends = self.members(2)
        mailing = self.campaign(friends.partner_id)
        mailing.action_prepare()
        friends[0].partner_id._crm_record_consent("marketing_line", given=False)
        mailing._launch()
        self.send()
        self.assertEqual([row["to"] for row in self.accepted()], [[friends[1].user_id]])
        self.assertEqual(self.messages(mailing)[0].state, "cancelled")

    def test_preview_and_test(self):
        officer = new_test_user(
            self.env,
            "line_sender",
            "crm_segments.crm_segments_group_officer",
        )
        friends = self.members(1)
        mailing = self.campaign(friends.partner_id, line_title="<b>Hot</b>")
        self.assertIn("tea is cheap", mailing.line_preview)
        self.assertNotIn("<b>Hot", mailing.line_preview)
        with self.assertRaises(UserError):
            mailing.with_user(officer).action_line_test()
        self.channel.test_user_id = friends
        mailing.with_user(officer).action_line_test()
        self.send()
        self.assertEqual(len(self.accepted()), 1)
        mailing.line_button = "Buy"
        with self.assertRaises(UserError):
            mailing.action_prepare()

    def test_the_same_for_all(self):
        """One call for many, and the tap that ends it comes back by the webhook."""
        friends = self.members(3)
        mailing = self.campaign(
            friends.partner_id,
            line_alike=True,
            line_button="Order",
            link_url="https://shop.example.com/tea",
        )
        with self.assertRaises(UserError):
            mailing.action_prepare()
        mailing.body_plaintext = "Tea is cheap."
        with self.assertRaises(UserError):
            mailing.action_prepare()
        now = fields.Datetime.now()
        self.env["crm.line.event"].create(
            {
                "channel_id": self.channel.id,
                "event_key": "first",
                "kind": "follow",
                "happened_at": now,
                "received_at": now,
                "state": "done",
            }
        )
        self.launch(mailing)
        self.send()
        [row] = self.accepted()
        self.assertEqual(row["kind"], "multicast")
        self.assertEqual(set(row["to"]), set(friends.mapped("user_id")))
        self.assertEqual(set(self.messages(mailing).mapped("state")), {"accepted"})
        foot = row["messages"][0]["contents"]["footer"]["contents"]
        self.assertEqual(foot[0]["action"]["uri"], "https://shop.example.com/tea")
        tap = {"postback": {"data": foot[1]["action"]["data"]}}
        self.assertEqual(
            self.env["crm.line.event"]._event_handlers()["postback"], "_on_postback"
        )
        for _twice in range(2):
            friends[0]._on_postback(tap, now)
            self.send()
        agreed = friends.partner_id._crm_consent_given("marketing_line")
        self.assertEqual(agreed, friends[1:].partner_id)
        [said] = self.accepted("push")
        self.assertEqual(said["to"], [friends[0].user_id])
        token = self.messages(mailing)[0].token
        self.assertIn(f"/u/{token}", said["messages"][0]["text"])
        friends[1]._on_postback({"postback": {"data": "something else"}}, now)

    def test_shop_that_is_not_on_line(self):
        """The form opens and says what is missing."""
        friends = self.members(1)
        self.channel.active = False
        mailing = self.campaign(friends.partner_id)
        self.assertIn("Connect", mailing.campaign_warnings)
        self.assertIn("tea is cheap", mailing.line_preview)
        self.assertFalse(mailing.line_limited)
        with self.assertRaises(UserError):
            mailing.action_prepare()

    def test_changed_since(self):
        friends = self.members(1)
        mailing = self.campaign(friends.partner_id)
        mailing.action_prepare()
        mailing.line_title = "Other"
        self.assertEqual(mailing.prepare_state, "stale")


@tagged("standard", "post_install", "-at_install")
class TestLineAutomation(LineCampaignCase):
    """Automatic messages by LINE: once, to those who agreed, with a way out."""

    def automation(self, **values):
        return self.env["crm.automation"].create(
            {
                "name": "Birthday",
                "moment": "birthday",
                "channel": "line",
                "text": "Happy birthday {nickname} https://shop.example.com/gift",
                "hours_from": 0,
                "hours_until": 0,
                **values,
            }
        )

    def event(self, automation, partner):
        now = fields.Datetime.now()
        return self.env["crm.automation.event"].create(
            {
                "automation_id": automation.id,
                "company_id": automation.company_id.id,
                "partner_id": partner.id,
                "event_key": f"test:{partner.id}",
                "happened_at": now,
                "due_at": now,
            }
        )

    def test_sent_by_line(self):
        friend = self.members(1)
        blocked = self.members(1, friend_state="blocked")
        silent = self.members(1, agreed=False)
        automation = self.automation(is_on=True)
        events = [
            self.event(automation, one.partner_id) for one in (friend, blocked, silent)
        ]
        automation._send_batch(fields.Datetime.now(), 10)
        self.assertEqual(
            [(event.state, event.reason) for event in events],
            [("sent", False), ("skipped", "address"), ("skipped", "consent")],
        )
        self.send()
        [row] = self.accepted()
        self.assertEqual(row["to"], [friend.user_id])
        message = self.env["crm.line.message"].search(
            [("res_model", "=", "crm.automation"), ("direction", "=", "out")]
        )
        self.assertEqual(message.token, events[0].token)
        self.assertIn(f"/u/{message.token}", str(row["messages"]))
        self.assertIn(f"/s/{message.token}", message.text)
        message._opt_out()
        agreed = friend.partner_id._crm_consent_given("marketing_line")
        self.assertFalse(agreed)

    def test_advertising_by_registry_has_a_way_out(self):
        friend = self.members(1)
        taken = friend.partner_id._crm_notify(
            ["line"], "Offer", purpose="marketing_line"
        )
        self.assertEqual(taken[friend.partner_id.id], "line")
        self.send()
        [row] = self.accepted()
        message = self.env["crm.line.message"].search([], limit=1)
        self.assertIn(f"/u/{message.token}", str(row["messages"]))
