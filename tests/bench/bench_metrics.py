"""Customer figures: suite against native Odoo against raw SQL.

    setup/bench metrics
    BENCH_CUSTOMERS=200000 setup/odoo shell -d bench < tests/bench/bench_metrics.py

on a database of its own with crm_segments installed: the first run fills it with
customers, orders (five each on average), invoices and online payments, later runs
measure the same rows. Nothing here runs in the test suite.

What each way leaves out:

* suite   nothing: commercial partners, payments, every status, local days, groups,
          RFM scores and groups, comparison with the stored rows
* native  contacts instead of commercial partners, confirmed orders only, no payments,
          no averages, no scores; groups are written to a field of the contact, as a
          server action that tags customers does
* floor   the same work by one hand-written statement: orders, invoices and online
          payments per commercial partner, local days, averages, group, quintiles,
          scores, RFM group, into a new table with a primary key. Not the comparison
          with what was stored before, other sources, other settings. For the first
          pass the new table has the foreign keys and indexes of ours. A refresh scores
          by stored quintiles and updates the rows in place

All figures of all customers are compared before anything is timed.
"""

import os
import sys
from datetime import timedelta

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import SIZE, bulk_load, measure, vacuum  # noqa: E402

from odoo import fields  # noqa: E402
from odoo.tools import SQL  # noqa: E402

ORDERS_PER_CUSTOMER = 5
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
        INSERT INTO res_partner (id, commercial_partner_id, name, active,
                                 autopost_bills, type, lang, member_number,
                                 complete_name, create_date)
        SELECT id, id, 'Bench ' || i, TRUE, 'ask', 'contact', 'en_US',
               'B' || lpad(i::text, 8, '0'), 'Bench ' || i, now()
          FROM (SELECT i, nextval('res_partner_id_seq') AS id
                  FROM generate_series(1, %(customers)s) i) AS numbered
        """,
        numbers,
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


def load_payments(env):
    """Every twentieth customer is a contact person of the next one; every fifth
    confirmed order is invoiced and paid, every fiftieth paid online."""
    env.cr.execute(
        """UPDATE res_partner p
              SET commercial_partner_id = p.id + 1, parent_id = p.id + 1
            WHERE p.member_number LIKE 'B%' AND p.id % 20 = 0
              AND EXISTS (SELECT FROM res_partner WHERE id = p.id + 1)"""
    )
    journal = env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", env.company.id)], limit=1
    )
    numbers = dict(
        journal=journal.id,
        company=env.company.id,
        currency=env.company.currency_id.id,
        provider=env["payment.provider"].search([], limit=1).id,
        method=env["payment.method"]
        .with_context(active_test=False)
        .search([], limit=1)
        .id,
    )
    env.cr.execute(
        """INSERT INTO account_move (name, journal_id, company_id, currency_id, state,
                                     move_type, auto_post, date, invoice_date,
                                     partner_id, commercial_partner_id,
                                     amount_total_signed, amount_residual_signed)
           SELECT 'BENCH/' || o.id, %(journal)s, %(company)s, %(currency)s, 'posted',
                  CASE WHEN o.id %% 100 = 0 THEN 'out_refund' ELSE 'out_invoice' END,
                  'no', o.date_order, o.date_order, o.partner_id,
                  p.commercial_partner_id,
                  CASE WHEN o.id %% 100 = 0 THEN -10 ELSE o.amount_total END, 0
             FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
            WHERE o.state = 'sale' AND o.id %% 5 = 0""",
        numbers,
    )
    env.cr.execute(
        """WITH paid AS (
               INSERT INTO payment_transaction (provider_id, payment_method_id,
                      currency_id, partner_id, reference, state, amount, operation,
                      last_state_change)
               SELECT %(provider)s, %(method)s, %(currency)s, o.partner_id,
                      'BENCH' || o.id, 'done', o.amount_total, 'online_redirect',
                      o.date_order
                 FROM sale_order o WHERE o.state = 'sale' AND o.id %% 50 = 1
            RETURNING id, substr(reference, 6)::int AS order_id)
           INSERT INTO sale_order_transaction_rel (sale_order_id, transaction_id)
           SELECT order_id, id FROM paid""",
        numbers,
    )


# By contact first, while the covering index gives the orders in that order; then by
# commercial partner. Settings of the shop are constants.
FLOOR = """
    WITH contact AS (
        SELECT partner_id, count(*) AS n_all,
               count(*) FILTER (WHERE state = 'sale') AS n,
               count(*) FILTER (WHERE state = 'sale' AND date_order >= %(recent)s)
                   AS recent,
               sum(amount_total) AS amount_all,
               sum(amount_total) FILTER (WHERE state = 'sale') AS amount,
               min(date_order) FILTER (WHERE state = 'sale') AS first_order,
               max(date_order) FILTER (WHERE state = 'sale') AS last_order,
               0::numeric AS paid
          FROM sale_order
         WHERE company_id = %(company)s AND date_order < %(until)s AND %(orders)s
      GROUP BY partner_id
     UNION ALL
        SELECT partner_id, 0, 0, 0, 0, 0, NULL, NULL,
               sum(amount_total_signed - amount_residual_signed)
          FROM account_move
         WHERE company_id = %(company)s AND state = 'posted'
           AND move_type IN ('out_invoice', 'out_refund')
           AND COALESCE(invoice_date, date) <= %(today)s AND %(moves)s
      GROUP BY partner_id
     UNION ALL
        SELECT o.partner_id, 0, 0, 0, 0, 0, NULL, NULL, sum(t.amount)
          FROM payment_transaction t
          JOIN sale_order_transaction_rel r ON r.transaction_id = t.id
          JOIN sale_order o ON o.id = r.sale_order_id
         WHERE o.company_id = %(company)s AND o.date_order < %(until)s
           AND t.state = 'done' AND %(paid)s
           AND NOT EXISTS (
               SELECT FROM sale_order_line l
                 JOIN sale_order_line_invoice_rel lr ON lr.order_line_id = l.id
                 JOIN account_move_line ml ON ml.id = lr.invoice_line_id
                 JOIN account_move m ON m.id = ml.move_id AND m.state = 'posted'
                WHERE l.order_id = o.id)
      GROUP BY o.partner_id
    ), customer AS (
        SELECT p.commercial_partner_id AS partner_id, sum(n)::int AS order_count,
               sum(n_all)::int AS order_count_all, sum(recent) AS recent,
               COALESCE(sum(amount), 0) AS amount_total,
               sum(amount_all) AS amount_total_all, sum(paid) AS amount_paid,
               (min(first_order) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                   AS first_order_date,
               (max(last_order) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                   AS last_order_date
          FROM contact JOIN res_partner p ON p.id = contact.partner_id
      GROUP BY p.commercial_partner_id HAVING sum(n_all) > 0
    ), %(cut)s, scored AS (
        SELECT customer.*,
               CASE WHEN order_count = 0 THEN 0 WHEN last_order_date >= r[1] THEN 5
                    WHEN last_order_date >= r[2] THEN 4
                    WHEN last_order_date >= r[3] THEN 3
                    WHEN last_order_date >= r[4] THEN 2 ELSE 1 END AS rfm_recency,
               CASE WHEN order_count = 0 THEN 0 WHEN order_count <= f[1] THEN 1
                    WHEN order_count <= f[2] THEN 2 WHEN order_count <= f[3] THEN 3
                    WHEN order_count <= f[4] THEN 4 ELSE 5 END AS rfm_frequency,
               CASE WHEN order_count = 0 THEN 0 WHEN amount_total <= m[1] THEN 1
                    WHEN amount_total <= m[2] THEN 2 WHEN amount_total <= m[3] THEN 3
                    WHEN amount_total <= m[4] THEN 4 ELSE 5 END AS rfm_monetary
          FROM customer CROSS JOIN cut
    )
    SELECT partner_id, %(company)s AS company_id, order_count, order_count_all,
           amount_total, amount_total_all, amount_paid, first_order_date,
           last_order_date,
           round(amount_total / NULLIF(order_count, 0), 2) AS average_order,
           (last_order_date - first_order_date)::float8 / NULLIF(order_count - 1, 0)
               AS average_gap_days,
           CASE WHEN order_count >= 3 AND last_order_date > first_order_date
                THEN last_order_date + 1 + GREATEST(14, 2 * (
                    last_order_date - first_order_date) / (order_count - 1)) END
               AS rhythm_lapse_date,
           CASE WHEN order_count = 0 THEN 'prospect'
                WHEN order_count >= 2 AND last_order_date < %(today)s::date - 90
                THEN 'lapsed'
                WHEN recent >= 3 THEN 'regular'
                WHEN first_order_date >= %(today)s::date - 30 THEN 'new'
                ELSE 'occasional' END AS lifecycle,
           rfm_recency, rfm_frequency, rfm_monetary,
           CASE WHEN rfm_recency = 0 THEN NULL
                WHEN rfm_frequency + rfm_monetary >= 7 THEN
                     CASE rfm_recency WHEN 1 THEN 'almost_lost' WHEN 2 THEN 'at_risk'
                                      WHEN 3 THEN 'loyal' ELSE 'champions' END
                WHEN rfm_frequency + rfm_monetary >= 5 THEN
                     CASE rfm_recency WHEN 1 THEN 'almost_lost' WHEN 2 THEN 'at_risk'
                                      WHEN 3 THEN 'needs_attention' ELSE 'loyal' END
                WHEN rfm_recency <= 2 THEN 'dormant'
                WHEN rfm_recency = 3 THEN 'needs_attention'
                ELSE 'promising' END AS rfm_group
      FROM scored
"""
MEASURED = SQL("""cut AS (
        SELECT percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP
                   (ORDER BY last_order_date DESC) AS r,
               percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP
                   (ORDER BY order_count) AS f,
               percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP
                   (ORDER BY amount_total) AS m
          FROM customer WHERE order_count > 0)""")
STORED = SQL("cut AS (SELECT r, f, m FROM bench_cut)")
FIGURES = (
    "order_count order_count_all amount_total amount_total_all amount_paid"
    " first_order_date last_order_date average_order average_gap_days"
    " rhythm_lapse_date lifecycle rfm_recency rfm_frequency rfm_monetary rfm_group"
).split()


def floor_query(env, ids=None):
    """:param ids: commercial partners; default all, with quintiles of their own"""
    [param] = env["crm.customer.metric"]._metric_params(company_ids=[env.company.id])

    def some(column):
        if ids is None:
            return SQL("TRUE")
        return SQL(
            "%s IN (SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s))",
            column,
            ids,
        )

    return SQL(
        FLOOR,
        company=env.company.id,
        tz=param.tz,
        today=param.as_of,
        until=param.until_utc,
        recent=param.recent_utc,
        cut=MEASURED if ids is None else STORED,
        orders=some(SQL("partner_id")),
        moves=some(SQL("partner_id")),
        paid=some(SQL("o.partner_id")),
    )


def floor_full(env):
    env["crm.customer.metric"]._plan_for_everybody()  # the same means for both
    env.cr.execute("DROP TABLE IF EXISTS bench_floor")
    env.cr.execute(SQL("CREATE TABLE bench_floor AS %s", floor_query(env)))
    env.cr.execute("ALTER TABLE bench_floor ADD PRIMARY KEY (partner_id, company_id)")


def floor_first(env):
    """Into a new table with the columns, keys and indexes of ours."""
    env["crm.customer.metric"]._plan_for_everybody()
    env.cr.execute(
        """CREATE TABLE bench_first (LIKE crm_customer_metric INCLUDING ALL,
               FOREIGN KEY (partner_id) REFERENCES res_partner ON DELETE CASCADE,
               FOREIGN KEY (company_id) REFERENCES res_company ON DELETE CASCADE)"""
    )
    names = SQL(", ").join(map(SQL.identifier, ("partner_id", "company_id", *FIGURES)))
    env.cr.execute(
        SQL("INSERT INTO bench_first (%s) %s", names, floor_query(env)),
    )


def floor_cut(env):
    """Keep the quintiles, for the refreshes."""
    env.cr.execute("DROP TABLE IF EXISTS bench_cut")
    env.cr.execute(
        SQL(
            "CREATE TABLE bench_cut AS"
            " WITH customer AS (SELECT * FROM bench_floor), %s SELECT * FROM cut",
            MEASURED,
        )
    )


def floor_some(ids):
    assign = SQL(", ").join(
        SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
        for name in FIGURES
    )

    def run(env):
        env["crm.customer.metric"]._plan_for_some()
        env.cr.execute(
            SQL(
                """INSERT INTO bench_floor %s
                ON CONFLICT (partner_id, company_id) DO UPDATE SET %s""",
                floor_query(env, ids),
                assign,
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


def suite_empty(env):
    env.cr.execute("TRUNCATE crm_customer_metric")


def suite_full(env):
    return env["crm.customer.metric"]._rebuild(company_ids=[env.company.id])


def suite_some(ids):
    def run(env):
        env["crm.customer.metric.dirty"]._add_pairs((id_, None) for id_ in ids)
        env["crm.customer.metric"]._refresh_dirty()

    return run


def first_page(order=None, figures=()):
    """The Customers list as the web client loads it."""
    columns = dict.fromkeys(["complete_name", "phone", "email", *figures], {})

    def run(env):
        env["res.partner"].web_search_read(
            [("member_number", "!=", False)], columns, limit=80, order=order
        )

    return run


def change_orders(ids):
    """One order of each customer changes, so that the figures really differ and rows
    are written."""

    def run(env):
        env.cr.execute(
            """UPDATE sale_order SET amount_total = amount_total + 1
                WHERE id IN (SELECT max(id) FROM sale_order
                              WHERE partner_id = ANY(%s) GROUP BY partner_id)""",
            [ids],
        )

    return run


def check(env):
    """Both ways know the same customers, and every figure of each is the same."""
    same = SQL(" AND ").join(
        SQL(
            "round(m.%(name)s::numeric, 6) IS NOT DISTINCT FROM"
            " round(f.%(name)s::numeric, 6)"
            if name == "average_gap_days"
            else "m.%(name)s IS NOT DISTINCT FROM f.%(name)s",
            name=SQL.identifier(name),
        )
        for name in FIGURES
    )
    env.cr.execute(
        SQL(
            """SELECT count(*) FILTER (WHERE %s), count(*)
                 FROM (SELECT * FROM crm_customer_metric WHERE company_id = %s) m
            FULL JOIN bench_floor f USING (partner_id)""",
            same,
            env.company.id,
        )
    )
    right, customers = env.cr.fetchone()
    print(f"the same figures as the floor for {right} of {customers} customers")
    if right != customers:
        raise SystemExit("the ways disagree")
    return customers


def prepare(env):
    """Rows to measure, and both results stored."""
    env.cr.execute("SELECT count(*) FROM res_partner WHERE member_number LIKE 'B%'")
    tables = "res_partner", "sale_order", "account_move", "payment_transaction"
    if not env.cr.fetchone()[0]:
        with bulk_load(env, *tables):
            load(env, SIZE)
            load_payments(env)
        vacuum(env, *tables)
    elif not env["account.move"].search_count([("name", "=like", "BENCH/%")], limit=1):
        with bulk_load(env, *tables):
            load_payments(env)
        vacuum(env, *tables)
    env["crm.customer.metric.dirty"]._take()
    suite_full(env)
    floor_full(env)
    floor_cut(env)
    vacuum(env, "crm_customer_metric", "bench_floor")


def main(env):
    prepare(env)
    count = check(env)
    full = measure(env, "floor, all customers", floor_full, rows=count)
    again = measure(
        env, "suite, all customers, nothing changed", suite_full, rows=count
    )
    print(f"  ratio to the floor: {again / full:.2f}")
    low = measure(env, "floor, all, keys and indexes", floor_first, rows=count)
    first = measure(env, "suite, all, empty table", suite_full, suite_empty, rows=count)
    print(f"  ratio to the floor: {first / low:.2f}")
    if not os.environ.get("BENCH_SKIP_NATIVE"):
        native = measure(env, "native, all customers", native_full, rows=count)
        print(f"  native / suite: {native / again:.1f}")
    plain = measure(
        env, "floor, first page of contacts, native, no figures", first_page(), rows=80
    )
    sorted_page = measure(
        env,
        "suite, first page by amount, with figures",
        first_page(
            "customer_amount_total desc",
            ["customer_amount_total", "customer_lifecycle", "customer_last_order_date"],
        ),
        rows=80,
    )
    print(f"  ratio to the native list: {sorted_page / plain:.2f}")
    env.cr.execute("SELECT partner_id FROM bench_floor ORDER BY md5(partner_id::text)")
    ids = [row[0] for row in env.cr.fetchall()]
    for number in (1, 1000, len(ids) * 14 // 1000):
        some = ids[:number]
        change = change_orders(some)
        label = f"{number:,} customers"
        low = measure(env, f"floor, {label}", floor_some(some), change, rows=number)
        ours = measure(env, f"suite, {label}", suite_some(some), change, rows=number)
        print(f"  ratio to the floor: {ours / low:.2f}")


main(env)  # noqa: F821 (given by the shell)
