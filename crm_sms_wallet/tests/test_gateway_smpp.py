"""SMPP: the adapter against the words of the bridge, and the bridge itself, a process
of its own, between the adapter and a centre."""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import smsutil  # noqa: F401  registers the alphabet

from odoo.tests import tagged

from odoo.addons.crm_sms_wallet.tools import smpp_bridge

from .common_gateways import GOOD, THAI, GatewayCase, GatewayContract
from .emulators.server import Emulator
from .emulators.simulator_server import SimulatorServer
from .emulators.smsc import Centre

CONFIG = """
[http]
port = 0
key = s3cret
wait = 4
[smpp]
host = 127.0.0.1
port = %s
system_id = shop
password = s3cret
[journal]
file = %s
"""


@tagged("post_install", "-at_install")
class TestSmppAdapter(GatewayContract, GatewayCase):
    """The bridge speaks as the simulator server does."""

    provider = "smpp"
    values = {"key": "s3cret"}

    def emulator(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        return SimulatorServer(Path(folder) / "accepted.jsonl", key="s3cret")

    def sent_text(self, request):
        return request.json()["text"]

    def sent_sender(self, request):
        return request.json()["from"]

    def test_balance(self):
        self.assertIsNone(self.api.balance(), "SMPP knows none")

    def test_balance_bad_login(self):
        self.assertIsNone(self.bad_login().balance())


class Receiver(Emulator):
    """Takes reports, after refusing the first of them."""

    def handle(self, request):
        if len(self.requests) == 1:
            return 500, {}
        return 200, {}


@tagged("post_install", "-at_install")
class TestSmppBridge(GatewayCase):
    """Whatever breaks, a message of one uuid leaves once."""

    provider = "smpp"
    values = {"key": "s3cret"}

    def emulator(self):
        return Centre()

    def base_url(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.config = Path(folder) / "bridge.ini"
        self.config.write_text(CONFIG % (self.server.port, Path(folder) / "journal"))
        return self.start_bridge()

    def start_bridge(self):
        """:return: the address of a running bridge"""
        self.bridge = subprocess.Popen(
            [sys.executable, smpp_bridge.__file__, str(self.config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(self.stop_bridge, self.bridge)
        word, _space, port = self.bridge.stdout.readline().partition(" ")
        self.assertEqual(word, "PORT")
        return f"http://127.0.0.1:{int(port)}"

    def stop_bridge(self, bridge):
        bridge.kill()
        bridge.wait()
        bridge.stdout.close()

    def wait_for(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "did not happen")
            time.sleep(0.02)

    def test_thai_text_in_parts(self):
        (row,) = self.send(GOOD, text=THAI * 2)
        self.assertEqual(row["state"], "success", row)
        self.assertEqual(self.server.text(), THAI * 2)
        self.assertEqual(row["credit"], len(self.server.accepted))
        self.assertGreater(row["credit"], 1)
        first = next(iter(self.server.accepted.values()))
        self.assertEqual((first["from"], first["to"]), ("SHOP", GOOD[1:]))
        self.assertTrue(first["receipt"])

    def test_refusals(self):
        bad, good = self.send("+66812000000", GOOD, text="€ only gsm {}")
        self.assertEqual(bad["state"], "wrong_number_format")
        self.assertEqual(bad["refused_by"], "message")
        self.assertEqual(good["state"], "success")
        self.assertEqual(self.server.text(), "€ only gsm {}")
        self.server.fault = "throttled"
        (row,) = self.send(GOOD)
        self.assertEqual((row["state"], row["refused_by"]), ("server_error", "gateway"))

    def test_lost_answer_is_unknown_and_never_sent_again(self):
        for fault in ("cut", "silent"):
            with self.subTest(fault=fault):
                self.server.fault = fault
                before = len(self.server.submits)
                message = {"content": "x", "numbers": [{"number": GOOD, "uuid": fault}]}
                for _again in range(2):
                    (row,) = self.api._send_sms_batch([message])
                    self.assertEqual(row["state"], "unknown", row)
                self.assertEqual(len(self.server.submits) - before, 1)
                self.assertEqual(self.api.query({fault: None}), {}, "nobody knows")
                self.server.fault = ""
                self.wait_for(lambda: self.send(GOOD)[0]["state"] == "success")

    def test_no_centre_is_a_refusal(self):
        self.server.__exit__()
        for session in self.server.sessions:
            session.request.close()
        (row,) = self.send(GOOD)
        self.assertIn(row["state"], ("server_error", "unknown"))
        if row["state"] == "server_error":
            found = self.api.query({row["uuid"]: None})
            self.assertEqual(found[row["uuid"]].state, "never_seen")

    def test_journal_survives(self):
        (row,) = self.send(GOOD)
        self.stop_bridge(self.bridge)
        self.record.base_url = self.start_bridge()
        with self.record._api() as api:
            found = api.query({row["uuid"]: None, "x": None})
            self.assertEqual(found[row["uuid"]].state, "accepted")
            self.assertEqual(found["x"].state, "never_seen")
            message = {"number": GOOD, "uuid": row["uuid"]}
            (again,) = api._send_sms_batch([{"content": "x", "numbers": [message]}])
        self.assertEqual(again["state"], "success")
        self.assertEqual(len(self.server.submits), 1)

    def test_bridge_that_dies_between_sending_and_the_answer(self):
        """What had left may have arrived: it is not sent again, and nobody claims to
        have never seen it."""
        self.server.fault = "silent"
        message = {"content": "x", "numbers": [{"number": GOOD, "uuid": "u1"}]}
        thread = threading.Thread(
            target=self.api._send_sms_batch, args=([message],), daemon=True
        )
        thread.start()
        self.wait_for(lambda: self.server.submits)
        self.stop_bridge(self.bridge)
        thread.join()
        self.server.fault = ""
        self.record.base_url = self.start_bridge()
        with self.record._api() as api:
            self.wait_for(lambda: self.send(GOOD, api=api)[0]["state"] == "success")
            before = len(self.server.submits)
            (row,) = api._send_sms_batch([message])
            self.assertEqual(row["state"], "unknown")
            self.assertEqual(api.query({"u1": None}), {})
        self.assertEqual(len(self.server.submits), before)

    def test_wrong_key(self):
        self.record.key = "wrong"
        with self.record._api() as api:
            (row,) = self.send(GOOD, api=api)
        self.assertEqual(row["state"], "unregistered")
        self.assertFalse(self.server.submits)

    def test_receipts_become_reports(self):
        receiver = self.enterContext(Receiver())
        uuid = "f" * 32
        message = {"content": THAI * 2, "numbers": [{"number": GOOD, "uuid": uuid}]}
        settings = self.record._settings()
        self.api.settings = type(settings)(
            **{**settings.__dict__, "report_url": f"{receiver.url}/report"}
        )
        (row,) = self.api._send_sms_batch([message])
        self.assertEqual(row["state"], "success")
        refs = list(self.server.accepted)
        self.server.receipt(refs[0], "DELIVRD")
        self.assertEqual(self.api.query({uuid: None})[uuid].state, "accepted")
        for ref in refs[1:]:
            self.server.receipt(ref, "DELIVRD")
        self.wait_for(lambda: len(receiver.requests) == 2)
        report = receiver.requests[-1]
        (read,) = self.api.read_report(report.headers, {}, report.body)
        self.assertEqual((read.uuid, read.state), (uuid, "delivered"))
        self.assertEqual(self.api.query({uuid: None})[uuid].state, "delivered")
