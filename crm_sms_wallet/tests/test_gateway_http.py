import tempfile
import time
from pathlib import Path

from odoo.tests import tagged

from .common_gateways import GOOD, GatewayCase, GatewayContract
from .emulators.simulator_server import SimulatorServer


@tagged("post_install", "-at_install")
class TestGatewayHttp(GatewayContract, GatewayCase):
    """Generic HTTP, against the simulator server, whose protocol is the default."""

    provider = "http"
    values = {"key": "s3cret"}

    def emulator(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        return SimulatorServer(Path(folder) / "accepted.jsonl", key="s3cret")

    def base_url(self):
        return f"{self.server.url}/messages"

    def gateway(self, **values):
        values.setdefault("http_balance_url", f"{self.server.url}/balance")
        values.setdefault("http_query_url", f"{self.server.url}/messages/{{uuid}}")
        return super().gateway(**values)

    def sent_text(self, request):
        return request.json()["text"]

    def sent_sender(self, request):
        return request.json()["from"]

    def test_query(self):
        (row,) = self.send(GOOD)
        self.server.fault = "cut"
        (lost,) = self.send(GOOD)
        uuids = [row["uuid"], lost["uuid"], "f" * 32]
        found = self.api.query(dict.fromkeys(uuids))
        self.assertEqual(
            [found[uuid].state for uuid in uuids],
            ["accepted", "accepted", "never_seen"],
        )
        self.assertEqual(found[row["uuid"]].ref, row["ref"])

    def test_several_lines(self):
        """Faster, and otherwise the same: each message once, answers in order."""
        self.record.lines = 5
        numbers = [f"+6681000{n + 1:04d}" for n in range(60)]
        numbers[7], numbers[30] = "+66812000000", "none"
        with self.record._api() as api:
            rows = self.send(*numbers, api=api)
        bad = [n for n, row in enumerate(rows) if row["state"] != "success"]
        self.assertEqual(bad, [7, 30])
        self.assertEqual(set(self.server.times().values()), {1})
        self.assertEqual(len(self.server.times()), 58)
        for number, row in zip(numbers, rows, strict=True):
            if row["state"] == "success":
                (kept,) = self.server.accepted[row["uuid"]]
                self.assertEqual((kept["to"], kept["id"]), (number, row["ref"]))
        self.assertGreater(len(self.server.lines), 1)
        self.assertLessEqual(len(self.server.lines), 5)

    def test_several_lines_keep_one_pace(self):
        self.record.write({"lines": 5, "rate": 50})
        with self.record._api() as api:
            begin = time.monotonic()
            self.send(*[GOOD] * 11, api=api)
        self.assertGreaterEqual(time.monotonic() - begin, 10 / 50)

    def test_several_lines_stop_together(self):
        self.record.lines = 5
        for fault, state in (("cut", "unknown"), ("", "insufficient_credit")):
            self.server.fault, self.server.credit = fault, 0 if not fault else 100
            before = len(self.sends())
            with self.record._api() as api:
                rows = self.send(*[GOOD] * 60, api=api)
            self.assertIn(state, {row["state"] for row in rows})
            self.assertNotIn("success", {row["state"] for row in rows})
            self.assertLess(len(self.sends()) - before, 20, "the rest is not tried")

    def test_acceptances_survive_the_server(self):
        (row,) = self.send(GOOD)
        again = SimulatorServer(self.server.file, key="s3cret")
        self.assertEqual(again.times(), {row["uuid"]: 1})
        again._server.server_close()
        again._out.close()
