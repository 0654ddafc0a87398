"""Confirming one order with points: queries and time (row 5).

    setup/odoo shell -d <database> < tests/bench/bench_confirm.py

Run it on two databases made alike, one with crm_loyalty_points (suite) and one
with sale_loyalty alone (native), in turns: the ratio counts, not the milliseconds of a
day. Nothing is committed. "no points" is the same order without any programme and shows
what confirming costs by itself (floor).

What each way leaves out:

* suite   nothing: ledger entry, award, draws, metrics queue, member number
* native  a net figure on the card; no entry, no idempotency, no reversal basis
* floor   points altogether
"""

import json
import os
import statistics
import time

from odoo.fields import Command

RUNS = int(os.environ.get("BENCH_RUNS", 3))
ORDERS = int(os.environ.get("BENCH_ORDERS", 20))


def set_up(env):
    """:return: (programme, products, customer)"""
    env["loyalty.program"].search([]).active = False
    rule = {"reward_point_mode": "money", "minimum_qty": 0}
    reward = {"required_points": 100, "discount_mode": "per_order", "discount": 10}
    program = env["loyalty.program"].create(
        {
            "name": "Bench",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "rule_ids": [Command.clear(), Command.create(rule)],
            "reward_ids": [Command.clear(), Command.create(reward)],
        }
    )
    products = env["product.product"].create(
        [
            {"name": f"Bench {number}", "list_price": 50, "type": "service"}
            for number in range(3)
        ]
    )
    return program, products, env["res.partner"].create({"name": "Bench"})


def quotation(env, program, products, partner, redeem):
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 2})
                for product in products
            ],
        }
    )
    if redeem:
        order._update_programs_and_rewards()
        order._apply_program_reward(program.reward_ids, program.coupon_ids)
    env.flush_all()
    env.invalidate_all()
    # Who works here is known to any request; reading it is no cost of confirming.
    env.user.name, env.user.partner_id.email  # noqa: B018
    return order


def measure(env, make):
    """:return: (median queries, median milliseconds) of confirming one order"""
    queries, times = [], []
    for _number in range(ORDERS):
        order = make()
        before, start = env.cr.sql_log_count, time.perf_counter()
        order.action_confirm()
        env.flush_all()
        times.append(1000 * (time.perf_counter() - start))
        queries.append(env.cr.sql_log_count - before)
    return statistics.median(queries), statistics.median(times)


def main(env):
    program, products, partner = set_up(env)

    def make(redeem):
        return lambda: quotation(env, program, products, partner, redeem)

    measure(env, make(False))  # warm, and some points to spend
    installed = "loyalty.point.entry" in env
    report = {"way": "suite" if installed else "native", "orders": ORDERS}
    for name, redeem in (("earn", False), ("earn and redeem", True)):
        runs = [measure(env, make(redeem)) for _run in range(RUNS)]
        report[name] = _median(runs)
    program.active = False
    report["no points"] = _median([measure(env, make(False)) for _run in range(RUNS)])
    print(json.dumps(report))
    env.cr.rollback()


def _median(runs):
    return {
        "queries": statistics.median(queries for queries, _ms in runs),
        "ms": round(statistics.median(ms for _queries, ms in runs), 1),
    }


main(env)  # noqa: F821
