"""What customers paid at the till, as in ``crm_segments.tools.payment_sources``."""

from odoo.tools import SQL

from odoo.addons.crm_segments.tools.payment_sources import (
    belongs,
    between_moments,
    local_day,
    until_today,
)

from .metric_sources import PAYMENT_COUNTS, RATE


def pos_payments(now, later_ids, scope=None):
    """:param datetime now: naive UTC; orders after the local today do not count
    :param later_ids: ids of the payment methods by which nothing is paid yet
    :param scope: Scope, default every company and day
    """
    moment = SQL("payment.payment_date")
    return SQL(
        """SELECT payment.id, 'till' AS kind, o.partner_id, o.company_id,
                  %(day)s AS day, payment.amount / %(rate)s AS amount
             FROM pos_payment payment
             JOIN pos_order o ON o.id = payment.pos_order_id
             JOIN res_company c ON c.id = o.company_id
            WHERE %(ordered)s AND %(counts)s
              AND %(belongs)s AND %(period)s""",
        day=local_day(moment, scope),
        rate=RATE,
        ordered=until_today(now, scope, SQL("o.date_order")),
        counts=SQL(PAYMENT_COUNTS, later_ids),
        belongs=belongs(scope, SQL("o.company_id"), SQL("o.partner_id")),
        period=between_moments(scope, moment),
    )
