import re
import tempfile
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tests.signup_common import ShopCase
from odoo.addons.crm_sms_wallet.tests.common_deliveries import (
    KEY,
    fill_wallet,
    make_gateway,
)
from odoo.addons.crm_sms_wallet.tests.emulators.simulator_server import SimulatorServer

NUMBER = "+66891112223"


@tagged("standard", "post_install", "-at_install")
class TestSmsCodes(ShopCase):
    """Sign-up by phone: the code leaves by the shop's gateway, once, and is written
    down nowhere."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        server = SimulatorServer(Path(folder) / "accepted.jsonl", key=KEY)
        self.server = self.enterContext(server)
        self.gateway = make_gateway(self.env, self.server, self.company)
        fill_wallet(self.env, self.company, 100)
        self.visitor = {"key": "session", "address": "203.0.113.7"}
        public = self.env.ref("base.public_user")
        self.page = self.shop.with_user(public).with_context(allowed_company_ids=[])
        self.page = self.page.sudo()

    def ask(self, number=NUMBER, session="session"):
        visitor = {**self.visitor, "key": session}
        subject = f"phone {number} {self.shop.id}"
        self.page._ask_code("join", visitor, subject, "phone", number)

    def check(self, code):
        subject = f"phone {NUMBER} {self.shop.id}"
        return self.page._check_code("join", self.visitor, subject, code)

    def sent(self):
        """:return: the texts that the gateway got from now on"""
        known = set(self.server.accepted)
        self.env["sms.delivery"]._send_waiting(lambda *_a, **_k: 1)
        new = [uuid for uuid in self.server.accepted if uuid not in known]
        return [self.server.accepted[uuid][0]["text"] for uuid in new]

    def test_code_opens_and_is_not_kept(self):
        self.assertEqual(self.page._get_code_kind(), "phone")
        self.ask()
        (text,) = self.sent()
        (code,) = re.findall(r"\b\d{6}\b", text)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM sms_delivery WHERE strpos(text, %s) > 0"
            " OR strpos(secret_text, %s) > 0",
            [code, code],
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertTrue(self.check(code))
        self.assertFalse(self.check(code), "once")
        wallet = self.env["crm.sms.wallet"]._of(self.company)
        self.assertEqual(wallet.held, 0)
        self.assertLess(wallet.credits, 100)

    def test_no_more_than_the_shop_pays_for(self):
        self.company.sms_codes_per_number = 2
        for session in "abc":
            self.ask(session=session)
        self.assertEqual(len(self.sent()), 2)

    def test_without_gateway_by_email(self):
        self.gateway.active = False
        self.assertEqual(self.page._get_code_kind(), "email")
