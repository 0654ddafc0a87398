import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_deliveries import make_gateway
from .common_recipients import CampaignCase

GROUP = "crm_segments.crm_segments_group_"


class Deep(BaseHTTPRequestHandler):
    """Takes every message, and answers questions with more brackets than Python's
    parser can go down."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def do_GET(self):
        self._answer(b"[" * 200_000)

    def _answer(self, body):
        self.send_response(200 if body else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@tagged("post_install", "-at_install")
class TestNoWayRound(CampaignCase):
    """What was cancelled, paused, refused or sold stays so, whichever way is tried."""

    def user(self, group, company=None, login=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login or f"way_{group}",
            f"{GROUP}{group}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def launched(self, **values):
        campaign = self.prepared(**values)
        campaign._launch()
        return campaign

    def tidy(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_sms_wallet.mailing_send_cron").method_direct_trigger()
        self.env.invalidate_all()

    # -- money -------------------------------------------------------------------------

    def test_a_buyer_does_not_make_its_wallet_an_own_one(self):
        """For then it could be corrected, and owe, without the seller."""
        seller = self.env["res.company"].create({"name": "Seller"})
        seller.currency_id = self.company.currency_id
        self.wallet.write({"mode": "resold", "seller_company_id": seller.id})
        wallet = self.wallet.with_user(self.user("manager"))
        wallet.low_credits = 7
        for values in ({"mode": "own"}, {"seller_company_id": self.company.id}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                wallet.write(values)
        # nor pay back to itself what the seller has paid for
        with self.assertRaises(AccessError):
            self.gateway.with_user(self.user("manager", login="way_2")).write(
                {"charged_on": "delivered"}
            )
        self.assertEqual(self.wallet.mode, "resold")

    @mute_logger("odoo.addons.crm_sms_wallet.models.sms_batch_reconcile")
    def test_one_unreadable_answer_does_not_keep_the_others_open(self):
        server = HTTPServer(("127.0.0.1", 0), Deep)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        other = self.env["res.company"].create({"name": "First Shop"})
        self.env["sms.delivery"]._queue(
            [{"company_id": other.id, "number": "+66812345678", "text": "Hi"}]
        )
        make_gateway(
            *(self.env, self.server, other),
            base_url=url,
            http_query_url=f"{url}/{{uuid}}",
        )
        self.server.fault = "cut"
        mine = self.queue("Hello")
        self.send()
        self.server.fault = ""
        batches = self.env["sms.batch"].search(
            [("company_id", "in", (other | self.company).ids)]
        )
        self.assertEqual(set(batches.mapped("state")), {"sent"})
        for batch in batches.sudo():
            batch._reconcile(lambda *_a, **_k: 1)
        self.assertEqual(self.states(mine), ["accepted"])
        self.check_wallet()

    # -- campaigns ---------------------------------------------------------------------

    def test_paused_stays_paused(self):
        campaign = self.launched()
        campaign.action_pause()
        campaign.active = False
        self.assertEqual(self.send(), 0, "archived")
        officer = campaign.with_user(self.user("officer"))
        with self.assertRaises(UserError):
            officer.unlink()
        for values in ({"state": "draft"}, {"paused": False}):
            with self.subTest(values=values), self.assertRaises(UserError):
                officer.write(values)
        self.assertEqual(self.send(), 0)
        self.assertFalse(self.server.times())

    def test_a_draft_takes_its_messages_along(self):
        campaign = self.prepared()
        messages = self.messages(campaign)
        self.assertTrue(messages)
        campaign.with_user(self.user("officer")).unlink()
        self.assertFalse(messages.exists())

    @mute_logger("odoo.addons.crm_sms_wallet.tools.gateways.transport")
    def test_what_was_on_its_way_is_cancelled_too(self):
        """The gateway turns out never to have got it, after the campaign was cancelled:
        it is not sent after all."""
        self.server.fault = "cut_before"
        campaign = self.launched()
        self.send()
        campaign.action_cancel()
        self.server.fault = ""
        self.reconcile()
        self.gateway.sudo()._works()
        waiting = self.messages(campaign).filtered("waiting")
        self.assertTrue(waiting)
        self.send()
        self.assertFalse(self.server.times())
        self.tidy()
        self.assertFalse(self.messages(campaign).filtered("waiting"))
        self.assertEqual(campaign.state, "done")
        self.assertFalse(self.server.times())
        self.check_wallet()

    @mute_logger("odoo.addons.crm_sms_wallet.tools.gateways.transport")
    def test_what_comes_back_at_night_waits_for_the_morning(self):
        """Though its campaign is done."""
        self.people = self.people[:2]
        self.server.fault = "cut_before"
        campaign = self.launched()
        self.send()
        self.tidy()
        self.assertEqual(campaign.state, "done")
        hour = fields.Datetime.now() + timedelta(hours=7)
        allowed = (hour.hour + 2) % 22
        campaign.sudo().write({"hours_from": allowed, "hours_until": allowed + 1})
        self.server.fault = ""
        self.reconcile()
        self.gateway.sudo()._works()
        self.assertTrue(self.messages(campaign).filtered("waiting"))
        self.send()
        self.assertFalse(self.server.times())

    def test_consent_that_ends_while_it_waits(self):
        campaign = self.launched()
        refusing = self.people[0]
        refusing.with_company(self.company)._crm_record_consent(
            "marketing_sms", given=False
        )
        self.send()
        message = self.messages(campaign).filtered(lambda d: d.partner_id == refusing)
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(len(self.server.times()), len(self.people) - 1)
        self.check_wallet()

    @mute_logger("odoo.addons.crm_sms_wallet.models.mailing_mailing_send")
    def test_one_that_cannot_start_does_not_keep_the_others(self):
        later = fields.Datetime.now() + timedelta(days=1)
        values = {"schedule_type": "scheduled", "schedule_date": later}
        bad, good, stopped = (self.launched(**values) for _each in range(3))
        self.env.cr.execute(
            """UPDATE mailing_mailing SET schedule_date = now() - interval '1 hour',
                      coupon_program_ref =
                          CASE id WHEN %s THEN 'res.partner,2000000000' END
                WHERE id = ANY(%s)""",
            [bad.id, (bad | good | stopped).ids],
        )
        self.env.invalidate_all()
        # somebody cancels between the look of the job and its turn
        stopped.action_cancel()
        stopped.sudo()._start_safely()
        self.assertEqual(stopped.state, "draft")
        self.tidy()
        self.assertEqual(good.state, "sending")
        self.assertEqual((bad.state, bad.prepare_state), ("draft", "failed"))
        self.assertTrue(bad.prepare_error)

    def test_officers_send_e_mail_by_the_button_alone(self):
        for number, partner in enumerate(self.people):
            partner.email = f"guest{number}@example.com"
        self.people._crm_record_consent("marketing_email")
        campaign = self.campaign(
            mailing_type="mail", body_arch="<p>Hi</p>", body_html="<p>Hi</p>"
        ).with_user(self.user("officer"))
        for action in ("action_send_mail", "action_put_in_queue"):
            with self.subTest(action=action), self.assertRaises(UserError):
                getattr(campaign, action)()
        campaign.action_prepare()
        with self.assertRaises(UserError):
            campaign.action_send_mail()
        campaign.action_put_in_queue()
        self.assertEqual(campaign.state, "in_queue")

    # -- rights ------------------------------------------------------------------------

    def test_traces_are_seen_with_their_campaign(self):
        campaign = self.launched()
        traces = self.env["mailing.trace"].search(
            [("mass_mailing_id", "=", campaign.id)]
        )
        self.assertEqual(len(traces), len(self.people))
        self.assertTrue(traces.with_user(self.user("viewer")).has_access("read"))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.user("viewer", other, "way_stranger")
        theirs = (
            self.env["mailing.trace"]
            .with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
        )
        self.assertFalse(theirs.search([("id", "in", traces.ids)]))
        native = self.env["mailing.mailing"].create({"subject": "Odoo's own"})
        trace = self.env["mailing.trace"].create(
            {
                "model": "res.partner",
                "res_id": self.people[0].id,
                "mass_mailing_id": native.id,
            }
        )
        self.assertFalse(theirs.search([("id", "=", trace.id)]))

    def test_viewer_and_officer_open_everything(self):
        """Nobody of the shop needs a right of Odoo's own mailings."""
        campaign = self.launched()
        self.send()
        for group in ("viewer", "officer"):
            user = self.user(group)
            for name, view in (
                ("mailing.mailing", "crm_sms_wallet.mailing_campaign_view_form"),
                ("sms.delivery", None),
                ("mailing.assignment", None),
                ("crm.sms.wallet", None),
                ("crm.sms.gateway", None),
            ):
                model = self.env[name].with_user(user)
                views = model.get_views(
                    [(self.env.ref(view).id if view else False, "form")]
                )
                known = views["models"][name]["fields"]
                domain = [("id", "=", campaign.id)] if view else []
                records = model.search(domain, limit=5)
                with self.subTest(group=group, model=name):
                    self.assertTrue(records)
                    rows = records.web_read({field: {} for field in known})
                    self.assertTrue(json.dumps(rows, default=str))
