import tempfile
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

    def test_acceptances_survive_the_server(self):
        (row,) = self.send(GOOD)
        again = SimulatorServer(self.server.file, key="s3cret")
        self.assertEqual(again.times(), {row["uuid"]: 1})
        again._server.server_close()
        again._out.close()
