from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from ..tools import send_plan
from ..tools.quiet_hours import next_allowed, windows
from .common_deliveries import fill_wallet
from .common_recipients import CampaignCase

BANGKOK = pytz.timezone("Asia/Bangkok")
BERLIN = pytz.timezone("Europe/Berlin")


@tagged("post_install", "-at_install")
class TestSend(CampaignCase):
    """A campaign can be stopped at any moment, nothing is held for what is not sent,
    and it is done when nothing waits any more."""

    def launched(self, partners=None, **values):
        campaign = self.prepared(partners, **values)
        campaign._launch()
        return campaign

    def tidy(self):
        """What the job does every two minutes."""
        with self.enter_registry_test_mode():
            self.env.ref("crm_sms_wallet.mailing_send_cron").method_direct_trigger()
        self.env.invalidate_all()

    def test_sent_and_done(self):
        campaign = self.launched()
        self.assertEqual(campaign.state, "sending")
        self.assertEqual(set(self.messages(campaign).mapped("state")), {"queued"})
        self.tidy()
        self.assertEqual(campaign.state, "sending")
        self.send()
        self.assertEqual(set(self.messages(campaign).mapped("state")), {"accepted"})
        self.tidy()
        self.assertEqual(campaign.state, "done")
        self.assertTrue(campaign.sent_date)
        self.check_wallet()
        self.assertEqual(self.wallet.credits, 1000 - campaign.sms_parts)
        with self.assertRaisesRegex(UserError, "on its way"):
            campaign.body_plaintext = "Other"

    def test_locked_while_sending(self):
        campaign = self.launched(
            variant_ids=[(0, 0, {"text": "A {optout}", "share": 100})]
        )
        for values in ({"body_plaintext": "x"}, {"holdout_percent": 3}):
            with self.assertRaisesRegex(UserError, "on its way"):
                campaign.write(values)
        with self.assertRaisesRegex(UserError, "on its way"):
            campaign.variant_ids.text = "B"
        with self.assertRaisesRegex(UserError, "on its way"):
            campaign.action_prepare()
        with self.assertRaisesRegex(UserError, "on its way"):
            campaign.action_confirm_send()

    def test_pause_and_resume(self):
        campaign = self.launched()
        campaign.action_pause()
        self.assertEqual(self.send(), 0)
        self.assertEqual(self.wallet.held, 0)
        campaign.action_resume()
        self.assertEqual(self.send(), len(self.people))
        self.check_wallet()

    def test_cancel_releases(self):
        campaign = self.launched()
        campaign.action_cancel()
        self.assertEqual(set(self.messages(campaign).mapped("state")), {"cancelled"})
        self.assertEqual((campaign.state, campaign.campaign_cancelled), ("done", True))
        self.assertEqual(self.send(), 0)
        self.env.invalidate_all()
        self.assertEqual((self.wallet.held, self.wallet.credits), (0, 1000))
        self.assertEqual(campaign.sms_cost, 0)
        with self.assertRaisesRegex(UserError, "sent already"):
            campaign.action_cancel()

    def test_cancel_half_way(self):
        """What has left is paid, the rest costs nothing."""
        partners = self.people | self.customers(6, 700)
        campaign = self.launched(partners, rate_per_minute=30)
        self.env["sms.delivery"].search(
            [("mailing_id", "=", campaign.id)]
        ).not_before = False
        sent = self.send()
        self.assertTrue(0 < sent < len(partners), sent)
        campaign.action_cancel()
        states = self.messages(campaign).mapped("state")
        self.assertEqual(states.count("accepted"), sent)
        self.assertEqual(states.count("cancelled"), len(partners) - sent)
        self.assertEqual(campaign.state, "done")
        self.check_wallet()

    def test_scheduled(self):
        later = fields.Datetime.now() + timedelta(days=2)
        campaign = self.campaign(schedule_type="scheduled", schedule_date=later)
        campaign.action_prepare()
        campaign._launch()
        self.tidy()
        self.assertEqual(campaign.state, "in_queue")
        self.assertEqual(set(self.messages(campaign).mapped("state")), {"draft"})
        campaign.action_cancel()
        self.assertEqual((campaign.state, campaign.prepare_state), ("draft", "ready"))
        campaign.schedule_type = "now"
        campaign._launch()
        self.assertEqual(campaign.state, "sending")

    def test_starts_when_due(self):
        later = fields.Datetime.now() + timedelta(days=2)
        campaign = self.campaign(schedule_type="scheduled", schedule_date=later)
        campaign.action_prepare()
        campaign._launch()
        with freeze_time(later + timedelta(minutes=1)):
            self.tidy()
        self.assertEqual(campaign.state, "sending")

    def test_no_after_preparing(self):
        """Who says no before it is sent gets nothing, however late."""
        campaign = self.prepared()
        one, two, three = self.people[:3]
        one._crm_record_consent("marketing_sms", given=False)
        self.env["crm.sms.stop"]._stop(self.company, [two.phone_sanitized], "page")
        three.unlink()
        campaign._launch()
        self.assertEqual(self.rows(campaign)[one][3], "opted_out")
        self.assertEqual(self.rows(campaign)[two][3], "stopped")
        sent = self.messages(campaign).filtered(lambda m: m.state == "queued")
        self.assertEqual(sent.partner_id, self.people[3:])
        self.assertEqual(campaign.skipped_deleted, 1)

    def test_held_out_are_never_messaged(self):
        campaign = self.launched(self.customers(60, 2000), holdout_percent=50)
        self.send()
        held = {p for p, row in self.rows(campaign).items() if row[0] == "holdout"}
        self.assertTrue(held)
        self.assertFalse(set(self.messages(campaign).partner_id) & held)
        traces = self.env["mailing.trace"].search(
            [("mass_mailing_id", "=", campaign.id)]
        )
        self.assertFalse(set(traces.mapped("res_id")) & {p.id for p in held})

    def test_missing_credits(self):
        self.company = self.env["res.company"].create({"name": "Buyer"})
        self.env.user.company_ids += self.company
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": self.company.ids}
        )
        people = self.customers(5, 900)
        fill_wallet(self.env, self.company, 2, mode="resold")
        campaign = self.campaigns.with_env(self.env).create(
            {
                "subject": "Poor",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "customer_domain": [["id", "in", people.ids]],
                "body_plaintext": "Hello {optout}",
            }
        )
        campaign.action_prepare()
        self.assertEqual(campaign.credits_missing, 3)
        with self.assertRaisesRegex(UserError, "3 SMS credits are missing"):
            campaign._launch()

    def test_traces(self):
        """Odoo's own figures of the mailing."""
        silent = self.customers(1, 600, agreed=False)
        campaign = self.launched(self.people | silent)
        self.assertEqual((campaign.scheduled, campaign.canceled), (8, 1))
        self.send()
        self.tidy()
        self.env.invalidate_all()
        self.assertEqual((campaign.pending, campaign.sent), (8, 8))
        first = self.messages(campaign)[0]
        trace = self.env["mailing.trace"].browse(first.trace_id)
        trace.set_opened()
        self.env["mailing.trace"]._follow_deliveries(campaign)
        self.assertEqual(trace.trace_status, "open")
        self.assertEqual(trace.sms_number, first.number)

    def test_odoo_s_queue_leaves_it_alone(self):
        campaign = self.launched()
        with self.enter_registry_test_mode():
            queue = self.env.ref("mass_mailing.ir_cron_mass_mailing_queue")
            queue.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(campaign.state, "sending")
        self.assertFalse(self.env["sms.sms"].search([("mailing_id", "=", campaign.id)]))
        for way in ("action_send_mail", "action_send_sms", "action_retry_failed"):
            with self.assertRaises(UserError):
                getattr(campaign, way)()

    def test_mail(self):
        """E-mail takes the same recipients and Odoo's own way."""
        self.people.write({"email": False})
        for number, partner in enumerate(self.people[:6]):
            partner.email = f"guest{number}@example.com"
        self.people[1].email = self.people[0].email
        self.people[2].email = "nonsense"
        self.people._crm_record_consent("marketing_email")
        self.people[3]._crm_record_consent("marketing_email", given=False)
        self.env["mail.blacklist"].create({"email": self.people[4].email})
        campaign = self.prepared(
            mailing_type="mail",
            body_html="<p>Hello</p>",
            email_from="shop@example.com",
        )
        reasons = [self.rows(campaign)[p][3] for p in self.people]
        self.assertEqual(
            reasons,
            ["none", "duplicate", "bad_email", "opted_out", "blacklisted", "none"]
            + ["no_email"] * 2,
        )
        campaign._launch()
        self.assertEqual(campaign.state, "in_queue")
        self.assertEqual(
            campaign._get_remaining_recipients(), (self.people[0] | self.people[5]).ids
        )
        campaign.action_send_mail()
        self.assertEqual(campaign.state, "done")
        traces = self.env["mailing.trace"].search(
            [("mass_mailing_id", "=", campaign.id)]
        )
        self.assertEqual(
            set(traces.mapped("res_id")), {self.people[0].id, self.people[5].id}
        )

    def test_two_companies(self):
        """Each campaign takes the credits of its own company."""
        mine = self.launched()
        other = self.env["res.company"].create(
            {"name": "Other", "sms_hours_until": 0, "sms_hours_from": 0}
        )
        self.env.user.company_ids += other
        env = self.env(context={"allowed_company_ids": other.ids})
        guests = self.customers(3, 800, agreed=False).with_env(env)
        guests._crm_record_consent("marketing_sms")
        theirs = env["mailing.mailing"].create(
            {
                "subject": "Other",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "customer_domain": [["id", "in", (guests | self.people).ids]],
                "body_plaintext": "Hello {optout}",
            }
        )
        theirs.action_prepare()
        self.assertEqual(theirs.treated_count, 3)
        theirs._launch()
        self.assertEqual(self.send(), len(self.people))
        self.assertEqual(set(self.messages(mine).mapped("state")), {"accepted"})
        self.assertEqual(set(self.messages(theirs).mapped("state")), {"queued"})


class TestQuietHours(BaseCase):
    """Messages leave in the shop's hours, whatever the clock says when it is asked."""

    def local(self, zone, moment):
        return pytz.utc.localize(moment).astimezone(zone)

    def test_any_hour(self):
        start = datetime(2026, 3, 27)
        for zone in (BANGKOK, BERLIN):
            for begin, until in ((9, 20), (0, 24), (22, 6), (9.5, 9.75)):
                for quarter in range(4 * 24 * 4):
                    moment = start + timedelta(minutes=15 * quarter + 1)
                    allowed = next_allowed(zone, begin, until, moment)
                    self.assertGreaterEqual(allowed, moment)
                    self.assertLessEqual(allowed - moment, timedelta(hours=25))
                    local = self.local(zone, allowed)
                    hour = local.hour + local.minute / 60
                    if begin < until:
                        inside = begin <= hour < until
                    else:
                        inside = hour >= begin or hour < until
                    self.assertTrue(inside, (zone, begin, until, moment))
                    here = self.local(zone, moment)
                    now = here.hour + here.minute / 60
                    awake = (
                        begin <= now < until
                        if begin < until
                        else (now >= begin or now < until)
                    )
                    if awake:
                        self.assertEqual(allowed, moment)

    def test_no_quiet_hour(self):
        moment = datetime(2026, 1, 1, 18, 30)
        self.assertEqual(next_allowed(BANGKOK, 0, 0, moment), moment)
        self.assertEqual(next_allowed(BANGKOK, 0, 24, moment), moment)

    def test_rate_within_hours(self):
        """1,000 messages at 1 per minute from 19:00 to 20:00 and on: each in time."""
        moment = datetime(2026, 1, 1, 12)  # 19:00 in Bangkok
        spans = send_plan.spans(windows(BANGKOK, 9, 20, moment), moment, 1000, 1)
        self.assertEqual(spans[0], (moment, 0))
        self.assertEqual(spans[1], (datetime(2026, 1, 2, 2), 60))
        self.assertEqual(spans[2], (datetime(2026, 1, 3, 2), 60 + 660))
        self.assertEqual(len(spans), 3)
        self.assertEqual(
            send_plan.spans(windows(BANGKOK, 9, 20, moment), moment, 10**6, 0),
            [(moment, 0)],
        )


@tagged("post_install", "-at_install")
class TestTimes(CampaignCase):
    """What the plan says is what the messages carry."""

    def test_rate(self):
        self.company.write({"sms_hours_from": 9, "sms_hours_until": 20})
        with freeze_time("2026-01-05 12:58:00"):  # 19:58 in Bangkok
            campaign = self.prepared(rate_per_minute=2, hours_from=9, hours_until=20)
            campaign._launch()
            times = self.messages(campaign).sorted("id").mapped("not_before")
            self.assertEqual(times[0], datetime(2026, 1, 5, 12, 58))
            self.assertEqual(times[3], datetime(2026, 1, 5, 12, 59, 30))
            self.assertEqual(times[4], datetime(2026, 1, 6, 2))
            self.assertEqual(times[7], datetime(2026, 1, 6, 2, 1, 30))

    def test_at_night(self):
        with freeze_time("2026-01-05 18:00:00"):  # 1:00 in Bangkok
            campaign = self.prepared(hours_from=9, hours_until=20)
            self.assertEqual(campaign.not_before, datetime(2026, 1, 6, 2))
            campaign._launch()
            times = set(self.messages(campaign).mapped("not_before"))
            self.assertEqual(times, {datetime(2026, 1, 6, 2)})
            self.assertEqual(self.send(), 0)
        with freeze_time("2026-01-06 02:00:01"):
            self.assertEqual(self.send(), len(self.people))


@tagged("post_install", "-at_install")
class TestCoupons(CampaignCase):
    """A code is in the text that was counted, and worth something once it is sent."""

    def test_codes(self):
        if "loyalty.program" not in self.env:
            return
        program = self.env["loyalty.program"].create(
            {
                "name": "Half price",
                "program_type": "coupons",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "reward_ids": [(0, 0, {"discount": 50, "required_points": 1})],
            }
        )
        campaign = self.prepared(
            self.people,
            body_plaintext="{nickname}: {coupon} {optout}",
            coupon_program_ref=f"loyalty.program,{program.id}",
            holdout_percent=30,
        )
        rows = self.assignments.search([("mailing_id", "=", campaign.id)])
        codes = {row.partner_id: row.code for row in rows if row.code}
        self.assertEqual(len(set(codes.values())), campaign.treated_count)
        for message in self.messages(campaign):
            self.assertIn(f": {codes[message.partner_id]} ", message.text)
        cards = self.env["loyalty.card"]
        self.assertFalse(cards.search([("program_id", "=", program.id)]))
        refuser = self.messages(campaign)[0].partner_id
        refuser._crm_record_consent("marketing_sms", given=False)
        campaign._launch()
        made = cards.search([("program_id", "=", program.id)])
        codes.pop(refuser)
        self.assertEqual({card.partner_id: card.code for card in made}, codes)
