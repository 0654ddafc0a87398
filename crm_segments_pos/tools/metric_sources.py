"""What the till adds to the customer metrics: orders, and the money paid for them.

Each function returns one source, as in ``crm_segments.tools.metric_sources``.
"""

from odoo.tools import SQL

from odoo.addons.crm_segments.tools.metric_sql import scope_join, source

RATE = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)")

# Lines that are not an order of their own: they settle a quotation, which counts by
# itself, or take goods back. Both columns have partial indexes, so this reads few rows.
# A till turns the sign of all lines of a refund: quantity and price tell the true one.
_SPECIAL_SUMS = SQL(
    """SELECT l.order_id,
               COALESCE(sum(abs(l.price_subtotal_incl) * sign(l.qty * l.price_unit))
                        FILTER (WHERE l.refunded_orderline_id IS NULL), 0) AS settled
          FROM pos_order_line l
         WHERE (l.sale_order_origin_id IS NOT NULL
            OR l.refunded_orderline_id IS NOT NULL)"""
)
SPECIAL_LINES = SQL(
    "LEFT JOIN (%s GROUP BY l.order_id) special ON special.order_id = o.id",
    _SPECIAL_SUMS,
)
# The same for a few orders: by the lines of each.
SPECIAL_LINES_OF_ORDER = SQL(
    "LEFT JOIN LATERAL (%s AND l.order_id = o.id GROUP BY l.order_id) special ON TRUE",
    _SPECIAL_SUMS,
)

# Something was bought: by its lines where some are special, else by its total, so that
# the lines of ordinary orders need not be read.
IS_ORDER = SQL(
    """(CASE WHEN special.order_id IS NULL THEN o.amount_total >= 0
             ELSE EXISTS (SELECT FROM pos_order_line l
                           WHERE l.order_id = o.id AND l.qty > 0 AND l.price_unit >= 0
                             AND l.sale_order_origin_id IS NULL
                             AND l.refunded_orderline_id IS NULL)
        END)"""
)

# What an order of the till adds to its customer's amounts.
ORDER_AMOUNT = SQL("(o.amount_total - COALESCE(special.settled, 0)) / %s", RATE)
# Payments by other methods than those given, of orders whose invoice does not tell
# already what was paid.
PAYMENT_COUNTS = """o.partner_id IS NOT NULL AND o.state IN ('paid', 'done')
    AND payment.payment_method_id <> ALL(%s)
    AND NOT EXISTS (SELECT FROM account_move m
                     WHERE m.id = o.account_move AND m.state = 'posted')"""


def pos_orders(param, scoped):
    """Orders of the till in any state; 'paid' and 'done' are the confirmed ones.

    A refund is no order and lowers the amounts. Lines that settle a quotation count
    with the quotation; when they are refunded, the amounts are lowered here.
    """
    sold = SQL("o.state IN ('paid', 'done')")
    return source(
        SQL("o.partner_id"),
        {
            "order_count": SQL(
                "(count(*) FILTER (WHERE %s AND %s))::int", sold, IS_ORDER
            ),
            "order_count_all": SQL("(count(*) FILTER (WHERE %s))::int", IS_ORDER),
            "recent_count": SQL(
                "(count(*) FILTER (WHERE %s AND %s AND o.date_order >= %s))::int",
                sold,
                IS_ORDER,
                param.recent_utc,
            ),
            "amount_total": SQL(
                "COALESCE(sum(%s) FILTER (WHERE %s), 0)", ORDER_AMOUNT, sold
            ),
            "amount_unsold": SQL(
                "COALESCE(sum(%s) FILTER (WHERE NOT (%s)), 0)", ORDER_AMOUNT, sold
            ),
            "first_order": SQL(
                "min(o.date_order) FILTER (WHERE %s AND %s)", sold, IS_ORDER
            ),
            "last_order": SQL(
                "max(o.date_order) FILTER (WHERE %s AND %s)", sold, IS_ORDER
            ),
        },
        SQL(
            """FROM pos_order o %s %s
              WHERE o.company_id = %s AND o.date_order < %s
                AND o.partner_id IS NOT NULL""",
            scope_join(scoped, SQL("o.partner_id")),
            SPECIAL_LINES,
            param.company_id,
            param.until_utc,
        ),
    )


def pos_payments(param, scoped, later_ids):
    """Money taken at the till, change and refunds deducted, of orders without a posted
    invoice: an invoice counts what was paid on it.

    :param later_ids: ids of the payment methods by which nothing is paid yet
    """
    return source(
        SQL("o.partner_id"),
        {"amount_paid": SQL("sum(payment.amount / %s)", RATE)},
        SQL(
            """FROM pos_order o %(scope)s
               JOIN pos_payment payment ON payment.pos_order_id = o.id
              WHERE o.company_id = %(company_id)s AND o.date_order < %(until_utc)s
                AND %(counts)s""",
            scope=scope_join(scoped, SQL("o.partner_id")),
            company_id=param.company_id,
            until_utc=param.until_utc,
            counts=SQL(PAYMENT_COUNTS, later_ids),
        ),
    )
