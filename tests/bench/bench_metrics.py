"""Customer metrics: suite against native Odoo against raw SQL.

    setup/odoo shell -d bench < tests/bench/bench_metrics.py

on a database of its own with crm_segments installed: the first run fills it with
customers and orders (BENCH_CUSTOMERS, default 200,000; five orders each on average),
later runs measure the same rows. Nothing here runs in the test suite.

What each way leaves out:

* suite   nothing: commercial partners, payments, every status, local days, groups,
          comparison with the stored rows
* native  contacts instead of commercial partners, confirmed orders only, no payments,
          no averages; groups are written to a field of the contact, as a server action
          that tags customers does
* floor   one hand-written statement by contact with the same counts, sums and dates and
          the group, into a new table with a primary key; no payments, no averages, no
          commercial partners, no comparison with what was stored before. It reads from
          the same covering index.

Ways are compared on the customers they have in common before anything is timed. Ratios
are of processor time (of Python and of the database's process, read from /proc; one
process each, so without parallel plans), because the clock of a shared machine says
little; elsewhere they are of the clock.
"""

import os
import statistics
import time
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", 200_000))
ORDERS_PER_CUSTOMER = 5
RUNS = int(os.environ.get("BENCH_RUNS", 3))
DAYS = 1095  # 36 months


def load(env, customers):
    """Customers and orders, the same for the same number: skewed, growing, 40 % of
    the customers stop ordering."""
    company = env.company
    today = fields.Date.today()
    numbers = dict(
        customers=customers,
        orders=customers * ORDERS_PER_CUSTOMER,
        company=company.id,
        currency=company.currency_id.id,
        start=today - timedelta(days=DAYS),
        days=DAYS,
    )
    env.cr.execute("SELECT setseed(0.42)")
    env.cr.execute(
        """
        INSERT INTO res_partner (name, active, autopost_bills, type, lang,
                                 member_number, complete_name, create_date)
        SELECT 'Bench ' || i, TRUE, 'ask', 'contact', 'en_US',
               'B' || lpad(i::text, 8, '0'), 'Bench ' || i, now()
          FROM generate_series(1, %(customers)s) i
        """,
        numbers,
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id"
        " WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute(
        """
        INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                                partner_shipping_id, company_id, currency_id,
                                currency_rate, state, date_order, amount_untaxed,
                                amount_total, note, access_token, create_date)
        SELECT 'BENCH' || i, c.id, c.id, c.id, %(company)s, %(currency)s, 1,
               CASE WHEN r.state < 0.9 THEN 'sale' WHEN r.state < 0.96 THEN 'cancel'
                    ELSE 'draft' END,
               %(start)s::timestamp + interval '1 minute' * floor(
                   sqrt(r.date) * 1440 * %(days)s
                   * CASE WHEN c.id %% 5 < 2 THEN 0.6 ELSE 1 END),
               r.amount, r.amount, '<p>' || repeat('Thank you. ', 15) || '</p>',
               md5(i::text), now()
          FROM (SELECT i, floor(%(customers)s * random() ^ 2)::int AS nth,
                       random() AS date, random() AS state,
                       round((20 + 2000 * random() ^ 3)::numeric, 2) AS amount
                  FROM generate_series(1, %(orders)s) i) r
          JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth
                  FROM res_partner WHERE member_number LIKE 'B%%') c USING (nth)
        """,
        numbers,
    )
    vacuum(env, "res_partner", "sale_order")


def vacuum(env, *tables):
    """Commit, and leave the tables as autovacuum would."""
    env.cr.commit()
    env.cr._cnx.autocommit = True
    for table in tables:
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    env.cr._cnx.autocommit = False


FLOOR = """
    SELECT partner_id, company_id, order_count, order_count_all, amount_total,
           amount_total_all, first_date, last_date,
           CASE WHEN order_count >= 2 AND last_date < today - 90 THEN 'lapsed'
                WHEN recent >= 3 THEN 'regular'
                WHEN first_date >= today - 30 THEN 'new'
                ELSE 'occasional' END AS lifecycle
      FROM (SELECT partner_id, company_id, count(*) AS order_count_all,
                   count(*) FILTER (WHERE state = 'sale') AS order_count,
                   sum(amount_total) AS amount_total_all,
                   sum(amount_total) FILTER (WHERE state = 'sale') AS amount_total,
                   min(date_order) FILTER (WHERE state = 'sale')::date AS first_date,
                   max(date_order) FILTER (WHERE state = 'sale')::date AS last_date,
                   count(*) FILTER (WHERE state = 'sale'
                       AND date_order >= current_date - 180) AS recent,
                   current_date AS today
              FROM sale_order WHERE company_id = %s AND %s
          GROUP BY company_id, partner_id) o
"""


def floor_query(env, condition=None):
    return SQL(FLOOR, env.company.id, condition or SQL("TRUE"))


def floor_full(env):
    env["crm.customer.metric"]._plan_for_everybody()  # the same means for both
    env.cr.execute("DROP TABLE IF EXISTS bench_floor")
    env.cr.execute(SQL("CREATE TABLE bench_floor AS %s", floor_query(env)))
    env.cr.execute("ALTER TABLE bench_floor ADD PRIMARY KEY (partner_id, company_id)")


def floor_some(ids):
    def run(env):
        env.cr.execute(
            SQL(
                """INSERT INTO bench_floor %s
                ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET order_count = EXCLUDED.order_count,
                       order_count_all = EXCLUDED.order_count_all,
                       amount_total = EXCLUDED.amount_total,
                       amount_total_all = EXCLUDED.amount_total_all,
                       first_date = EXCLUDED.first_date,
                       last_date = EXCLUDED.last_date,
                       lifecycle = EXCLUDED.lifecycle""",
                floor_query(env, SQL("partner_id = ANY(%s)", ids)),
            )
        )

    return run


def native_full(env):
    """Aggregate by the ORM, group in Python, write the group to the contacts."""
    today = fields.Date.today()
    groups = {}
    since = fields.Datetime.now() - timedelta(days=180)
    recent = dict(
        env["sale.order"]._read_group(
            [("state", "=", "sale"), ("date_order", ">=", since)],
            ["partner_id"],
            ["__count"],
        )
    )
    for partner, count, _total, first, last in env["sale.order"]._read_group(
        [("state", "=", "sale")],
        ["partner_id"],
        ["__count", "amount_total:sum", "date_order:min", "date_order:max"],
    ):
        if count >= 2 and (today - last.date()).days > 90:
            group = 1
        elif recent.get(partner, 0) >= 3:
            group = 2
        else:
            group = 3 if (today - first.date()).days <= 30 else 4
        groups.setdefault(group, []).append(partner.id)
    for group, ids in groups.items():
        env["res.partner"].browse(ids).write({"color": group})
    env.flush_all()


def suite_first(env):
    env.cr.execute("TRUNCATE crm_customer_metric")
    return suite_again(env)


def suite_again(env):
    return env["crm.customer.metric"]._rebuild()


def suite_some(ids):
    def run(env):
        env["crm.customer.metric.dirty"]._add_pairs((id_, None) for id_ in ids)
        env["crm.customer.metric"]._refresh_dirty()

    return run


def cpu_seconds(env):
    """Processor time of this process and of its database process, if it is here."""
    pid = env.cr._cnx.get_backend_pid()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            words = stat.read().rpartition(")")[2].split()
    except OSError:
        return time.perf_counter()
    ticks = int(words[11]) + int(words[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def measure(env, label, run, before=None):
    """Median of RUNS, rolled back each time.

    :return: seconds of processor time
    """
    clock, cpu = [], []
    for _ in range(RUNS):
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        if before:
            before(env)
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        clock.append(time.perf_counter() - start)
        cpu.append(cpu_seconds(env) - start_cpu)
        env.cr.rollback()
        env.invalidate_all()
    median = max(statistics.median(cpu), 0.001)
    seconds = statistics.median(clock)
    print(f"{label:<44}{seconds:8.3f} s{median:9.3f} s cpu", flush=True)
    return median


def first_page(order=None, figures=()):
    """The Customers list as the web client loads it."""
    columns = dict.fromkeys(["complete_name", "phone", "email", *figures], {})

    def run(env):
        env["res.partner"].web_search_read(
            [("member_number", "!=", False)], columns, limit=80, order=order
        )

    return run


def change_orders(ids):
    """Make the customers' figures really differ, so that rows are written."""

    def run(env):
        env.cr.execute(
            "UPDATE sale_order SET amount_total = amount_total + 1"
            " WHERE partner_id = ANY(%s)",
            [ids],
        )

    return run


def check(env):
    env.cr.execute(
        """SELECT count(*) FILTER (WHERE m.order_count <> f.order_count
                       OR m.amount_total IS DISTINCT FROM COALESCE(f.amount_total, 0)
                       OR m.order_count_all <> f.order_count_all), count(*)
             FROM crm_customer_metric m JOIN bench_floor f USING (partner_id)"""
    )
    wrong, common = env.cr.fetchone()
    print(f"same figures as the floor for {common - wrong} of {common} customers")
    if wrong:
        raise SystemExit("the ways disagree")


def main(env):
    env.cr.execute("SELECT count(*) FROM res_partner WHERE member_number LIKE 'B%'")
    if not env.cr.fetchone()[0]:
        load(env, CUSTOMERS)
    env.cr.execute("DROP TABLE IF EXISTS bench_floor")
    env["crm.customer.metric"]._rebuild()
    floor_full(env)
    vacuum(env, "crm_customer_metric", "bench_floor")
    check(env)
    full = measure(env, "floor, all customers", floor_full)
    first = measure(env, "suite, all customers, empty table", suite_first)
    again = measure(env, "suite, all customers, nothing changed", suite_again)
    print(f"  ratio to the floor: {first / full:.2f} first, {again / full:.2f} again")
    if not os.environ.get("BENCH_SKIP_NATIVE"):
        native = measure(env, "native, all customers", native_full)
        print(f"  native / suite: {native / first:.1f}")
    plain = measure(env, "native, first page of contacts", first_page())
    sorted_page = measure(
        env,
        "suite, first page by amount, with figures",
        first_page(
            "customer_amount_total desc",
            ["customer_amount_total", "customer_lifecycle", "customer_last_order_date"],
        ),
    )
    print(f"  ratio to the native list: {sorted_page / plain:.2f}")
    env.cr.execute("SELECT partner_id FROM bench_floor ORDER BY md5(partner_id::text)")
    ids = [row[0] for row in env.cr.fetchall()]
    for number in (1, 1000, len(ids) * 14 // 1000):
        some = ids[:number]
        low = measure(
            env, f"floor, {number} customers", floor_some(some), change_orders(some)
        )
        ours = measure(
            env, f"suite, {number} customers", suite_some(some), change_orders(some)
        )
        print(f"  ratio to the floor: {ours / low:.2f}")


main(env)  # noqa: F821 (given by the shell)
