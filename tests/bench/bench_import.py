"""Importing orders: suite against native Odoo against the bare minimum of the ORM.

    setup/odoo shell -d bench < tests/bench/bench_import.py

on a database of its own with crm_segments and crm_loyalty_points installed. Every way
writes the same orders of three service lines (BENCH_ORDERS, default 600) to the same
customers and rolls them back. Nothing here runs in the test suite.

What each way leaves out:

* suite   nothing: customers and products are looked up, orders created, confirmed with
          their date, totals compared with the file, points posted to the ledger
* native  the lookup and the comparison; confirmed as a salesperson would, in the same
          batches, with Odoo's own loyalty; line names are computed
* floor   points, messages and lookups: create and confirm with every value given
"""

import os
import statistics
import time
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.addons.crm_segments.models.crm_order_import_run import QUIET
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders
from odoo.addons.crm_segments.tools.order_plan import PlanLine, PlanOrder

ORDERS = int(os.environ.get("BENCH_ORDERS", 600))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
BATCHES = (10, 50, 200)
START = datetime(2024, 1, 1, 12)


def plans(first):
    """:return: ORDERS planned orders of 200 customers, three lines each"""
    return [
        PlanOrder(
            f"b{first + number}",
            number,
            START + timedelta(hours=number),
            ("id", f"bench{number % 200}"),
            {},
            [
                PlanLine(
                    number,
                    f"B{(number + k) % 50}",
                    "Tea",
                    2.0,
                    12.5,
                    Decimal(25),
                    0,
                    "sale",
                )
                for k in range(3)
            ],
        )
        for number in range(ORDERS)
    ]


def values(record, plan, partners, products):
    """The order as a salesperson's client would send it: nothing computed is given."""
    return {
        "partner_id": partners[plan.customer],
        "date_order": plan.date,
        "order_line": [
            (
                0,
                0,
                {
                    "product_id": products[line.sku].id,
                    "product_uom_qty": line.quantity,
                    "price_unit": line.price,
                },
            )
            for line in plan.lines
        ],
    }


def run(record, way, batch_size):
    """:return: seconds for all orders, flushed"""
    todo = plans(0)
    partners = record._ensure_customers(todo[:200])
    products = record._ensure_products(todo[:50])
    orders = record.env["sale.order"]
    start = time.perf_counter()
    for at in range(0, ORDERS, batch_size):
        batch = todo[at : at + batch_size]
        if way == "suite":
            with importing_orders(points=True):
                record._write_batch(batch)
        elif way == "native":
            clean = orders.with_context(dict.fromkeys(QUIET, False))
            clean.create(
                [values(record, plan, partners, products) for plan in batch]
            ).action_confirm()
        else:
            with importing_orders(points=False):
                orders.create(
                    [
                        record._prepare_order(plan, partners[plan.customer], products)
                        for plan in batch
                    ]
                ).action_confirm()
        record.env.flush_all()
        record.env.invalidate_all()
    return time.perf_counter() - start


def bench(env):
    env["loyalty.program"].search([]).action_archive()
    env["loyalty.program"].create(
        {
            "name": "Members",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "thb_per_point": 10,
        }
    )
    record = env["crm.order.import"].create({"file_name": "bench.csv"})
    record = record.with_context(**QUIET)
    for way in ("floor", "native", "suite"):
        for batch_size in BATCHES:
            seconds = []
            for _run in range(RUNS):
                with env.cr.savepoint(flush=False) as savepoint:
                    seconds.append(run(record, way, batch_size))
                    savepoint.rollback()
                env.invalidate_all()
            rate = ORDERS / statistics.median(seconds)
            print(f"{way:8} batches of {batch_size:4}: {rate:6.1f} orders/s")
    env.cr.rollback()


bench(env)  # noqa: F821 - given by the shell
