"""What was paid on LINE SHOPPING, for the customers' figures.

Orders that are paid there and have no posted invoice here. Once there is one, it tells
what was paid, as with online payments (see ``metric_sources`` of crm_segments).
"""

from odoo.tools import SQL

from odoo.addons.crm_segments.tools import payment_sources
from odoo.addons.crm_segments.tools.metric_sources import ORDER_AMOUNT
from odoo.addons.crm_segments.tools.metric_sql import scope_join, source

NOT_INVOICED = SQL(
    """NOT EXISTS (
           SELECT FROM sale_order_line line
             JOIN sale_order_line_invoice_rel billed ON billed.order_line_id = line.id
             JOIN account_move_line entry ON entry.id = billed.invoice_line_id
             JOIN account_move m ON m.id = entry.move_id
            WHERE line.order_id = o.id AND m.state = 'posted'
              AND m.move_type IN ('out_invoice', 'out_refund'))"""
)


def orders(param, scoped):
    """A source of the metrics: money that is the shop's."""
    return source(
        SQL("o.partner_id"),
        {"amount_paid": SQL("sum(%s)", ORDER_AMOUNT)},
        SQL(
            """FROM sale_order o %s
              WHERE o.company_id = %s
                AND o.lineshopping_paid_at < %s
                AND o.date_order < %s
                AND (o.lineshopping_refunded_at IS NULL
                     OR o.lineshopping_refunded_at >= %s)
                AND %s""",
            scope_join(scoped, SQL("o.partner_id")),
            param.company_id,
            param.until_utc,
            param.until_utc,
            param.until_utc,
            NOT_INVOICED,
        ),
    )


def payments(now, scope=None):
    """The same money payment by payment: what was paid, and what was paid back."""
    sides = (
        (0, SQL("o.lineshopping_paid_at"), SQL()),
        (1, SQL("o.lineshopping_refunded_at"), SQL("-")),
    )
    return SQL(" UNION ALL ").join(
        SQL(
            """SELECT o.id * 2 + %(side)s AS id, 'lineshopping' AS kind, o.partner_id,
                      o.company_id, %(day)s AS day, %(sign)s %(amount)s AS amount
                 FROM sale_order o JOIN res_company c ON c.id = o.company_id
                WHERE o.lineshopping_paid_at IS NOT NULL
                  AND %(moment)s IS NOT NULL AND %(happened)s AND %(ordered)s
                  AND %(scope)s AND %(period)s AND %(open)s""",
            side=side,
            day=payment_sources.local_day(moment, scope),
            sign=sign,
            amount=ORDER_AMOUNT,
            moment=moment,
            happened=payment_sources.until_today(now, scope, moment),
            ordered=payment_sources.until_today(now, scope, SQL("o.date_order")),
            scope=payment_sources.belongs(
                scope, SQL("o.company_id"), SQL("o.partner_id")
            ),
            period=payment_sources.between_moments(scope, moment),
            open=NOT_INVOICED,
        )
        for side, moment, sign in sides
    )
