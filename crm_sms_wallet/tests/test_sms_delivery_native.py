import json
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sms.tools.sms_api import SmsApi

from ..tools.gateways.base import Report
from .common_deliveries import DeliveryCase, fill_wallet, make_gateway

NUMBER = "+66812345678"


class NativeApi:
    """In the place of Odoo's own service, which is outside: notes what it is given."""

    def __init__(self):
        self.sent = []

    def __call__(self, api, endpoint, params, timeout=15):
        rows = [(m["content"], n) for m in params["messages"] for n in m["numbers"]]
        self.sent += [content for content, _target in rows]
        return [{"uuid": target["uuid"], "state": "success"} for _c, target in rows]


class NativeCase(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.native = NativeApi()
        self.startPatcher(
            patch.object(
                SmsApi,
                "_contact_iap",
                lambda *args, **kwargs: self.native(*args, **kwargs),
            )
        )
        self.env["sms.sms"].sudo().search([]).unlink()
        self.partner = self.env["res.partner"].create(
            {"name": "Somchai", "phone": NUMBER, "company_id": self.company.id}
        )

    def post(self, partner=None):
        """:return: the notification of an SMS on a customer's page"""
        partner = partner or self.partner
        message = partner._message_sms("Your order is ready")
        return message.notification_ids.filtered(lambda n: n.notification_type == "sms")

    def delivery_of(self, notice):
        uuid = notice.sudo().sms_tracker_ids.sms_uuid
        return self.env["sms.delivery"].search([("uuid", "=", uuid)])

    def run_native_queue(self):
        commit = "_commit_progress"
        with patch.object(self.registry["ir.cron"], commit, lambda *_a, **_k: 1):
            self.env["sms.sms"].sudo()._process_queue()


@tagged("post_install", "-at_install")
class TestNativeMessages(NativeCase):
    """What Odoo itself sends goes through the gateway and the wallet of its company,
    and Odoo shows what became of it. A company without a gateway notices nothing."""

    def test_message_on_a_document(self):
        notice = self.post()
        delivery = self.delivery_of(notice)
        self.assertEqual(delivery.state, "queued")
        self.assertEqual(delivery.partner_id, self.partner)
        self.assertEqual(delivery.company_id, self.company)
        document = (delivery.res_model, delivery.res_id)
        self.assertEqual(document, ("res.partner", self.partner.id))
        self.assertEqual(delivery.purpose, "service")
        self.assertEqual(notice.notification_status, "process")
        self.assertFalse(self.native.sent)
        self.send()
        self.assertEqual(notice.notification_status, "pending")
        self.assertEqual(self.wallet.credits, 999)
        deliveries = self.env["sms.delivery"]
        deliveries._apply_reports(
            self.gateway, [Report(delivery.uuid, "", "delivered")]
        )
        self.assertEqual(notice.notification_status, "sent")
        deliveries._apply_reports(self.gateway, [Report(delivery.uuid, "", "failed")])
        self.assertEqual(notice.notification_status, "sent", "never back")

    def test_refused_message_on_a_document(self):
        self.partner.phone = "+66812000000"
        notice = self.post()
        self.send()
        self.assertEqual(notice.notification_status, "exception")
        self.assertEqual(notice.failure_type, "sms_number_format")

    def test_no_number(self):
        self.partner.phone = "12"
        notice = self.post()
        self.assertEqual(notice.notification_status, "exception")
        self.assertEqual(notice.failure_type, "sms_number_format")
        self.assertFalse(self.delivery_of(notice))

    def test_company_without_gateway(self):
        self.gateway.active = False
        notice = self.post()
        self.assertEqual(self.native.sent, ["Your order is ready"])
        self.assertFalse(self.delivery_of(notice))
        self.assertEqual(notice.notification_status, "pending")

    def queue_natively(self, company, text):
        values = {"number": NUMBER, "body": text, "partner_id": self.partner.id}
        message = self.env["mail.message"].create(
            {"record_company_id": company.id, "body": text}
        )
        values["mail_message_id"] = message.id
        return self.env["sms.sms"].sudo().create(values)

    def test_three_companies_in_one_queue(self):
        """One with a gateway, one with another, one with none."""
        second, third = self.env["res.company"].create(
            [{"name": "Second Shop"}, {"name": "Shop Without Gateway"}]
        )
        server = self.start_server()
        make_gateway(self.env, server, second)
        fill_wallet(self.env, second, 100)
        for company, text in (
            *((self.company, "first"), (second, "second"), (third, "third")),
            *((self.company, "first again"), (second, "second again")),
        ):
            self.queue_natively(company, text)
        self.run_native_queue()
        self.assertEqual(self.native.sent, ["third"])
        left = self.env["sms.sms"].sudo().search([("state", "=", "outgoing")])
        self.assertFalse(left)
        self.send()

        def texts(one):
            return sorted(rows[0]["text"] for rows in one.accepted.values())

        self.assertEqual(texts(self.server), ["first", "first again"])
        self.assertEqual(texts(server), ["second", "second again"])
        wallets = self.env["crm.sms.wallet"]
        credits = [wallets._of(c).credits for c in (self.company, second, third)]
        self.assertEqual(credits, [998, 98, 0])

    def test_queue_of_companies_without_gateways(self):
        """Odoo's own queue breaks down at rows of two companies."""
        others = self.env["res.company"].create(
            [{"name": "Shop A"}, {"name": "Shop B"}]
        )
        for company in others:
            self.queue_natively(company, company.name)
        self.run_native_queue()
        self.assertEqual(sorted(self.native.sent), ["Shop A", "Shop B"])

    def test_test_of_a_mailing_is_sent_once(self):
        for active in (True, False):
            with self.subTest(gateway=active):
                self.gateway.active = active
                before = len(self.server.times()) + len(self.native.sent)
                mailing = self.env["mailing.mailing"].create(
                    {
                        "subject": "Sale",
                        "mailing_type": "sms",
                        "body_plaintext": f"Test {active}",
                        "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    }
                )
                test = self.env["mailing.sms.test"].create(
                    {"numbers": NUMBER, "mailing_id": mailing.id}
                )
                test.action_send_sms()
                self.assertIn("success", mailing.message_ids[0].body)
                self.run_native_queue()
                self.send()
                self.run_native_queue()
                self.send()
                after = len(self.server.times()) + len(self.native.sent)
                self.assertEqual(after - before, 1)

    def test_contact_history(self):
        """A message stands there once, whichever way it went; one that is prepared
        only, not yet."""
        self.gateway.active = False
        self.post()
        self.gateway.active = True
        self.post()
        draft = self.env["sms.delivery"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "text": "Prepared",
            }
        )
        self.send()
        self.env.flush_all()
        history = self.env["crm.contact.history"].search(
            [("partner_id", "=", self.partner.id), ("channel", "=", "sms")]
        )
        self.assertEqual(len(history), 2)
        self.assertEqual(set(history.mapped("state")), {"sent"})
        self.assertEqual(set(history.mapped("text")), {"Your order is ready"})
        self.assertEqual(draft.state, "draft")

    def test_tap_is_more_than_delivery(self):
        """A late report does not make a tap undone."""
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Sale",
                "mailing_type": "sms",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        trace = self.env["mailing.trace"].create(
            {
                "trace_type": "sms",
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": self.partner.id,
                "sms_number": NUMBER,
            }
        )
        (delivery,) = self.queue("Buy", trace_id=trace.id, mailing_id=mailing.id)
        self.send()
        trace.invalidate_recordset()
        self.assertEqual(trace.trace_status, "pending")
        trace.set_opened()
        self.env.flush_all()
        report = Report(delivery.uuid, "", "delivered")
        self.env["sms.delivery"]._apply_reports(self.gateway, [report])
        self.assertEqual(trace.trace_status, "open")


@tagged("post_install", "-at_install")
class TestNotices(NativeCase):
    """SMS as a way to reach customers."""

    def notify(self, *args, **values):
        partners = self.partner.with_company(self.company)
        return partners._crm_notify(*args, **values)

    def send_code(self, number=NUMBER):
        return self.partner.with_company(self.company)._crm_notify_address(
            "phone", number, "123456 is your code for Shop"
        )

    def test_notice(self):
        result = self.notify("sms", "Hello {first_name}, your points end soon")
        self.assertEqual(result, {self.partner.id: "sms"})
        self.send()
        (rows,) = self.server.accepted.values()
        self.assertEqual(rows[0]["to"], NUMBER)
        self.assertIn("your points end soon", rows[0]["text"])

    def test_no_number_or_no_gateway(self):
        self.partner.phone = False
        self.assertEqual(self.notify("sms", "Hello"), {self.partner.id: False})
        self.gateway.active = False
        channels = self.partner.with_company(self.company)._crm_notify_channels()
        self.assertNotIn("sms", channels)

    def test_code(self):
        self.assertEqual(self.send_code(), "sms")
        self.send()
        (rows,) = self.server.accepted.values()
        self.assertEqual(rows[0]["text"], "123456 is your code for Shop")
        delivery = self.env["sms.delivery"].search([("purpose", "=", "code")])
        self.assertNotIn("123456", delivery.text)

    def test_codes_are_limited(self):
        """By number, and all together: whoever lets a page send codes to strangers
        pays for them."""
        self.company.sms_codes_per_number = 2
        self.company.sms_codes_per_day = 3
        self.assertEqual([self.send_code() for _n in range(3)], ["sms", "sms", False])
        self.assertEqual(self.send_code("+66812345679"), "sms")
        self.assertFalse(self.send_code("+66812345670"))
        self.assertFalse(self.send_code("081 234 5671"), "no international number")


@tagged("post_install", "-at_install")
class TestPublicStatus(NativeCase, HttpCase):
    """Anybody can call Odoo's own address of reports."""

    def call(self, uuids, status="delivered"):
        data = {"message_statuses": [{"sms_status": status, "uuids": uuids}]}
        answer = self.url_open(
            "/sms/status",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": data}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def test_our_messages_are_left_alone(self):
        notice = self.post()
        delivery = self.delivery_of(notice)
        self.send()
        self.assertEqual(self.call([delivery.uuid])["result"], "OK")
        self.env.invalidate_all()
        self.assertEqual(delivery.state, "accepted")
        self.assertEqual(notice.notification_status, "pending")

    def test_odoos_own_are_told(self):
        self.gateway.active = False
        notice = self.post()
        self.assertEqual(notice.notification_status, "pending")
        uuid = notice.sudo().sms_tracker_ids.sms_uuid
        self.assertEqual(self.call([uuid])["result"], "OK")
        self.env.invalidate_all()
        self.assertEqual(notice.notification_status, "sent")
        with mute_logger("odoo.addons.sms.controllers.main", "odoo.http"):
            self.assertIn("error", self.call(["no uuid"]))
            self.assertIn("error", self.call([]))
