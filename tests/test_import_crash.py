import base64
import signal
from collections import Counter

from odoo.tests import tagged

from .common_data import PurchaseHistoryCase
from .common_job import KilledJob

ORDERS = 400
HEAD = "number,date,customer id,sku,quantity,price\n"
FILE = HEAD + "".join(
    f"{n},{n % 28 + 1}/5/2024,c{n % 60},A{n % 7},{n % 3 + 1},12.50\n"
    for n in range(ORDERS)
)
JOB = "env['crm.order.import']._cron_run()"


@tagged("standard", "post_install", "-at_install")
class TestImportCrash(KilledJob, PurchaseHistoryCase):
    """The power fails in the middle of the night's import. What was written is written
    once, the rest follows, and no point is given twice."""

    def count(self):
        with self.committed() as env:
            return env["sale.order"].search_count([("import_source", "=", "file")])

    def test_killed_and_continued(self):
        with self.committed() as env:
            record = env["crm.order.import"].create(
                {"file": base64.b64encode(FILE.encode()), "file_name": "shop.csv"}
            )
            record.action_check()
            self.assertEqual((record.order_count, record.error_count), (ORDERS, 0))
            record.action_import()
        process = self.start_job(JOB)
        self.wait_for(self.count, process)
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
