import os
import tracemalloc
from datetime import datetime

from odoo.tests import tagged

from ..tools import order_file
from ..tools.order_columns import guess_targets
from ..tools.order_plan import OrderPlan, PlanOptions
from .common_import import ImportCase

ROWS = 100_000 if os.environ.get("CRM_SUITE_FULL") else 10_000
HEAD = "number,date,customer id,customer name,phone,sku,product,quantity,price,note\n"


def large_file(rows, wrong_every=0):
    """:return: bytes of a file of two-line orders of many customers; every so many
    rows one has no date"""
    lines = [HEAD]
    for n in range(rows):
        order = n // 2
        day = "" if wrong_every and n % wrong_every == 0 else order % 28 + 1
        lines.append(
            f"{order},{day}/5/2567,c{order % 30000},Somchai {order},0812345678,"
            f"SKU{n % 2000},ชาเขียวอย่างดี {n % 2000},{n % 5 + 1},1{n % 9}.50,{n:0200d}\n"
        )
    return "".join(lines).encode()


@tagged("post_install", "-at_install")
class TestOrderImportSize(ImportCase):
    """The shop with the longest history is the one that must not be turned away."""

    def test_check_of_a_large_file(self):
        """Checked as a whole, every wrong row found, nothing written."""
        before = self.env["sale.order"].search_count([])
        record = self.upload(large_file(ROWS, wrong_every=1000))
        record.action_check()
        self.assertEqual((record.state, record.row_count), ("checked", ROWS))
        self.assertEqual(record.error_count, ROWS // 1000)
        self.assertEqual(record.left_out_count, ROWS // 1000)
        self.assertEqual(record.order_count, ROWS // 2 - ROWS // 1000)
        customers = {order % 30000 for order in range(ROWS // 2) if order % 500}
        self.assertEqual(record.new_customer_count, len(customers))
        rows = record.line_ids.filtered(lambda line: line.code == "date_bad")
        self.assertEqual(rows.mapped("row"), list(range(2, ROWS + 2, 1000)))
        self.assertEqual(self.env["sale.order"].search_count([]), before)

    def test_memory(self):
        """Rows cost some hundred bytes each, however long their other columns are."""
        data = large_file(10_000)
        targets = guess_targets(HEAD.strip().split(","))
        columns = {target: index for index, target in enumerate(targets) if target}
        plan = OrderPlan(PlanOptions(columns, now=datetime(2026, 1, 1)))
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        plan.read(order_file.read_rows(data, "utf-8-sig", ","))
        _now, peak = tracemalloc.get_traced_memory()
        self.assertEqual(len(plan.orders), 5000)
        self.assertLess(peak / 10_000, 2000, "bytes for each row")
