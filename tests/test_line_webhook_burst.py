import base64
import hashlib
import hmac
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from odoo.tests.common import BaseCase, tagged
from odoo.tools import config

from odoo.addons.crm_segments.tests.database import (
    _connection_variables,
    cloned_database,
    committed,
)

_logger = logging.getLogger(__name__)

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
EVENTS = 1000 if FULL else 150
TOGETHER = 20
WORKERS = 2
SECRET = "f" * 32


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Odoo with two workers and no jobs, on a copy of the database."""

    def __init__(self, database):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # workers are started by the name of the program, which "-m" hides
        self.folder = tempfile.TemporaryDirectory()
        program = Path(self.folder.name) / "odoo-bin"
        program.write_text("from odoo.cli.command import main\n\nmain()\n")
        command = [sys.executable, "-W", "ignore", str(program), "-d", database]
        command += [f"--workers={WORKERS}", f"--http-port={self.port}"]
        command += [f"--gevent-port={free_port()}", "--max-cron-threads=0"]
        command += ["--no-database-list", "--log-level=error", "--http-interface"]
        command += ["127.0.0.1"]
        environment = {
            **os.environ,
            **_connection_variables(),
            "ODOO_RC": os.environ.get("ODOO_RC") or config["config"],
        }
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, env=environment
        )

    def wait(self):
        for _try in range(240):
            try:
                # the first request loads the registry, on a busy machine for long
                return requests.get(f"{self.url}/web/health", timeout=60)
            except requests.RequestException:
                assert self.process.poll() is None, "the server ended by itself"
                time.sleep(0.25)
        raise AssertionError("the server does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


@tagged("standard", "post_install", "-at_install")
class TestLineWebhookBurst(BaseCase):
    """A campaign to all friends makes them answer at once: LINE then posts a thousand
    events in a moment, some of them twice. What is not stored is lost for good. How
    long the answers take is said in the log: LINE waits for two seconds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            company = env["res.company"].create({"name": "Burst"})
            channel = env["crm.line.channel"].create(
                {"name": "Burst", "company_id": company.id, "channel_secret": SECRET}
            )
            cls.channel_id, cls.token = channel.id, channel.webhook_token
        cls.server = Server(cls.database)
        cls.addClassCleanup(cls.server.close)
        cls.server.wait()

    def delivery(self, number):
        event = {
            "type": "message",
            "mode": "active",
            "timestamp": 1_700_000_000_000 + number,
            "source": {"type": "user", "userId": f"U{number % 50:032x}"},
            "webhookEventId": f"01{number:024d}",
            "deliveryContext": {"isRedelivery": False},
            "message": {"id": str(number), "type": "text", "text": "สวัสดี"},
        }
        body = json.dumps({"destination": "U1", "events": [event]}).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Line-Signature": base64.b64encode(digest).decode(),
        }
        return body, headers

    def post_all(self, numbers):
        """:return: (list of the status of each post, list of its seconds)"""
        todo = iter(numbers)
        lock = threading.Lock()
        statuses, seconds = [], []

        def run():
            session = requests.Session()
            while True:
                with lock:
                    number = next(todo, None)
                if number is None:
                    return
                body, headers = self.delivery(number)
                begin = time.monotonic()
                answer = session.post(
                    f"{self.server.url}/line/webhook/{self.token}",
                    data=body,
                    headers=headers,
                    timeout=60,
                )
                statuses.append(answer.status_code)
                seconds.append(time.monotonic() - begin)

        threads = [threading.Thread(target=run) for _number in range(TOGETHER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses, seconds

    def test_burst(self):
        self.post_all(range(10_000_000, 10_000_010))  # warms up
        again = [number for number in range(EVENTS) if number % 4 == 0]
        statuses, seconds = self.post_all([*range(EVENTS), *again])
        self.assertEqual(set(statuses), {200})
        self.assertEqual(len(statuses), EVENTS + len(again))
        _logger.info(
            "%s posts: median %.3f s, slowest %.3f s",
            len(seconds),
            statistics.median(seconds),
            max(seconds),
        )
        with committed(self.database) as env:
            events = env["crm.line.event"].search(
                [("channel_id", "=", self.channel_id)]
            )
            keys = events.mapped("event_key")
            self.assertEqual(len(keys), len(set(keys)))
            ours = [key for key in keys if int(key[2:]) < EVENTS]
            self.assertEqual(len(ours), EVENTS)
            while env["crm.line.event"]._process_batch():
                env.cr.commit()
            self.assertEqual(set(events.mapped("state")), {"done"})
            users = env["crm.line.user"].search([("channel_id", "=", self.channel_id)])
            self.assertEqual(len(users), 50)
