import base64
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.crm_segments.tests.database import _connection_variables

from .common_data import PurchaseHistoryCase

ORDERS = 400
HEAD = "number,date,customer id,sku,quantity,price\n"
FILE = HEAD + "".join(
    f"{n},{n % 28 + 1}/5/2024,c{n % 60},A{n % 7},{n % 3 + 1},12.50\n"
    for n in range(ORDERS)
)
JOB = "env['crm.order.import']._cron_run()"


@tagged("standard", "post_install", "-at_install")
class TestImportCrash(PurchaseHistoryCase):
    """The power fails in the middle of the night's import. What was written is written
    once, the rest follows, and no point is given twice."""

    def count(self):
        with self.committed() as env:
            return env["sale.order"].search_count([("import_source", "=", "file")])

    def start_job(self):
        """:return: Popen of a process that runs the job"""
        environment = {
            **os.environ,
            **_connection_variables(),
            "ODOO_RC": os.environ.get("ODOO_RC") or config["config"],
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "shell", "-d", self.database, "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(self.kill, process)
        process.stdin.write(JOB.encode())
        process.stdin.close()
        return process

    def kill(self, process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def wait_for_orders(self, process, seconds=120):
        """:return: number of orders when the first batches are committed"""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            written = self.count()
            if written:
                return written
            self.assertIsNone(process.poll(), "ended before it wrote anything")
            time.sleep(0.05)
        self.fail("nothing written in time")

    def test_killed_and_continued(self):
        with self.committed() as env:
            record = env["crm.order.import"].create(
                {"file": base64.b64encode(FILE.encode()), "file_name": "shop.csv"}
            )
            record.action_check()
            self.assertEqual((record.order_count, record.error_count), (ORDERS, 0))
            record.action_import()
        process = self.start_job()
        self.wait_for_orders(process)
        self.kill(process)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        written = self.count()
        self.assertTrue(0 < written < ORDERS, written)
        with self.committed() as env:
            record = env["crm.order.import"].browse(record.id)
            self.assertEqual((record.state, record.done_count), ("running", written))
        self.run_job()
        with self.committed() as env:
            record = env["crm.order.import"].browse(record.id)
            self.assertEqual((record.state, record.done_count), ("done", ORDERS))
            orders = env["sale.order"].search([("import_id", "=", record.id)])
            numbers = Counter(orders.mapped("import_number"))
            self.assertEqual(numbers, Counter(str(n) for n in range(ORDERS)))
            self.assertEqual(set(orders.mapped("state")), {"sale"})
            self.assertEqual(len(orders.partner_id), 60)
            expected = sum((n % 3 + 1) * 12.5 for n in range(ORDERS))
            self.assertEqual(sum(orders.mapped("amount_total")), expected)
            points = sum(int((n % 3 + 1) * 12.5 // self.STEP) for n in range(ORDERS))
            balances = self.balances(env).values()
            self.assertEqual(sum(card for card, _entries in balances), points)
            self.assertEqual(sum(entries for _card, entries in balances), points)
