"""Whatever a gateway answers and reports, however wrong."""

import json
import logging
import os
from contextlib import suppress
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_sms_wallet.tools.gateways.answers import (
    STATES,
    BadSignature,
    GatewayError,
)

from .common_gateways import GOOD
from .emulators.server import Emulator

EXAMPLES = 1500 if os.environ.get("CRM_SUITE_FULL") else 40
STATUS = (200, 201, 204, 302, 400, 401, 402, 403, 404, 408, 409, 429, 500, 502, 503)
REFUSALS = {
    *("wrong_number_format", "insufficient_credit", "server_error", "unregistered"),
    *("barred_number", "registration_needed", "country_not_supported"),
}
# The words of all gateways, so that nearly right answers come up.
WORDS = (
    *("phone_number_list", "bad_phone_number_list", "error", "code", "name", "detail"),
    *(
        "number",
        "message_id",
        "used_credit",
        "remaining_credit",
        "result",
        "000",
        "107",
    ),
    *("messages", "status", "groupId", "messageId", "details", "messageCount", "sid"),
    *("requestError", "serviceException", "text", "description", "num_segments"),
    *("accepted", "refused", "bad_number", "id", "credits", "state", "uuid", "results"),
    *("delivered", "failed", "queued", "message", "msg", "balance", "amount", "credit"),
    *("doneAt", "MessageSid", "MessageStatus", "price", "", "NaN", "-1", "21211"),
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 700), st.floats(), st.sampled_from(WORDS)
)
documents = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    ),
    max_leaves=12,
)
bodies = st.one_of(documents.map(lambda d: json.dumps(d).encode()), st.binary())


class Anything(Emulator):
    """Answers what it is told to."""

    status, body = 200, b""

    def serve(self, handler, request):
        handler.answer(self.status, b"" if self.status == 204 else self.body)


@tagged("post_install", "-at_install")
class TestAnyAnswer(TransactionCase):
    """An answer that nobody foresaw must not stop a batch, and must not be taken for a
    refusal: the message would be sent again, and paid twice."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Anything())
        self.apis = []
        for provider in self.env["crm.sms.gateway"]._api_classes():
            if provider == "simulator":
                continue
            record = self.env["crm.sms.gateway"].create(
                {
                    "name": provider,
                    "provider": provider,
                    "base_url": self.server.url,
                    "sender": "SHOP",
                    "account": "AC",
                    "key": "k",
                    "secret": "s",
                    "http_balance_url": f"{self.server.url}/balance",
                    "http_query_url": f"{self.server.url}/query/{{uuid}}",
                }
            )
            self.apis.append(self.enterContext(record._api()))
        logger = logging.getLogger("odoo.addons.crm_sms_wallet.tools.gateways.base")
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        self.addCleanup(logger.setLevel, level)

    @settings(max_examples=EXAMPLES)
    @given(st.sampled_from(STATUS), bodies)
    def test_sending(self, status, body):
        self.server.status, self.server.body = status, body
        for api in self.apis:
            uuid = uuid4().hex
            targets = [{"number": GOOD, "uuid": uuid}]
            (row,) = api._send_sms_batch([{"content": "x", "numbers": targets}])
            self.assertEqual(row["uuid"], uuid)
            self.assertIn(row["state"], REFUSALS | {"success", "unknown"})
            self.assertEqual("refused_by" in row, row["state"] in REFUSALS)
            if row["state"] == "success":
                self.assertLess(status, 300)
            if row["state"] in REFUSALS and not 400 <= status < 500:
                self.assertTrue(self.is_readable(body), "only words can refuse here")

    def is_readable(self, body):
        try:
            return isinstance(json.loads(body), dict)
        except ValueError:
            return False

    @settings(max_examples=EXAMPLES // 2)
    @given(st.sampled_from(STATUS), bodies)
    def test_asking(self, status, body):
        self.server.status, self.server.body = status, body
        for api in self.apis:
            for ask in (api.balance, lambda api=api: api.query({"u": "r"})):
                with suppress(GatewayError):
                    ask()

    @settings(max_examples=EXAMPLES)
    @given(
        st.dictionaries(st.sampled_from(WORDS), st.sampled_from(WORDS), max_size=4),
        bodies,
    )
    def test_reports(self, values, body):
        for api in self.apis:
            try:
                reports = api.read_report({}, values, body, "https://x")
            except BadSignature:
                continue
            for report in reports:
                self.assertIn(report.state, STATES)
                self.assertTrue(report.uuid or report.ref)
                for text in (report.uuid, report.ref, report.detail):
                    self.assertIsInstance(text, str)
