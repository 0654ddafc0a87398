"""The report of customers: suite beside raw SQL; native Odoo has nothing like it.

    setup/bench report --size 200000

or `setup/odoo shell -d bench < tests/bench/bench_report.py` on a database of its own
that bench_fill.py filled. Of its orders a third is invoiced and paid, another third
paid online; both are added once and committed. The period is the month of the last
order.

What each way leaves out:

* suite   nothing: rights, days of the shop, payments of every kind, refunds, messages,
          contacts of a customer. The page is what the web client asks for: 80 customers
          with every column of the list and their number; the figures are those above it
* floor   one hand-written statement each: orders, payments of invoices and online
          payments of the period per customer. No messages, no rights; of the page only
          number, name, phone, group, orders, paid. Of the payments it knows neither
          refunds nor a payment that counts for the first of several orders

Before anything is timed, the answers are compared.
"""

import os
import sys
from functools import partial

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import bulk_load, measure, vacuum  # noqa: E402

from odoo.tools import SQL  # noqa: E402

from odoo.addons.crm_segments.tools.report_period import whole_months  # noqa: E402

PAGE = 80
TOP = 10
DOMAIN = [("member_number", "!=", False), ("report_active", "=", True)]
COLUMNS = {
    **dict.fromkeys(
        "member_number name phone customer_lifecycle note_text report_order_count"
        " report_paid report_status report_channel zip write_date".split(),
        {},
    ),
    "customer_currency_id": {"fields": {}},
    "customer_group_id": {"fields": {"display_name": {}}},
    "category_id": {"fields": {"display_name": {}, "color": {}}},
    "report_team_id": {"fields": {"display_name": {}}},
    "state_id": {"fields": {"display_name": {}}},
}
# Invoices and their payments get ids of their own, so that what belongs together is
# known: the invoice of an order has the order's id plus the first.
LOAD = """
    INSERT INTO account_move (id, name, journal_id, company_id, currency_id, state,
                              move_type, auto_post, date, invoice_date, partner_id,
                              commercial_partner_id, amount_total_signed,
                              amount_residual_signed)
    SELECT %(move)s + o.id * 2, 'REPORT/' || o.id, %(journal)s, %(company)s,
           %(currency)s, 'posted', 'out_invoice', 'no', o.date_order, o.date_order,
           o.partner_id, o.partner_id, o.amount_total, 0
      FROM sale_order o WHERE o.state = 'sale' AND o.id %% 3 = 0
     UNION ALL
    SELECT %(move)s + o.id * 2 + 1, 'PAID/' || o.id, %(journal)s, %(company)s,
           %(currency)s, 'posted', 'entry', 'no', o.date_order + interval '9 days',
           NULL, o.partner_id, o.partner_id, 0, 0
      FROM sale_order o WHERE o.state = 'sale' AND o.id %% 3 = 0;

    INSERT INTO account_move_line (id, move_id, company_id, currency_id, display_type,
                                   partner_id, account_id, date, debit, credit, balance)
    SELECT %(line)s + m.id - %(move)s, m.id, m.company_id, m.currency_id,
           CASE m.move_type WHEN 'entry' THEN 'product' ELSE 'payment_term' END,
           m.partner_id, %(account)s, m.date, 0, 0, 0
      FROM account_move m WHERE m.id > %(move)s;

    INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, company_id,
                                           amount, max_date, customer_payment_day)
    SELECT %(line)s + o.id * 2, %(line)s + o.id * 2 + 1, o.company_id, o.amount_total,
           o.date_order + interval '9 days', o.date_order + interval '9 days'
      FROM sale_order o WHERE o.state = 'sale' AND o.id %% 3 = 0;

    WITH paid AS (
        INSERT INTO payment_transaction (provider_id, payment_method_id, currency_id,
               partner_id, reference, state, amount, operation, last_state_change)
        SELECT %(provider)s, %(method)s, %(currency)s, o.partner_id, 'REPORT' || o.id,
               'done', o.amount_total, 'online_redirect', o.date_order
          FROM sale_order o WHERE o.state = 'sale' AND o.id %% 3 = 1
     RETURNING id, substr(reference, 7)::int AS order_id)
    INSERT INTO sale_order_transaction_rel (sale_order_id, transaction_id)
    SELECT order_id, id FROM paid
"""
# Payments between %(first)s and %(last)s, per contact and month.
PAID = """
    SELECT partner_id, date_trunc('month', day) AS month, sum(amount) AS paid
      FROM (SELECT m.partner_id, r.customer_payment_day AS day, r.amount
              FROM account_partial_reconcile r
              JOIN account_move_line l ON l.id = r.debit_move_id
              JOIN account_move m ON m.id = l.move_id
             WHERE r.customer_payment_day BETWEEN %(first)s AND %(last)s
               AND m.company_id = %(company)s AND m.state = 'posted'
               AND m.move_type = 'out_invoice'
             UNION ALL
            SELECT o.partner_id,
                   (t.last_state_change AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                   t.amount
              FROM payment_transaction t
              JOIN sale_order_transaction_rel x ON x.transaction_id = t.id
              JOIN sale_order o ON o.id = x.sale_order_id
             WHERE t.last_state_change >= %(first_utc)s
               AND t.last_state_change < %(until_utc)s
               AND t.state = 'done' AND o.company_id = %(company)s
               AND NOT EXISTS (
                   SELECT FROM sale_order_line line
                     JOIN sale_order_line_invoice_rel billed
                       ON billed.order_line_id = line.id
                     JOIN account_move_line entry ON entry.id = billed.invoice_line_id
                     JOIN account_move m ON m.id = entry.move_id
                    WHERE line.order_id = o.id AND m.state = 'posted')) p
  GROUP BY partner_id, month"""
ACTIVE = """
    SELECT p.commercial_partner_id AS customer_id, sum(orders)::int AS orders,
           sum(paid) AS paid
      FROM (SELECT partner_id, count(*) AS orders, 0 AS paid
              FROM sale_order
             WHERE company_id = %(company)s AND state = 'sale'
               AND date_order >= %(first_utc)s AND date_order < %(until_utc)s
          GROUP BY partner_id
             UNION ALL
            SELECT partner_id, 0, paid FROM (%(payments)s) payments) did
      JOIN res_partner p ON p.id = did.partner_id
  GROUP BY p.commercial_partner_id"""
FLOOR_PAGE = """
    SELECT p.id, p.member_number, p.complete_name, p.phone, p.customer_group_id,
           a.orders, a.paid, count(*) OVER ()
      FROM (%(active)s) a JOIN res_partner p ON p.id = a.customer_id
     WHERE p.active AND p.member_number IS NOT NULL
  ORDER BY a.paid DESC, p.id LIMIT %(page)s"""
FLOOR_FIGURES = """
    WITH listed AS MATERIALIZED (
        SELECT a.orders, a.paid, p.customer_group_id, m.lifecycle,
               CASE WHEN a.orders = 0 THEN 'none'
                    WHEN m.first_order_date < %(first)s THEN 'returning'
                    ELSE 'new' END AS status
          FROM (%(active)s) a
          JOIN res_partner p ON p.id = a.customer_id
     LEFT JOIN crm_customer_metric m
            ON m.partner_id = p.id AND m.company_id = %(company)s
         WHERE p.active AND p.member_number IS NOT NULL)
    SELECT status, customer_group_id, lifecycle, count(*), sum(orders), sum(paid)
      FROM listed
  GROUP BY GROUPING SETS ((status), (customer_group_id), (lifecycle))"""
FLOOR_TOP = """
    SELECT month, customer_id, paid, place
      FROM (SELECT month, p.commercial_partner_id AS customer_id, sum(paid) AS paid,
                   row_number() OVER (
                       PARTITION BY month
                       ORDER BY sum(paid) DESC, p.commercial_partner_id) AS place
              FROM (%(payments)s) s JOIN res_partner p ON p.id = s.partner_id
          GROUP BY month, p.commercial_partner_id) ranked
     WHERE place <= %(top)s ORDER BY month DESC, place"""


def load(env):
    journals = env["account.journal"].search([("company_id", "=", env.company.id)])
    numbers = dict(
        journal=journals.filtered(lambda journal: journal.type == "sale")[0].id,
        account=env["account.account"].search([], limit=1).id,
        company=env.company.id,
        currency=env.company.currency_id.id,
        provider=env["payment.provider"].search([], limit=1).id,
        method=env["payment.method"]
        .with_context(active_test=False)
        .search([], limit=1)
        .id,
    )
    for name, table in (("move", "account_move"), ("line", "account_move_line")):
        env.cr.execute(
            SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table))
        )
        numbers[name] = env.cr.fetchone()[0]
    tables = ["account_move", "account_move_line", "account_partial_reconcile"]
    tables += ["payment_transaction", "sale_order_transaction_rel"]
    with bulk_load(env, *tables):
        env.cr.execute(SQL(LOAD, **numbers))
    vacuum(env, *tables)


def report(env, model="res.partner"):
    """:return: model with the context of the report, on the month of the last order"""
    env.cr.execute("SELECT max(date_order)::date FROM sale_order WHERE state = 'sale'")
    first, last = whole_months(*env.cr.fetchone() * 2)
    user = env.ref("base.user_admin")
    return (
        env[model]
        .with_user(user)
        .with_context(
            report_period="custom",
            report_from=first.isoformat(),
            report_to=last.isoformat(),
            report_top=TOP,
            tz="Asia/Bangkok",
        )
    )


def suite_page(env):
    return report(env).web_search_read(
        DOMAIN, COLUMNS, limit=PAGE, order="report_paid desc, id", count_limit=10001
    )


def suite_figures(env):
    return report(env).get_customer_report(DOMAIN)


def suite_top(env):
    """As the list opens: ten months with their customers."""
    columns = {"place": {}, "amount": {}, "phone": {}, "currency_id": {"fields": {}}}
    columns["customer_id"] = {"fields": {"display_name": {}}}
    return report(env, "crm.customer.top").web_read_group(
        [("company_id", "=", env.company.id)],
        ["month:month"],
        ["amount:sum"],
        order="month desc, place",
        auto_unfold=True,
        unfold_read_specification=columns,
    )


def terms(env, months=1):
    """:return: dict of what the floor's statements need"""
    partners = report(env)
    _name, first, last = partners._get_report_period()
    first, last = whole_months(first, last, months)
    scope = partners._get_report_scope(first, last)
    values = dict(company=env.company.id, first=first, last=last, page=PAGE, top=TOP)
    values.update(first_utc=scope.first_utc, until_utc=scope.until_utc)
    values["tz"] = env.company.customer_tz
    values["payments"] = SQL(PAID, **values)
    values["active"] = SQL(ACTIVE, **values)
    return values


def floor(env, statement, months=1):
    return env.execute_query(SQL(statement, **terms(env, months)))


def check(env):
    rows = floor(env, FLOOR_PAGE)
    page = suite_page(env)
    expected = [(row[0], row[5], float(row[6])) for row in rows]
    found = [
        (row["id"], row["report_order_count"], row["report_paid"])
        for row in page["records"]
    ]
    same = found == expected
    figures, numbers = floor(env, FLOOR_FIGURES), suite_figures(env)["numbers"]
    sums = {row[0]: row[3:] for row in figures if row[0]}
    same = same and numbers["customers"] == rows[0][7]
    same = same and numbers["new"] == sums.get("new", [0])[0]
    same = same and numbers["orders"] == sum(row[1] for row in sums.values())
    paid = sum(row[2] for row in sums.values())
    same = same and round(numbers["paid"], 2) == round(float(paid), 2)
    best = floor(env, FLOOR_TOP, 12)
    months = [group["__records"] for group in suite_top(env)["groups"][:10]]
    top = [(row["customer_id"]["id"], row["place"]) for rows in months for row in rows]
    same = same and top == [(row[1], row[3]) for row in best[: len(top)]]
    print(f"the same answers for {rows[0][7]:,} customers of the month: {same}")
    if not same:
        raise SystemExit("the ways disagree")
    return rows[0][7]


def main(env):
    if not env["account.move"].search_count([("name", "=like", "REPORT/%")], limit=1):
        load(env)
        env["crm.customer.metric"]._rebuild()
        vacuum(env, "crm_customer_metric")
    customers = check(env)
    for label, statement, suite, months in (
        ("first page", FLOOR_PAGE, suite_page, 1),
        ("figures", FLOOR_FIGURES, suite_figures, 1),
        (f"best {TOP} of 12 months", FLOOR_TOP, suite_top, 12),
    ):
        run = partial(floor, statement=statement, months=months)
        low = measure(env, f"floor, {label}", run, rows=customers)
        ours = measure(env, f"suite, {label}", suite, rows=customers)
        print(f"  ratio to the floor: {ours / low:.2f}")


main(env)  # noqa: F821 (given by the shell)
