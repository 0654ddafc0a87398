from odoo import fields, models

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported


class SaleOrder(models.Model):
    """Conditions of programmes, rules and rewards on sale orders.

    The moment that counts is when the customer decides. A quotation is asked with the
    present, again when it is confirmed; one that was paid online with the moment of
    the payment, however late the bank's answer comes; a confirmed order with its own
    date, so that later corrections change nothing; an imported one with its own date.
    """

    _inherit = "sale.order"

    def _get_points_moment(self):
        """:return: naive datetime where the shop is: when the conditions are asked"""
        self.ensure_one()
        moment = self.date_order
        if self.state in ("draft", "sent") and not orders_imported():
            moment = self._get_paid_moment() or fields.Datetime.now()
        return self.company_id._get_local_moment(moment)

    def _get_paid_moment(self):
        """:return: naive datetime in UTC when the first good payment began, or None"""
        payments = self.sudo().transaction_ids.filtered(
            lambda payment: payment.state in ("authorized", "done")
        )
        return min(payments.mapped("create_date"), default=None)

    def _get_points_date(self):
        """:return: the day of the order where the shop is, not where its user is"""
        return self._get_points_moment().date()
