import tempfile
import threading
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)

from ..models import sms_delivery_send
from ..tools.gateways.base import Report
from .common_deliveries import KEY, assert_wallet_whole, fill_wallet, make_gateway
from .emulators.simulator_server import SimulatorServer

MESSAGES = 120
LOOPBACK = "crm_sms_wallet.gateway_loopback"


@tagged("post_install", "-at_install")
class TestSendRaces(BaseCase):
    """Two senders, reports and whoever asks the gateway, all at once: the wallet is one
    row for all of them, and each message leaves once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        server = SimulatorServer(Path(folder) / "accepted.jsonl", key=KEY)
        cls.server = cls.enterClassContext(server)
        with committed(cls.database) as env:
            env["ir.config_parameter"].set_param(LOOPBACK, "1")
            env["ir.cron"].search([]).active = False
            company = env["res.company"].create({"name": "Busy Shop"})
            gateway = make_gateway(env, cls.server, company, charged_on="delivered")
            fill_wallet(env, company, 1000)
            cls.company_id, cls.gateway_id = company.id, gateway.id
            env["sms.delivery"]._queue(
                [
                    {
                        "company_id": company.id,
                        "number": f"+66811{number:06}",
                        "text": "Hello",
                    }
                    for number in range(1, MESSAGES + 1)
                ]
            )
        # slices of a few messages: many holds of one wallet
        for name in ("FIRST_SLICE", "SMALLEST_SLICE", "LARGEST_SLICE"):
            cls.classPatch(sms_delivery_send, name, 7)

    def test_all_at_once(self):
        done = threading.Event()

        def commit_of(env):
            def commit(*_args, **_kwargs):
                env.flush_all()
                env.cr.commit()
                return 1

            return commit

        def send(env):
            try:
                return env["sms.delivery"]._send_waiting(commit_of(env))
            finally:
                done.set()

        def report(_env):
            """Every other message fails, the others arrive; some reports come twice."""
            told, rounds = set(), 0
            while rounds < 3:
                rounds += done.is_set()
                with committed(self.database) as env:
                    with_retry(lambda env: self.tell(env, told))(env)
                done.wait(0.05)
            return len(told)

        def ask(env):
            batches = env["sms.batch"]
            while not done.wait(0.05):
                for batch in batches._open_batches(0, 0):
                    batch._reconcile(commit_of(env))
                env.cr.commit()

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = run_together(self.database, send, send, report, ask)
        for result in results:
            self.assertNotIsInstance(result, Exception, repr(result))
        with committed(self.database) as env:
            for batch in env["sms.batch"].search([("state", "!=", "settled")]):
                batch._reconcile(commit_of(env))
            env["sms.delivery"]._send_waiting(commit_of(env))
            self.tell(env, set())
        self.check()

    def tell(self, env, told):
        gateway = env["crm.sms.gateway"].browse(self.gateway_id)
        reports = []
        for uuid in list(self.server.accepted):
            state = "failed" if int(uuid, 16) % 2 else "delivered"
            reports.append(Report(uuid, "", state))
        env["sms.delivery"]._apply_reports(gateway, reports)
        told.update(report.uuid for report in reports)

    def check(self):
        times = self.server.times()
        self.assertEqual(len(times), MESSAGES)
        self.assertEqual(set(times.values()), {1})
        with committed(self.database) as env:
            company = env["res.company"].browse(self.company_id)
            deliveries = assert_wallet_whole(self, env, company)
            for delivery in deliveries:
                failed = int(delivery.uuid, 16) % 2
                self.assertEqual(
                    (delivery.state, bool(delivery.cost)),
                    ("failed", False) if failed else ("delivered", True),
                )
            wallet = env["crm.sms.wallet"]._of(company)
            arrived = len([d for d in deliveries if d.state == "delivered"])
            self.assertEqual((wallet.credits, wallet.held), (1000 - arrived, 0))
