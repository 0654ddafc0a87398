from odoo import api, models

from ..tools import metric_sources


class CrmCustomerMetric(models.Model):
    _inherit = "crm.customer.metric"

    @api.model
    def _metric_sources(self, param, scoped):
        return [
            *super()._metric_sources(param, scoped),
            metric_sources.pos_orders(param, scoped),
            metric_sources.pos_payments(param, scoped, self._get_pay_later_ids()),
        ]

    @api.model
    def _get_pay_later_ids(self):
        """:return: ids of the payment methods that put the amount on the customer's
        account: it is owed, not paid"""
        methods = self.env["pos.payment.method"].sudo().with_context(active_test=False)
        without_journal = methods.search([("journal_id", "=", False)])
        return without_journal.filtered(lambda method: method.type == "pay_later").ids
