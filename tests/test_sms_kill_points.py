import signal
import tempfile
import time
from itertools import count
from pathlib import Path

from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, committed
from odoo.addons.crm_sms_wallet.tests.common_deliveries import (
    KEY,
    assert_wallet_whole,
    fill_wallet,
    make_gateway,
)
from odoo.addons.crm_sms_wallet.tests.emulators.simulator_server import SimulatorServer

from .common_kill import FULL, KilledWorker

MESSAGES = 2000 if FULL else 40
SLICE = 400 if FULL else 16
ROUNDS = 20
LOOPBACK = "crm_sms_wallet.gateway_loopback"


@tagged("standard", "post_install", "-at_install")
class TestSmsKillPoints(KilledWorker, BaseCase):
    """The sender dies in the middle: between holding the credits and calling the
    gateway, while the gateway is called, before or after its answers are written. The
    gateway writes down what it accepts. Afterwards no message was accepted twice, none
    is lost, every credit is accounted for and nothing is held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        server = SimulatorServer(Path(folder) / "accepted.jsonl", key=KEY)
        cls.server = cls.enterClassContext(server)
        cls.server.credit = 10**9
        cls.numbers = count(1)
        with committed(cls.database) as env:
            env["ir.config_parameter"].set_param(LOOPBACK, "1")
            env["ir.cron"].search([]).active = False
            company = env["res.company"].create({"name": "Killed Shop"})
            make_gateway(env, cls.server, company)
            fill_wallet(env, company, 10**6)
            cls.company_id = company.id
        cls.start_worker()

    def queue(self):
        """:return: uuids of messages that wait"""
        with committed(self.database) as env:
            deliveries = env["sms.delivery"]._queue(
                [
                    {
                        "company_id": self.company_id,
                        "number": f"+668{next(self.numbers):08}",
                        "text": ("Hello", "สวัสดี" * 15)[number % 2],
                    }
                    for number in range(MESSAGES)
                ]
            )
            return deliveries.mapped("uuid")

    def send(self, kill=None):
        return self.worker.run("send_sms", [SLICE], kill=kill)

    def ask(self, kill=None):
        return self.worker.run("ask_sms", kill=kill)

    def open_work(self):
        """:return: (messages that wait, batches that are not settled)"""
        with committed(self.database) as env:
            company = [("company_id", "=", self.company_id)]
            waiting = env["sms.delivery"].search_count([*company, ("waiting", "=", 1)])
            batches = env["sms.batch"].search_count(
                [*company, ("state", "!=", "settled")]
            )
            return waiting, batches

    def finish(self):
        """What the two jobs do from then on."""
        for _round in range(ROUNDS):
            with committed(self.database) as env:
                # after lost answers a gateway rests; nobody waits for that here
                env["crm.sms.gateway"].search([]).action_try_now()
            self.ask()
            self.send()
            if self.open_work() == (0, 0):
                return
            time.sleep(0.05)  # until the database notices that the process is dead
        self.fail(f"still open: {self.open_work()}")

    def check(self, uuids):
        times = self.server.times()
        self.assertEqual([times.get(uuid) for uuid in uuids], [1] * len(uuids))
        with committed(self.database) as env:
            company = env["res.company"].browse(self.company_id)
            deliveries = assert_wallet_whole(self, env, company)
            mine = deliveries.filtered(lambda d: d.uuid in set(uuids))
            self.assertEqual(set(mine.mapped("state")), {"accepted"})
            self.assertEqual(env["crm.sms.wallet"]._of(company).held, 0)

    def points(self):
        """:return: where to kill the sender: around the commit of what was taken and
        of what was answered, around calls at the beginning, in the middle and at the
        end of a slice, and while the answers are written"""
        self.queue()
        done = self.send()
        self.assertGreaterEqual(done["calls"], MESSAGES)
        last = done["statements"]
        return [
            *(["commit", 2, "before"], ["commit", 2, "after"]),
            *(["call", 1, "before"], ["call", 1, "after"]),
            *(["call", SLICE // 2, "before"], ["call", SLICE // 2, "after"]),
            *(["call", SLICE, "after"], ["commit", 3, "before"]),
            *(["commit", 3, "after"], ["call", SLICE + 1, "after"]),
            *(["commit", 5, "before"], ["statement", last * 2 // 3]),
        ]

    def test_sender_is_killed(self):
        points = self.points()
        self.assertEqual(len(points), 12)
        for point in points:
            with self.subTest(point):
                uuids = self.queue()
                self.assertEqual(self.send(point).get("signal"), signal.SIGKILL)
                self.finish()
                self.check(uuids)

    def test_killed_while_answers_get_lost(self):
        """Some answers stay away, and then the process dies, too."""
        uuids = self.queue()
        self.server.behaviour.update(lose=8.0, seed=3)
        try:
            self.send(["call", SLICE + 3, "after"])
        finally:
            self.server.behaviour.update(lose=0.0)
        self.finish()
        self.check(uuids)

    def test_whoever_asks_is_killed(self):
        """What is left behind is asked about by a process that dies, too."""
        for point in (["call", 1, "after"], ["commit", 2, "before"]):
            for when in ("before", "after"):
                with self.subTest(point=point, sender=when):
                    uuids = self.queue()
                    self.send(["call", SLICE // 2, when])
                    for _round in range(ROUNDS):
                        if self.ask(point).get("signal"):
                            break
                        time.sleep(0.05)
                    else:
                        self.fail("nobody was asked")
                    self.finish()
                    self.check(uuids)
