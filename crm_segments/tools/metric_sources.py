"""Where the customer metrics come from: orders, invoices, online payments.

Each function returns one source (see :mod:`.metric_sql`): a SELECT with one row per
contact, for the company and the day of ``param``.  ``scoped`` says whether only the
customers in ``scope`` are recomputed.
"""

from odoo.tools import SQL

from .metric_sql import scope_join, source

# Dividing is slow, and nearly all orders are in the company's currency.
ORDER_AMOUNT = SQL("""
    CASE WHEN o.currency_rate = 1 THEN o.amount_total
         ELSE o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1) END""")


def sale_orders(param, scoped):
    """Orders in any state; ``state = 'sale'`` is a confirmed one.

    Amounts are in company currency: amount_total / currency_rate, as in Odoo's
    own sales report.
    """
    confirmed = SQL("FILTER (WHERE o.state = 'sale')")
    return source(
        SQL("o.partner_id"),
        {
            "order_count": SQL("(count(*) %s)::int", confirmed),
            "order_count_all": SQL("count(*)::int"),
            "recent_count": SQL(
                "(count(*) FILTER (WHERE o.state = 'sale'"
                " AND o.date_order >= %s))::int",
                param.recent_utc,
            ),
            "amount_total": SQL("COALESCE(sum(%s) %s, 0)", ORDER_AMOUNT, confirmed),
            "amount_unsold": SQL(
                "COALESCE(sum(%s) FILTER (WHERE o.state <> 'sale'), 0)", ORDER_AMOUNT
            ),
            "first_order": SQL("min(o.date_order) %s", confirmed),
            "last_order": SQL("max(o.date_order) %s", confirmed),
        },
        SQL(
            """FROM sale_order o %s
              WHERE o.company_id = %s AND o.date_order < %s""",
            scope_join(scoped, SQL("o.partner_id")),
            param.company_id,
            param.until_utc,
        ),
    )


def invoices(param, scoped):
    """What was paid on posted customer invoices, less what was paid back on
    refunds.  An invoice dated after the day in question does not count; the
    residual is today's, as Odoo keeps no history of it.
    """
    return source(
        SQL("m.partner_id"),
        {"amount_paid": SQL("sum(m.amount_total_signed - m.amount_residual_signed)")},
        SQL(
            """FROM account_move m %s
              WHERE m.company_id = %s
                AND m.move_type IN ('out_invoice', 'out_refund')
                AND m.state = 'posted'
                AND COALESCE(m.invoice_date, m.date) <= %s""",
            scope_join(scoped, SQL("m.partner_id")),
            param.company_id,
            param.as_of,
        ),
    )


# Online payments as they count for their orders: once, for the first of them. A refund
# hangs on the payment it refunds; a payment captured in parts counts by its parts; once
# an invoice is posted, it tells what was paid.
TRANSACTION_ORDER = SQL(
    """(SELECT min(first.sale_order_id) FROM sale_order_transaction_rel first
         WHERE first.transaction_id = COALESCE(t.source_transaction_id, t.id))"""
)
TRANSACTION_IS_MONEY = SQL(
    """t.state = 'done' AND t.operation <> 'validation'
       AND NOT EXISTS (
           SELECT FROM payment_transaction part
            WHERE part.source_transaction_id = t.id
              AND part.operation <> 'refund' AND part.state = 'done')
       AND NOT EXISTS (
           SELECT FROM sale_order_line line
             JOIN sale_order_line_invoice_rel billed
               ON billed.order_line_id = line.id
             JOIN account_move_line entry
               ON entry.id = billed.invoice_line_id
             JOIN account_move m ON m.id = entry.move_id
            WHERE line.order_id = o.id AND m.state = 'posted'
              AND m.move_type IN ('out_invoice', 'out_refund'))"""
)
TRANSACTION_COUNTS = SQL("o.id = %s AND %s", TRANSACTION_ORDER, TRANSACTION_IS_MONEY)
TRANSACTION_MOMENT = SQL("COALESCE(t.last_state_change, t.create_date)")


def transaction_amount(currency_id):
    """Amounts in the company's currency stay, others are converted at the order's rate.

    :param currency_id: id or SQL of the company's currency
    """
    return SQL(
        """CASE WHEN t.currency_id = %s THEN t.amount
                ELSE t.amount / COALESCE(NULLIF(o.currency_rate, 0), 1) END""",
        currency_id,
    )


def transactions(param, scoped):
    """Online payments that are done, of orders without a posted invoice.

    OFFSET 0 keeps the planner from beginning with every payment of the shop when only
    some customers are asked for.
    """
    return source(
        SQL("o.partner_id"),
        {"amount_paid": SQL("sum(%s)", transaction_amount(param.currency_id))},
        SQL(
            """FROM (SELECT o.id, o.partner_id, o.currency_rate, link.transaction_id
                       FROM sale_order o %(scope)s
                       JOIN sale_order_transaction_rel link
                         ON link.sale_order_id = o.id
                      WHERE o.company_id = %(company_id)s
                        AND o.date_order < %(until_utc)s OFFSET 0) o
               JOIN payment_transaction t
                 ON COALESCE(t.source_transaction_id, t.id) = o.transaction_id
              WHERE %(moment)s < %(until_utc)s AND %(counts)s""",
            scope=scope_join(scoped, SQL("o.partner_id")),
            moment=TRANSACTION_MOMENT,
            counts=TRANSACTION_COUNTS,
            company_id=param.company_id,
            until_utc=param.until_utc,
        ),
    )
