"""The SQL that turns orders and payments into one row per customer.

How it works. Each company has a statement of its own, with its local day and
limits as constants (:class:`Param`), so that PostgreSQL can plan it well.
Every statement starts with the same common table expressions::

    scope  (only when some customers are recomputed) their contacts
    total  the sources, added up per commercial partner
    facts  with dates, averages, lifecycle
    cuts   the borders of the RFM scores (see :mod:`.metric_rfm`): measured on the facts
           of everybody, or stored by an earlier pass
    fresh  the finished rows, with scores

A *source* is a SELECT that returns one row per contact with the columns of
:data:`SOURCE_COLUMNS`.  Contacts are mapped to commercial partners once, after the
sources have shrunk the orders.  Everything is compared in UTC with limits computed
once, so that no time zone arithmetic is done per order.

Stored and fresh rows meet in a FULL JOIN: a hash join whatever PostgreSQL believes
about the number of rows, which it cannot know for aggregates of aggregates.
"""

from collections import namedtuple

from odoo.tools import SQL

from . import metric_rfm

# What a source returns beside partner_id and company_id, with the value that
# stands for "this source knows nothing about it".
SOURCE_COLUMNS = {
    "order_count": SQL("0"),
    "order_count_all": SQL("0"),
    "recent_count": SQL("0"),
    "amount_total": SQL("0::numeric"),
    "amount_unsold": SQL("0::numeric"),  # of the orders that are not confirmed
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
    "rhythm_lapse_date",
    "lifecycle",
    *metric_rfm.SCORE_COLUMNS,
)
# They change by time alone, or because of other customers.
MOVING_COLUMNS = {"lifecycle", *metric_rfm.SCORE_COLUMNS}
RHYTHM_ORDERS = 3  # fewer show no rhythm
MAX_DAYS = 36500  # settings beyond a century would overflow the date type


def columns(alias, names):
    """:return: SQL ``alias.a, alias.b, ...`` for the column ``names``"""
    return SQL(", ").join(SQL.identifier(alias, name) for name in names)


# One company on one day. Dates are local, *_utc are naive UTC; an order counts until
# ``until_utc`` and as a recent one from ``recent_utc`` on. ``cut_id``: the row of RFM
# cut points in force (None: none yet), measured on ``cut_customers`` customers.
Param = namedtuple(
    "Param",
    "company_id currency_id tz digits as_of until_utc recent_utc new_days"
    " regular_orders lapsed_orders lapsed_days rhythm_tenths rhythm_days"
    " cut_id cut_customers",
)


def params(now, as_of=None, company_ids=None):
    """:return: SQL of the rows of :class:`Param`, one per company

    :param datetime now: UTC, naive
    :param as_of: local date, or None for the company's today
    :param company_ids: list of ids, or None for every company
    """
    return SQL(
        """
        SELECT c.id, c.currency_id, c.customer_tz,
               COALESCE(currency.decimal_places, 2), day.as_of,
               ((day.as_of + 1)::timestamp AT TIME ZONE c.customer_tz)
                   AT TIME ZONE 'UTC',
               ((day.as_of - LEAST(GREATEST(c.regular_customer_days, 0), %(max)s))
                   ::timestamp AT TIME ZONE c.customer_tz) AT TIME ZONE 'UTC',
               c.new_customer_days, c.regular_customer_orders,
               c.lapsed_customer_orders, c.lapsed_customer_days,
               round(c.rhythm_factor * 10)::int, c.rhythm_min_days,
               cut.id, COALESCE(cut.customers, 0)
          FROM res_company c
          JOIN res_currency currency ON currency.id = c.currency_id
    CROSS JOIN LATERAL (SELECT COALESCE(%(as_of)s::date, (
                   %(now)s::timestamp AT TIME ZONE 'UTC'
                   AT TIME ZONE c.customer_tz)::date) AS as_of) AS day
     LEFT JOIN LATERAL (SELECT q.id, q.customers FROM crm_rfm_cut q
                         WHERE q.company_id = c.id AND q.day <= day.as_of
                      ORDER BY q.day DESC LIMIT 1) AS cut ON TRUE
         WHERE %(companies)s
      ORDER BY c.id""",
        max=MAX_DAYS,
        as_of=as_of,
        now=now,
        companies=(
            SQL("TRUE") if company_ids is None else SQL("c.id = ANY(%s)", company_ids)
        ),
    )


def source(partner, values, body):
    """Build one source.

    :param partner: SQL of the contact's id
    :param values: dict of SQL expressions for some of :data:`SOURCE_COLUMNS`
    :param body: SQL from FROM to WHERE, for one company
    :return: SQL of the SELECT
    """
    unknown = set(values) - set(SOURCE_COLUMNS)
    if unknown:
        raise ValueError(f"Unknown metric columns: {sorted(unknown)}")
    return SQL(
        "SELECT %s AS partner_id, %s %s GROUP BY 1",
        partner,
        SQL(", ").join(
            SQL("%s AS %s", values.get(name, default), SQL.identifier(name))
            for name, default in SOURCE_COLUMNS.items()
        ),
        body,
    )


def scope_join(scoped, partner):
    """Limit a source to the customers being recomputed.

    :param partner: SQL of the contact's id
    """
    return SQL("JOIN scope ON scope.id = %s", partner) if scoped else SQL()


def scope_cte(partner_ids):
    """:return: SQL of the CTE with all contacts of some commercial partners"""
    return SQL(
        """scope AS MATERIALIZED (
            SELECT id, commercial_partner_id FROM res_partner
             WHERE commercial_partner_id = ANY(%s)
        )""",
        partner_ids,
    )


def total_cte(sources, scoped):
    """Add the sources up per commercial partner.

    A customer without an order in any source has no row: payments alone do not
    make one.

    :param scoped: contacts are found in ``scope`` instead of all partners
    """
    functions = {"first_order": SQL("min"), "last_order": SQL("max")}
    sums = SQL(", ").join(
        SQL(
            "%s(%s) AS %s",
            functions.get(name, SQL("sum")),
            SQL.identifier("s", name),
            SQL.identifier(name),
        )
        for name in SOURCE_COLUMNS
    )
    return SQL(
        """total AS (
            SELECT p.commercial_partner_id AS partner_id, %s
              FROM (%s) AS s
              JOIN %s p ON p.id = s.partner_id
             WHERE p.commercial_partner_id IS NOT NULL
          GROUP BY p.commercial_partner_id
            HAVING sum(s.order_count_all) > 0
        )""",
        sums,
        SQL(" UNION ALL ").join(sources),
        SQL.identifier("scope" if scoped else "res_partner"),
    )


def lifecycle(param):
    """:return: SQL of the customer's group; the first match wins (X3-X5)"""
    return SQL(
        """
        CASE WHEN t.order_count = 0 THEN 'prospect'
             WHEN t.order_count >= %(lapsed_orders)s
                  AND %(as_of)s::date - d.last_date > %(lapsed_days)s THEN 'lapsed'
             WHEN t.recent_count >= %(regular_orders)s THEN 'regular'
             WHEN %(as_of)s::date - d.first_date <= %(new_days)s THEN 'new'
             ELSE 'occasional' END""",
        as_of=param.as_of,
        lapsed_orders=param.lapsed_orders,
        lapsed_days=param.lapsed_days,
        regular_orders=param.regular_orders,
        new_days=param.new_days,
    )


def rhythm_lapse_date(param):
    """The day from which a customer has been silent for too long by its own habit.

    That is longer than so many times its usual gap between orders, and than a number
    of days. A day and not a flag: the days pass without anything being recomputed.

    :return: SQL of the date; NULL for those with too few orders, or all on one day
    """
    return SQL(
        """
        CASE WHEN t.order_count >= %(orders)s AND d.last_date > d.first_date
             THEN d.last_date + 1 + LEAST(GREATEST(
                 %(tenths)s::bigint * (d.last_date - d.first_date)
                     / (10 * (t.order_count - 1)), %(days)s), %(max)s)::int END""",
        orders=RHYTHM_ORDERS,
        tenths=param.rhythm_tenths,
        days=param.rhythm_days,
        max=MAX_DAYS,
    )


def facts_cte(param):
    """The rows as crm_customer_metric should hold them, without the RFM scores."""
    return SQL(
        """facts AS (
            SELECT t.partner_id, %(company_id)s AS company_id,
                   t.order_count::int AS order_count,
                   t.order_count_all::int AS order_count_all,
                   a.amount_total,
                   round(t.amount_total + t.amount_unsold, %(digits)s)
                       AS amount_total_all,
                   round(t.amount_paid, %(digits)s) AS amount_paid,
                   d.first_date AS first_order_date,
                   d.last_date AS last_order_date,
                   round(a.amount_total / NULLIF(t.order_count, 0), %(digits)s)
                       AS average_order,
                   (d.last_date - d.first_date)::float8 / CASE
                       WHEN t.order_count > 1 THEN t.order_count - 1 END
                       AS average_gap_days,
                   %(rhythm)s AS rhythm_lapse_date,
                   %(lifecycle)s AS lifecycle
              FROM total t
        CROSS JOIN LATERAL (
                   SELECT (t.first_order AT TIME ZONE 'UTC'
                           AT TIME ZONE %(tz)s)::date AS first_date,
                          (t.last_order AT TIME ZONE 'UTC'
                           AT TIME ZONE %(tz)s)::date AS last_date) AS d
        CROSS JOIN LATERAL (
                   SELECT round(t.amount_total, %(digits)s) AS amount_total) AS a
        )""",
        company_id=param.company_id,
        digits=param.digits,
        tz=param.tz,
        rhythm=rhythm_lapse_date(param),
        lifecycle=lifecycle(param),
    )


def diff_ctes(param, sources, partner_ids=None, measure=False):
    """Fresh rows beside the stored ones, where they differ.

    :param sources: list of SQL made by :func:`source`
    :param partner_ids: commercial partners, or None for everybody
    :param measure: score by cut points measured on these customers, not by the
        stored ones
    :return: SQL of the WITH clause that ends in ``diff``: the fresh columns (no
        partner_id: the row has to go), stored_id (NULL: the row is new), drifted
        (more than the groups differ, which time alone does not explain)
    """
    facts = [name for name in METRIC_COLUMNS if name not in MOVING_COLUMNS]
    scoped = partner_ids is not None
    ctes = [scope_cte(partner_ids)] if scoped else []
    ctes += [total_cte(sources, scoped), facts_cte(param)]
    ctes.append(
        metric_rfm.measured_cuts_cte()
        if measure
        else metric_rfm.stored_cuts_cte(param.cut_id)
    )
    ctes.append(metric_rfm.fresh_cte())
    stored = SQL(
        "SELECT * FROM crm_customer_metric WHERE company_id = %s %s",
        param.company_id,
        SQL("AND partner_id = ANY(%s)", partner_ids) if scoped else SQL(),
    )
    ctes.append(
        SQL(
            """diff AS MATERIALIZED (
                SELECT f.*, m.id AS stored_id,
                       (%s) IS DISTINCT FROM (%s) AS drifted
                  FROM fresh f FULL JOIN (%s) m ON m.partner_id = f.partner_id
                 WHERE (%s) IS DISTINCT FROM (%s)
            )""",
            columns("f", facts),
            columns("m", facts),
            stored,
            columns("f", ("partner_id", *METRIC_COLUMNS)),
            columns("m", ("partner_id", *METRIC_COLUMNS)),
        )
    )
    return SQL("WITH %s", SQL(",").join(ctes))


def store_changes(diff, param, measured):
    """Write the rows that differ, delete those of customers without orders.

    :param diff: SQL of :func:`diff_ctes`
    :param measured: store the cut points as those of the day, too
    :return: SQL that answers one row (written, deleted, drifted)
    """
    names = ("partner_id", "company_id", *METRIC_COLUMNS)
    return SQL(
        """%(diff)s %(saved)s,
        written AS (
            INSERT INTO crm_customer_metric (%(names)s)
            SELECT %(values)s FROM diff d WHERE d.partner_id IS NOT NULL
       ON CONFLICT (partner_id, company_id) DO UPDATE SET %(assign)s
         RETURNING 1
        ), deleted AS (
            DELETE FROM crm_customer_metric
             WHERE id IN (SELECT stored_id FROM diff WHERE partner_id IS NULL)
         RETURNING 1
        )
        SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM deleted),
               (SELECT count(*) FROM diff WHERE drifted)""",
        diff=diff,
        saved=SQL(", %s", metric_rfm.saved_cuts_cte(param)) if measured else SQL(),
        names=SQL(", ").join(map(SQL.identifier, names)),
        values=columns("d", names),
        assign=SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in METRIC_COLUMNS
        ),
    )


def differences(diff):
    """:return: SQL of the rows that are not stored as they should be:
    (partner, stored row as dict or None, right row as dict or None)
    """
    return SQL(
        """%s
        SELECT COALESCE(d.partner_id, m.partner_id),
               CASE WHEN m.id IS NOT NULL THEN to_jsonb(m) - 'id' END,
               CASE WHEN d.partner_id IS NOT NULL
                    THEN to_jsonb(d) - 'stored_id' - 'drifted' END
          FROM diff d LEFT JOIN crm_customer_metric m ON m.id = d.stored_id
      ORDER BY 1""",
        diff,
    )
