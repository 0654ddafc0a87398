"""The SQL that turns orders and payments into one row per customer.

How it works. Every statement starts with the same common table expressions::

    param  one row per company: its local day and what follows from it
    scope  (only when some customers are recomputed) their contacts
    total  the sources, added up per commercial partner and company
    fresh  the finished rows: dates, averages, lifecycle

A *source* is a SELECT over ``param`` (and ``scope``) that returns one row per
contact and company with the columns of :data:`SOURCE_COLUMNS`.  Contacts are
mapped to commercial partners once, after the sources have shrunk the orders.

Everything is compared in UTC with limits computed once per company, so that no
time zone arithmetic is done per order.
"""

from odoo.tools import SQL

# What a source returns beside partner_id and company_id, with the value that
# stands for "this source knows nothing about it".
SOURCE_COLUMNS = {
    "order_count": SQL("0"),
    "order_count_all": SQL("0"),
    "recent_count": SQL("0"),
    "amount_total": SQL("0::numeric"),
    "amount_total_all": SQL("0::numeric"),
    "amount_paid": SQL("0::numeric"),
    "first_order": SQL("NULL::timestamp"),
    "last_order": SQL("NULL::timestamp"),
}
# The stored columns of crm_customer_metric that the sources decide.
METRIC_COLUMNS = (
    "order_count",
    "order_count_all",
    "amount_total",
    "amount_total_all",
    "amount_paid",
    "first_order_date",
    "last_order_date",
    "average_order",
    "average_gap_days",
    "lifecycle",
)
MAX_DAYS = 36500  # settings beyond a century would overflow the date type


def columns(alias, names):
    """:return: SQL ``alias.a, alias.b, ...`` for the column ``names``"""
    return SQL(", ").join(SQL.identifier(alias, name) for name in names)


def source(partner, company, values, body):
    """Build one source.

    :param partner, company: SQL of the contact's and the company's id
    :param values: dict of SQL expressions for some of :data:`SOURCE_COLUMNS`
    :param body: SQL from FROM to WHERE; it must join ``param``
    :return: SQL of the SELECT
    """
    unknown = set(values) - set(SOURCE_COLUMNS)
    if unknown:
        raise ValueError(f"Unknown metric columns: {sorted(unknown)}")
    return SQL(
        "SELECT %s AS partner_id, %s AS company_id, %s %s GROUP BY 1, 2",
        partner,
        company,
        SQL(", ").join(
            SQL("%s AS %s", values.get(name, default), SQL.identifier(name))
            for name, default in SOURCE_COLUMNS.items()
        ),
        body,
    )


def scope_join(scoped, alias):
    """:return: SQL that limits table ``alias`` to the customers being recomputed"""
    if not scoped:
        return SQL()
    return SQL(
        "JOIN scope ON scope.partner_id = %s AND scope.company_id = %s",
        SQL.identifier(alias, "partner_id"),
        SQL.identifier(alias, "company_id"),
    )


def param_cte(now, as_of=None, company_ids=None):
    """One row per company: the local day and the limits that follow from it.

    :param datetime now: UTC, naive
    :param as_of: local date, or None for the company's today
    :param company_ids: list of ids, or None for every company
    """
    return SQL(
        """
        param AS MATERIALIZED (
            SELECT c.id AS company_id, c.customer_tz AS tz, day.as_of,
                   COALESCE(currency.decimal_places, 2) AS digits,
                   ((day.as_of + 1)::timestamp AT TIME ZONE c.customer_tz)
                       AT TIME ZONE 'UTC' AS until_utc,
                   ((day.as_of - LEAST(GREATEST(c.regular_customer_days, 0),
                                       %(max_days)s))::timestamp
                       AT TIME ZONE c.customer_tz) AT TIME ZONE 'UTC' AS recent_utc,
                   c.new_customer_days AS new_days,
                   c.regular_customer_orders AS regular_orders,
                   c.lapsed_customer_orders AS lapsed_orders,
                   c.lapsed_customer_days AS lapsed_days
              FROM res_company c
              JOIN res_currency currency ON currency.id = c.currency_id
        CROSS JOIN LATERAL (SELECT COALESCE(%(as_of)s::date, (
                       %(now)s::timestamp AT TIME ZONE 'UTC'
                       AT TIME ZONE c.customer_tz)::date) AS as_of) AS day
             WHERE %(companies)s
        )""",
        max_days=MAX_DAYS,
        as_of=as_of,
        now=now,
        companies=(
            SQL("TRUE") if company_ids is None else SQL("c.id = ANY(%s)", company_ids)
        ),
    )


def scope_ctes(pairs):
    """The customers to recompute, and their contacts.

    :param pairs: list of (commercial partner id, company id or None for all)
    """
    return SQL(
        """
        touched AS MATERIALIZED (
            SELECT DISTINCT t.partner_id, param.company_id
              FROM unnest(%(partners)s::int[], %(companies)s::int[])
                   AS t (partner_id, company_id)
              JOIN param ON t.company_id IS NULL OR t.company_id = param.company_id
        ), scope AS MATERIALIZED (
            SELECT p.id AS partner_id, t.company_id
              FROM touched t
              JOIN res_partner p ON p.commercial_partner_id = t.partner_id
        )""",
        partners=[partner for partner, _company in pairs],
        companies=[company for _partner, company in pairs],
    )


def total_cte(sources):
    """Add the sources up per commercial partner and company.

    A customer without an order in any source has no row: payments alone do not
    make one.
    """
    sums = SQL(", ").join(
        SQL("%s(s.%s) AS %s", SQL(func), SQL.identifier(name), SQL.identifier(name))
        for name, func in (
            (name, {"first_order": "min", "last_order": "max"}.get(name, "sum"))
            for name in SOURCE_COLUMNS
        )
    )
    return SQL(
        """
        total AS (
            SELECT p.commercial_partner_id AS partner_id, s.company_id, %s
              FROM (%s) AS s
              JOIN res_partner p ON p.id = s.partner_id
             WHERE p.commercial_partner_id IS NOT NULL
          GROUP BY 1, 2
            HAVING sum(s.order_count_all) > 0
        )""",
        sums,
        SQL(" UNION ALL ").join(sources),
    )


def lifecycle():
    """:return: SQL of the customer's group; the first match wins (X3-X5)"""
    return SQL("""
        CASE WHEN t.order_count = 0 THEN 'prospect'
             WHEN t.order_count >= param.lapsed_orders
                  AND param.as_of - d.last_date > param.lapsed_days THEN 'lapsed'
             WHEN t.recent_count >= param.regular_orders THEN 'regular'
             WHEN param.as_of - d.first_date <= param.new_days THEN 'new'
             ELSE 'occasional' END""")


def fresh_cte():
    """The rows as crm_customer_metric should hold them."""
    return SQL(
        """
        fresh AS MATERIALIZED (
            SELECT t.partner_id, t.company_id,
                   t.order_count::int AS order_count,
                   t.order_count_all::int AS order_count_all,
                   a.amount_total,
                   round(t.amount_total_all, param.digits) AS amount_total_all,
                   round(t.amount_paid, param.digits) AS amount_paid,
                   d.first_date AS first_order_date,
                   d.last_date AS last_order_date,
                   round(a.amount_total / NULLIF(t.order_count, 0), param.digits)
                       AS average_order,
                   (d.last_date - d.first_date)::float8 / CASE
                       WHEN t.order_count > 1 THEN t.order_count - 1 END
                       AS average_gap_days,
                   %s AS lifecycle
              FROM total t
              JOIN param ON param.company_id = t.company_id
        CROSS JOIN LATERAL (
                   SELECT (t.first_order AT TIME ZONE 'UTC'
                           AT TIME ZONE param.tz)::date AS first_date,
                          (t.last_order AT TIME ZONE 'UTC'
                           AT TIME ZONE param.tz)::date AS last_date) AS d
        CROSS JOIN LATERAL (
                   SELECT round(t.amount_total, param.digits) AS amount_total) AS a
        )""",
        lifecycle(),
    )


def with_fresh(param, scope, sources):
    """:return: SQL of the WITH clause that ends in ``fresh``"""
    parts = [param, *([scope] if scope else []), total_cte(sources), fresh_cte()]
    return SQL("WITH %s", SQL(",").join(parts))


def store_changes(with_clause, scoped):
    """Write the rows that differ, delete the rows of customers without orders.

    :return: SQL that answers one row (written, deleted)
    """
    both = ("partner_id", "company_id", *METRIC_COLUMNS)
    in_scope = SQL(
        "AND (m.partner_id, m.company_id) IN (SELECT partner_id, company_id"
        " FROM touched)"
        if scoped
        else ""
    )
    return SQL(
        """%(with)s,
        written AS (
            INSERT INTO crm_customer_metric (%(names)s)
            SELECT %(values)s
              FROM fresh f
         LEFT JOIN crm_customer_metric m
                ON m.partner_id = f.partner_id AND m.company_id = f.company_id
             WHERE m.id IS NULL
                OR (%(new)s) IS DISTINCT FROM (%(old)s)
       ON CONFLICT (partner_id, company_id) DO UPDATE SET %(assign)s
         RETURNING 1
        ), deleted AS (
            DELETE FROM crm_customer_metric m
             USING param
             WHERE m.company_id = param.company_id %(in_scope)s
               AND NOT EXISTS (
                   SELECT FROM fresh f
                    WHERE f.partner_id = m.partner_id
                      AND f.company_id = m.company_id)
         RETURNING 1
        )
        SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM deleted)""",
        **{
            "with": with_clause,
            "names": SQL(", ").join(map(SQL.identifier, both)),
            "values": columns("f", both),
            "new": columns("f", METRIC_COLUMNS),
            "old": columns("m", METRIC_COLUMNS),
            "assign": SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                for name in METRIC_COLUMNS
            ),
            "in_scope": in_scope,
        },
    )


def differences(with_clause):
    """:return: SQL of the rows that are stored otherwise than ``fresh`` says:
    partner, company, stored row as JSON or NULL, right row as JSON or NULL
    """
    return SQL(
        """%(with)s
        SELECT COALESCE(m.partner_id, f.partner_id),
               COALESCE(m.company_id, f.company_id),
               CASE WHEN m.id IS NOT NULL THEN to_jsonb(m) - 'id' END,
               CASE WHEN f.partner_id IS NOT NULL THEN to_jsonb(f) END
          FROM (SELECT m.* FROM crm_customer_metric m JOIN param USING (company_id)) m
     FULL JOIN fresh f
            ON m.partner_id = f.partner_id AND m.company_id = f.company_id
         WHERE (%(new)s) IS DISTINCT FROM (%(old)s)
      ORDER BY 1, 2""",
        **{
            "with": with_clause,
            "new": columns("f", ("partner_id", *METRIC_COLUMNS)),
            "old": columns("m", ("partner_id", *METRIC_COLUMNS)),
        },
    )
