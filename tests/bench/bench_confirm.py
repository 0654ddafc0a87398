"""Confirming one order with points: queries and time.

    setup/bench confirm

Two databases in one process: this one (suite), and BENCH_NATIVE with sale_loyalty and
none of our modules (native); orders are confirmed in turns. Nothing is committed.
Processor time of Python and of the database's process counts.

What each way leaves out:

* suite   nothing: ledger entry, award, draws, metrics queue, member number
* native  a net figure on the card; no entry, no idempotency, no reversal basis
* floor   points altogether: the same order without any programme, in plain Odoo
"""

import json
import os
import resource
import statistics
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import cpu_seconds  # noqa: E402

from odoo.fields import Command  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402

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


class Shop:
    """One of the two databases, and what its confirmations took."""

    def __init__(self, env):
        self.env = env
        self.program, self.products, self.partner = set_up(env)

    def confirm(self, redeem):
        """:return: (queries, seconds of processor time, seconds) of one order"""
        env = self.env
        order = quotation(env, self.program, self.products, self.partner, redeem)
        before, cpu, start = env.cr.sql_log_count, cpu_seconds(env), time.perf_counter()
        order.action_confirm()
        env.flush_all()
        clock = time.perf_counter() - start
        return env.cr.sql_log_count - before, cpu_seconds(env) - cpu, clock

    def points(self):
        return sum(self.program.coupon_ids.mapped("points"))


def measure(shops, redeem):
    """Confirm in turns.

    :return: for each shop (queries, median of the runs' processor time, of the clock),
        for one order
    """
    runs = [[] for _shop in shops]
    for _run in range(RUNS):
        taken = [[] for _shop in shops]
        for _order in range(ORDERS):
            for place, shop in enumerate(shops):
                taken[place].append(shop.confirm(redeem))
        for place, orders in enumerate(taken):
            queries, cpu, clock = zip(*orders, strict=True)
            mean = sum(cpu) / ORDERS  # ticks of 10 ms: only the sum is exact
            runs[place].append((statistics.median(queries), mean, sum(clock) / ORDERS))
    return [
        tuple(statistics.median(values) for values in zip(*each, strict=True))
        for each in runs
    ]


def note(label, queries, cpu, clock):
    print(
        f"{label:<28}{queries:6.0f} queries"
        f"{1000 * cpu:8.1f} ms cpu{1000 * clock:8.1f} ms clock"
    )
    if os.environ.get("BENCH_RESULT"):
        values = {
            "label": f"{label}, {queries:.0f} queries",
            "rows": 1,
            "cpu": round(cpu, 5),
            "clock": round(clock, 5),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        with open(os.environ["BENCH_RESULT"], "a") as results:
            results.write(json.dumps(values) + "\n")


def main(env):
    with Registry(os.environ["BENCH_NATIVE"]).cursor() as cr:
        native = Shop(env(cr=cr, user=2))
        ours = Shop(env(user=2))
        shops = [native, ours]
        for _number in range(5):
            for shop in shops:
                shop.confirm(False)
        report = {}
        for name, redeem in (("earn", False), ("earn and redeem", True)):
            report[name] = measure(shops, redeem)
            if native.points() != ours.points():
                raise SystemExit(f"the ways disagree: {native.points()} native points")
        for shop in shops:
            shop.program.active = False
        plain = measure(shops, False)
        note("floor, no points", *plain[0])
        note("suite, no points", *plain[1])
        for name, (theirs, mine) in report.items():
            note(f"native, {name}", *theirs)
            note(f"suite, {name}", *mine)
            print(f"  suite / native {mine[1] / theirs[1]:.2f}")
        cr.rollback()
    env.cr.rollback()


main(env)  # noqa: F821
