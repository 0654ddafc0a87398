"""Where the customer metrics come from: orders, invoices, online payments.

Each function returns one source (see :mod:`.metric_sql`): a SELECT with one row
per contact and company.  ``scoped`` says whether only the customers in ``scope``
are recomputed.
"""

from odoo.tools import SQL

from .metric_sql import scope_join, source

ORDER_AMOUNT = SQL("o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1)")


def sale_orders(scoped):
    """Orders in any state; ``state = 'sale'`` is a confirmed one.

    Amounts are in company currency: amount_total / currency_rate, as in Odoo's
    own sales report.
    """
    confirmed = SQL("FILTER (WHERE o.state = 'sale')")
    return source(
        SQL("o.partner_id"),
        SQL("o.company_id"),
        {
            "order_count": SQL("count(*) %s", confirmed),
            "order_count_all": SQL("count(*)"),
            "recent_count": SQL(
                "count(*) FILTER (WHERE o.state = 'sale'"
                " AND o.date_order >= param.recent_utc)"
            ),
            "amount_total": SQL("COALESCE(sum(%s) %s, 0)", ORDER_AMOUNT, confirmed),
            "amount_total_all": SQL("COALESCE(sum(%s), 0)", ORDER_AMOUNT),
            "first_order": SQL("min(o.date_order) %s", confirmed),
            "last_order": SQL("max(o.date_order) %s", confirmed),
        },
        SQL(
            """FROM sale_order o
               JOIN param ON param.company_id = o.company_id %s
              WHERE o.date_order < param.until_utc""",
            scope_join(scoped, "o"),
        ),
    )


def invoices(scoped):
    """What was paid on posted customer invoices, less what was paid back on
    refunds.  An invoice dated after the day in question does not count; the
    residual is today's, as Odoo keeps no history of it.
    """
    return source(
        SQL("m.partner_id"),
        SQL("m.company_id"),
        {"amount_paid": SQL("sum(m.amount_total_signed - m.amount_residual_signed)")},
        SQL(
            """FROM account_move m
               JOIN param ON param.company_id = m.company_id %s
              WHERE m.move_type IN ('out_invoice', 'out_refund')
                AND m.state = 'posted'
                AND COALESCE(m.invoice_date, m.date) <= param.as_of""",
            scope_join(scoped, "m"),
        ),
    )


def transactions(scoped):
    """Online payments that are done, of orders without a posted invoice.

    A payment counts once, for the first of its orders.  A refund hangs on the
    payment it refunds; a payment captured in parts counts by its parts.  Amounts
    in the company's currency stay, others are converted at the order's rate.
    """
    amount = SQL("""
        CASE WHEN t.currency_id = c.currency_id THEN t.amount
             ELSE t.amount / COALESCE(NULLIF(o.currency_rate, 0), 1) END""")
    return source(
        SQL("o.partner_id"),
        SQL("o.company_id"),
        {"amount_paid": SQL("sum(%s)", amount)},
        SQL(
            """FROM sale_order o
               JOIN param ON param.company_id = o.company_id %s
               JOIN res_company c ON c.id = o.company_id
               JOIN sale_order_transaction_rel link ON link.sale_order_id = o.id
               JOIN payment_transaction t
                 ON link.transaction_id = COALESCE(t.source_transaction_id, t.id)
              WHERE t.state = 'done' AND t.operation <> 'validation'
                AND o.date_order < param.until_utc
                AND COALESCE(t.last_state_change, t.create_date) < param.until_utc
                AND o.id = (SELECT min(first.sale_order_id)
                              FROM sale_order_transaction_rel first
                             WHERE first.transaction_id = link.transaction_id)
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
                       AND m.move_type IN ('out_invoice', 'out_refund'))""",
            scope_join(scoped, "o"),
        ),
    )
