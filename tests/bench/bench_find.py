"""Finding customers and the first page of their list: suite, native Odoo, raw SQL.

    setup/bench find --size 100000

or `setup/odoo shell -d bench < tests/bench/bench_find.py` on a database filled by
bench_fill.py. Each way is asked for the first eight, as a customer field asks, by a
part of a phone number, a part of a name, and first and last name.

What each way leaves out:

* suite   nothing: rights, words in any order, every form of a phone number, other
          channels' branches, the order by name, the names to show
* native  Odoo's own search by the name and, for a number, its phone search, which knows
          one form of a number; rights, order and names as the suite
* floor   one statement with the condition on the same index and the order by name; no
          rights, no other way of finding, names only

The list is the first page as the web client loads it. Native shows contacts by name,
without figures; the suite sorts by what was really paid and shows the figures.

Times are of the clock and of processor time of Python and of the database's process;
medians of BENCH_RUNS calls (default 3), each of which asks every text once.
"""

import json
import os
import statistics
import sys
import time
from functools import partial

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import cpu_seconds  # noqa: E402

from odoo.tools import SQL  # noqa: E402

from odoo.addons.crm_segments.models.res_partner_search import (  # noqa: E402
    PHONE_TEXT,
    SEARCH_TEXT,
)

RUNS = int(os.environ.get("BENCH_RUNS", 3))
REPEATS = 20  # of each call: one alone takes a few ticks of the processor's clock
SLOW = 0.5  # seconds, from which on one is enough
PAGE = 80
PAID = "customer_amount_paid"
FIGURES = [PAID, "customer_lifecycle", "customer_order_count"]
PLAIN = ["complete_name", "phone", "email"]


def measure(env, results, label, run):
    """:return: median seconds of processor time of one call"""
    clock, cpu = [], []
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    start = time.perf_counter()
    run()  # fills the caches
    repeats = 1 if time.perf_counter() - start > SLOW else REPEATS
    for _turn in range(RUNS):
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        for _repeat in range(repeats):
            env.invalidate_all()
            run()
        clock.append((time.perf_counter() - start) / repeats)
        cpu.append((cpu_seconds(env) - start_cpu) / repeats)
    median, seconds = statistics.median(cpu), statistics.median(clock)
    print(f"{label:<52}{seconds * 1000:9.2f} ms{median * 1000:9.2f} ms cpu", flush=True)
    results.append({"label": label, "rows": 1, "clock": seconds, "cpu": median})
    return median


def suite_find(env, text):
    return env["res.partner"].name_search(text, limit=8)


def native_find(env, text):
    """As base and phone_validation search, without our branch in between."""
    partners = env["res.partner"]
    if text.isdigit():
        domain = [("phone_mobile_search", "ilike", text)]
    else:
        domain = ["|"] * (len(NATIVE_NAMES) - 1)
        domain += [(fname, "ilike", text) for fname in NATIVE_NAMES]
    found = partners.search_fetch(domain, ["display_name"], limit=8)
    return [(partner.id, partner.display_name) for partner in found.sudo()]


NATIVE_NAMES = ("complete_name", "email", "ref", "vat", "company_registry")


def floor_find(env, text):
    if text.isdigit():
        condition = SQL(
            "phone IS NOT NULL AND %s LIKE %s", SQL(PHONE_TEXT), f"%{text}%"
        )
    else:
        condition = SQL(" AND ").join(
            SQL("%s ILIKE %s", SQL(SEARCH_TEXT), f"%{word}%") for word in text.split()
        )
    # ids first, as a careful hand would write it: in order by name, every customer
    # with that name would be tried
    return env.execute_query(
        SQL(
            """WITH found AS MATERIALIZED (
                   SELECT id, complete_name FROM res_partner WHERE active AND %s)
               SELECT id, complete_name FROM found
             ORDER BY complete_name, id DESC LIMIT 8""",
            condition,
        )
    )


def texts(env):
    """Parts of what customers in the middle of the table are called."""
    env.cr.execute(
        """SELECT complete_name, right(phone_sanitized, 9) FROM res_partner
            WHERE member_number LIKE 'B%' AND phone_sanitized IS NOT NULL
         ORDER BY id OFFSET (SELECT count(*) / 2 FROM res_partner
                              WHERE member_number LIKE 'B%') LIMIT 1"""
    )
    [(name, phone)] = env.cr.fetchall()
    first, last, number = name.split()
    return {
        "part of a phone": phone[2:8],
        "end of a phone": phone[-7:],
        "part of a name": f"{last} {number}",
        "first and last name": f"{first} {last}",
    }


def first_page(env, order, figures=()):
    columns = dict.fromkeys([*PLAIN, *figures], {})
    partners = env["res.partner"]
    return partners.web_search_read(
        [("member_number", "!=", False)],
        columns,
        limit=PAGE,
        order=order,
        count_limit=10001,
    )


def check(env, kind, text):
    """The suite finds whom the floor finds, in the same order; it may find more."""
    floor = [row[0] for row in floor_find(env, text)]
    suite = [row[0] for row in suite_find(env, text)]
    if not floor or (len(floor) == 8 and suite[:8] != floor and "phone" not in kind):
        raise SystemExit(f"the ways disagree about the {kind}: {floor} {suite}")
    if len(floor) < 8 and not set(floor) <= set(suite):
        raise SystemExit(f"the suite misses a {kind}: {floor} {suite}")


def check_page(env):
    page = first_page(env, f"{PAID} desc", FIGURES)["records"]
    env.cr.execute(
        SQL(
            """SELECT amount_paid FROM crm_customer_metric
                 JOIN res_partner p ON p.id = partner_id AND p.active
                  AND p.member_number IS NOT NULL
                WHERE crm_customer_metric.company_id = %s
             ORDER BY amount_paid DESC LIMIT %s""",
            env.company.id,
            PAGE,
        )
    )
    if [row[PAID] for row in page] != [float(paid) for (paid,) in env.cr.fetchall()]:
        raise SystemExit("the page is not that of the highest payers")


def main(env):
    results = []
    for kind, text in texts(env).items():
        check(env, kind, text)
        label = f"by {kind} ({len(text)} characters)"
        low = measure(env, results, f"floor, {label}", partial(floor_find, env, text))
        ours = measure(env, results, f"suite, {label}", partial(suite_find, env, text))
        if not os.environ.get("BENCH_SKIP_NATIVE"):
            measure(env, results, f"native, {label}", partial(native_find, env, text))
        print(f"  ratio to the floor: {ours / low:.2f}")
    check_page(env)
    plain = measure(
        env,
        results,
        "native, first page of contacts by name",
        lambda: first_page(env, "complete_name"),
    )
    ours = measure(
        env,
        results,
        "suite, first page by paid amount, with figures",
        lambda: first_page(env, f"{PAID} desc", FIGURES),
    )
    print(f"  ratio to the native list: {ours / plain:.2f}")
    if path := os.environ.get("BENCH_RESULT"):
        with open(path, "a") as out:
            out.writelines(json.dumps(row) + "\n" for row in results)


main(env)  # noqa: F821 (given by the shell)
