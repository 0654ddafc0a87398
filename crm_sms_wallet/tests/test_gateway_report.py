"""Reports, posted by each provider's emulator to Odoo's own server."""

import json
import tempfile
from pathlib import Path
from uuid import uuid4

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_sms_wallet.controllers.crm_sms_report import TRIES

from .common_deliveries import fill_wallet
from .common_gateways import GOOD
from .emulators.infobip import Infobip
from .emulators.movider import Movider
from .emulators.simulator_server import SimulatorServer
from .emulators.smsmkt import SmsMkt
from .emulators.thaibulksms import ThaiBulkSms
from .emulators.twilio import Twilio

ADAPTERS = "odoo.addons.crm_sms_wallet.tools.gateways.base"
ROUTE = "odoo.addons.crm_sms_wallet.controllers.crm_sms_report"
LOGIN = {"key": "key", "secret": "s3cret"}


@tagged("post_install", "-at_install")
class TestGatewayReport(HttpCase):
    """A report moves money, so it must come from the gateway; and whatever it says, a
    message only moves forward."""

    def setUp(self):
        super().setUp()
        # a company whose address is that of the server of this test
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        self.company = self.env["res.company"].create({"name": "Reported Shop"})
        fill_wallet(self.env, self.company, 100)
        self.authenticate(None, None)

    def gateway(self, provider, server, **values):
        return self.env["crm.sms.gateway"].create(
            {
                "name": provider,
                "provider": provider,
                "company_id": self.company.id,
                "sender": "SHOP",
                "base_url": server.url,
                **values,
            }
        )

    def send(self, gateway, count=1):
        """Send through the real sender. :return: the deliveries"""
        deliveries = self.env["sms.delivery"]._queue(
            [
                {
                    "uuid": uuid4().hex,
                    "company_id": self.company.id,
                    "number": f"{GOOD[:-1]}{n}",
                    "text": "สวัสดี",
                }
                for n in range(count)
            ]
        )
        deliveries._send_waiting(lambda *_a, **_k: 1)
        self.env.invalidate_all()
        self.assertEqual(deliveries.mapped("state"), ["accepted"] * count)
        self.assertEqual(deliveries.gateway_id, gateway)
        return deliveries

    def posted(self, post, *args, **kwargs):
        """Let an emulator post to this server. :return: (status, text)"""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            answer = post(*args, **kwargs)
        self.http_request_allow_all = False
        self.env.invalidate_all()
        return answer

    def test_thaibulksms(self):
        server = self.enterContext(ThaiBulkSms())
        sent = self.send(self.gateway("thaibulksms", server, **LOGIN))
        self.assertEqual(self.posted(server.report, sent.ref, "Delivered"), (200, "OK"))
        self.assertEqual(sent.state, "delivered")

    def test_thaibulksms_from_the_dashboard(self):
        """The address that the shop enters there knows no message: its id does."""
        server = self.enterContext(ThaiBulkSms())
        gateway = self.gateway("thaibulksms", server, **LOGIN)
        sent = self.send(gateway)
        url = gateway.report_url
        self.posted(server.report, sent.ref, "Expired", url=url)
        self.assertEqual((sent.state, sent.failure_type), ("failed", "sms_expired"))

    def test_smsmkt(self):
        """Nobody documents what these look like: the shop enters what it sees."""
        server = self.enterContext(SmsMkt())
        gateway = self.gateway("smsmkt", server, **LOGIN)
        sent = self.send(gateway)
        with self.assertLogs(ADAPTERS, "WARNING") as logged:
            self.posted(
                server.report, sent.ref, "ARRIVED 0812345678", gateway.report_url
            )
        self.assertIn("ARRIVED", logged.output[0])
        self.assertNotIn("0812345678", logged.output[0])
        self.assertEqual(sent.state, "accepted")
        gateway.own_states = "ARRIVED 0812345678 = delivered"
        self.posted(server.report, sent.ref, "ARRIVED 0812345678", gateway.report_url)
        self.assertEqual(sent.state, "delivered")

    def test_movider_and_the_answer_it_demands(self):
        server = self.enterContext(Movider())
        sent = self.send(self.gateway("movider", server, **LOGIN))
        status, text = self.posted(server.report, sent.ref, "OK")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text), {"status": "OK", "detail": ""})
        self.assertEqual(sent.state, "delivered")
        self.posted(server.report, sent.ref, "ERROR", "late and wrong")
        self.assertEqual(sent.state, "delivered", "never backwards")

    def test_infobip_several_at_once(self):
        server = self.enterContext(Infobip())
        sent = self.send(self.gateway("infobip", server, key="s3cret"), 3)
        one, two, three = sent.mapped("uuid")
        self.posted(
            server.report,
            (one, "DELIVERED_TO_OPERATOR"),
            (two, "DELIVERED_TO_HANDSET"),
            (three, "UNDELIVERABLE_NOT_DELIVERED"),
        )
        states = {delivery.uuid: delivery.state for delivery in sent}
        self.assertEqual(
            [states[uuid] for uuid in (one, two, three)],
            ["accepted", "delivered", "failed"],
        )

    def twilio(self):
        server = self.enterContext(Twilio())
        login = {"account": Twilio.account, "secret": "s3cret"}
        return server, self.gateway("twilio", server, **login)

    def test_twilio_signed(self):
        server, gateway = self.twilio()
        sent = self.send(gateway)
        status, text = self.posted(server.report, sent.ref, "delivered")
        self.assertEqual((status, text), (200, "<Response/>"))
        self.assertEqual(sent.state, "delivered")

    @mute_logger(ROUTE)
    def test_twilio_without_its_signature(self):
        """The address alone is not enough where the provider signs."""
        server, gateway = self.twilio()
        sent = self.send(gateway)
        for sign in (False, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "é", "0" * 5000):
            with self.subTest(sign=str(sign)[:9]):
                answer = self.posted(
                    server.post,
                    server.accepted[sent.ref]["StatusCallback"],
                    form={"MessageSid": sent.ref, "MessageStatus": "failed"},
                    headers={"X-Twilio-Signature": str(sign or "").encode("latin-1")},
                )
                self.assertEqual(answer, (403, ""))
        # a value that was changed after it was signed
        right = server.report
        server.token = "another"
        self.assertEqual(self.posted(right, sent.ref, "failed")[0], 403)
        gateway.secret = False
        self.assertEqual(self.posted(right, sent.ref, "failed")[0], 403)
        self.assertEqual(sent.state, "accepted")

    def simulator(self, **values):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = Path(folder) / "accepted.jsonl"
        server = self.enterContext(SimulatorServer(path, key="s3cret"))
        values = {"key": "s3cret", "base_url": f"{server.url}/messages", **values}
        return server, self.gateway("http", server, **values)

    def test_generic_http(self):
        server, gateway = self.simulator(charged_on="delivered")
        sent = self.send(gateway, 2)
        wallet = self.env["crm.sms.wallet"]._of(self.company)
        before = wallet.credits
        url = server.accepted[sent[0].uuid][0]["report_url"]
        values = {"uuid": sent[0].uuid, "state": "failed", "detail": "Phone is off"}
        self.assertEqual(self.posted(server.post, url, data=values), (200, "OK"))
        self.assertEqual((sent[0].state, sent[1].state), ("failed", "accepted"))
        self.assertEqual(sent[0].failure_text, "Phone is off")
        self.assertEqual(wallet.credits, before + sent[0].parts, "charged on delivery")

    def test_gateways_do_not_speak_for_each_other(self):
        server, gateway = self.simulator()
        sent = self.send(gateway)
        other = gateway.copy({"company_id": self.env.company.id})
        values = {"uuid": sent.uuid, "state": "failed"}
        self.posted(server.post, other.report_url, data=values)
        self.assertEqual(sent.state, "accepted")

    def test_archived_gateway_still_reports(self):
        server, gateway = self.simulator()
        sent = self.send(gateway)
        gateway.active = False
        values = {"uuid": sent.uuid, "state": "delivered"}
        self.posted(server.post, gateway.report_url, data=values)
        self.assertEqual(sent.state, "delivered")

    def test_junk_changes_nothing_and_breaks_nothing(self):
        _server, gateway = self.simulator()
        sent = self.send(gateway)
        url = gateway.report_url
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\x00", b"a=1&uuid=%ff"):
            for kind in ("application/json", "application/x-www-form-urlencoded"):
                with self.subTest(body=body, kind=kind), mute_logger(ADAPTERS):
                    answer = self.url_open(
                        url, data=body, headers={"Content-Type": kind}, method="POST"
                    )
                    self.assertEqual(answer.status_code, 200, answer.text[-300:])
        self.assertEqual(sent.state, "accepted")

    def test_wrong_addresses_all_look_alike(self):
        server, gateway = self.simulator()
        sent = self.send(gateway)
        right = gateway.report_url
        values = {"uuid": sent.uuid, "state": "delivered"}
        other = self.simulator()[1].token
        for number, token in (
            (gateway.id, "wrong"),
            (gateway.id, other),
            (gateway.id, gateway.token[:-1]),
            (0, gateway.token),
            (2**31 + 5, gateway.token),
            (10**30, gateway.token),
        ):
            url = f"{self.base_url()}/sms_gateway/report/{number}/{token}"
            self.assertEqual(self.posted(server.post, url, data=values), (404, ""))
        for n in range(TRIES):
            url = f"{self.base_url()}/sms_gateway/report/{gateway.id}/guess{n}"
            status, _text = self.posted(server.post, url, data=values)
        self.assertEqual(status, 429)
        self.assertEqual(sent.state, "accepted")
        # behind a proxy the gateway may share the address of whoever guessed
        self.assertEqual(self.posted(server.post, right, data=values), (200, "OK"))
        self.assertEqual(sent.state, "delivered")
        gateway.action_new_token()
        self.assertIn(self.posted(server.post, right, data=values)[0], (404, 429))
