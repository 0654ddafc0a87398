"""What customers paid, payment by payment, each on its day.

The same money as ``amount_paid`` of the customer metrics (see :mod:`.metric_sources`),
split so that the parts add up to it:

* invoices: what each reconciliation took off the residual of a posted customer invoice
  or refund. Its day is that of the payment (a write-off or a difference of exchange has
  the day of its entry); a credit note set off against an invoice has one day on both
  sides, the later of the two, so that the two cancel out in every period.
* online payments of orders without a posted invoice: the day they were done.

Each function returns a SELECT of (id, kind, partner_id, company_id, day, amount); the
contact is not yet mapped to its commercial partner, amounts are in the company's
currency. :data:`Scope` limits it to what an index finds.
"""

from collections import namedtuple

from odoo.tools import SQL

from .metric_sources import (
    TRANSACTION_COUNTS,
    TRANSACTION_IS_MONEY,
    TRANSACTION_MOMENT,
    TRANSACTION_ORDER,
    transaction_amount,
)

# One company, its time zone, the end of its today, and some of its days: dates are
# local, *_utc the same limits in naive UTC. contact_ids limits to the payments of these
# contacts.
Scope = namedtuple(
    "Scope",
    "company_id tz today today_until_utc first_day last_day first_utc until_utc"
    " contact_ids",
    defaults=[None],
)

COLUMNS = ("id", "kind", "partner_id", "company_id", "day", "amount")


def local_day(moment, scope=None):
    """:param moment: SQL of a naive UTC timestamp, in a query with the company ``c``
    :return: SQL of its date in the company's zone"""
    tz = scope.tz if scope else SQL("c.customer_tz")
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, tz)


def until_today(now, scope, moment):
    """:param datetime now: naive UTC
    :return: SQL condition, the moment is not after the company's today"""
    if scope:
        return SQL("%s < %s", moment, scope.today_until_utc)
    return SQL("%s <= %s", local_day(moment), local_day(SQL("%s::timestamp", now)))


def days_first(scope):
    """:return: whether to begin with what an index finds of the days: then each payment
    looks up the few rows it needs, where the planner would read the whole table"""
    return bool(scope) and scope.contact_ids is None


def belongs(scope, company, contact):
    """:param company: SQL of a company's id
    :param contact: SQL of a contact's id
    :return: SQL condition, limits to the company and the contacts of the scope"""
    if not scope:
        return SQL("TRUE")
    if scope.contact_ids is None:
        return SQL("%s = %s", company, scope.company_id)
    return SQL(
        "%s = %s AND %s = ANY(%s)",
        *(company, scope.company_id, contact, scope.contact_ids),
    )


def between_days(scope, day):
    """:return: SQL condition, limits a date column to the days of the scope"""
    if not scope:
        return SQL("TRUE")
    return SQL("%s BETWEEN %s AND %s", day, scope.first_day, scope.last_day)


def between_moments(scope, moment):
    """:return: SQL condition, limits a UTC column to the days of the scope"""
    if not scope:
        return SQL("TRUE")
    return SQL(
        "%(moment)s >= %(first)s AND %(moment)s < %(until)s",
        moment=moment,
        first=scope.first_utc,
        until=scope.until_utc,
    )


def invoices(now, scope=None):
    """:param datetime now: naive UTC; invoices dated after the local today do not count
    :param scope: Scope, default every company and day
    """
    # the residual of either side falls by the amount; what is paid on a credit line
    # (a refund) is paid back
    side = """
        SELECT r.id * 2 + %s AS id, 'invoice' AS kind, m.partner_id, m.company_id,
               r.customer_payment_day AS day, %s r.amount AS amount
          FROM %s WHERE %s"""
    documents = SQL(
        """SELECT line.id, m.partner_id, m.company_id
             FROM account_move_line line
             JOIN account_move m ON m.id = line.move_id %s
            WHERE line.display_type = 'payment_term'
              AND m.move_type IN ('out_invoice', 'out_refund')
              AND m.state = 'posted'
              AND COALESCE(m.invoice_date, m.date) <= %s AND %s""",
        SQL("" if scope else "JOIN res_company c ON c.id = m.company_id"),
        scope.today if scope else local_day(SQL("%s::timestamp", now)),
        belongs(scope, SQL("m.company_id"), SQL("m.partner_id")),
    )
    debit, credit = SQL("r.debit_move_id"), SQL("r.credit_move_id")
    period = between_days(scope, SQL("r.customer_payment_day"))
    return SQL(
        "%s UNION ALL %s",
        SQL(side, 0, SQL(), _reconciled(scope, documents, debit), period),
        SQL(side, 1, SQL("-"), _reconciled(scope, documents, credit), period),
    )


def _reconciled(scope, documents, line_id):
    """:return: SQL of reconciliations ``r`` joined with the lines of documents ``m``
    that they reconcile on one side"""
    if days_first(scope):
        return SQL(
            """account_partial_reconcile r
               JOIN LATERAL (%s AND line.id = %s OFFSET 0) m ON TRUE""",
            *(documents, line_id),
        )
    return SQL(
        "(%s %s) m JOIN account_partial_reconcile r ON m.id = %s",
        documents,
        SQL("OFFSET 0" if scope else ""),
        line_id,
    )


def transactions(now, scope=None):
    """:param datetime now: naive UTC; orders and payments after the local today do not
    count
    :param scope: Scope, default every company and day
    """
    by_days = days_first(scope)
    return SQL(
        """SELECT t.id, 'online' AS kind, o.partner_id, o.company_id,
                  %(day)s AS day, %(amount)s AS amount
             FROM %(rows)s
             JOIN res_company c ON c.id = o.company_id
            WHERE %(paid)s AND %(ordered)s AND %(counts)s AND %(period)s""",
        day=local_day(TRANSACTION_MOMENT, scope),
        amount=transaction_amount(SQL("c.currency_id")),
        rows=_transactions_by_days(scope) if by_days else _transactions(scope),
        paid=until_today(now, scope, TRANSACTION_MOMENT),
        ordered=until_today(now, scope, SQL("o.date_order")),
        counts=TRANSACTION_IS_MONEY if by_days else TRANSACTION_COUNTS,
        period=between_moments(scope, TRANSACTION_MOMENT),
    )


def _transactions(scope):
    """:return: SQL of orders ``o`` joined with their payments ``t``"""
    return SQL(
        """(SELECT o.id, o.partner_id, o.company_id, o.currency_rate, o.date_order,
                   link.transaction_id
              FROM sale_order o
              JOIN sale_order_transaction_rel link ON link.sale_order_id = o.id
             WHERE %s %s) o
             JOIN payment_transaction t
               ON COALESCE(t.source_transaction_id, t.id) = o.transaction_id""",
        belongs(scope, SQL("o.company_id"), SQL("o.partner_id")),
        # of a few contacts, begin with their orders and not with the whole month
        SQL("OFFSET 0" if scope else ""),
    )


def _transactions_by_days(scope):
    """:return: SQL of payments ``t`` joined with the order ``o`` each counts for"""
    return SQL(
        """payment_transaction t
           JOIN LATERAL (
                SELECT o.id, o.partner_id, o.company_id, o.currency_rate, o.date_order
                  FROM sale_order o WHERE o.id = %s AND %s OFFSET 0) o ON TRUE""",
        TRANSACTION_ORDER,
        belongs(scope, SQL("o.company_id"), SQL("o.partner_id")),
    )
