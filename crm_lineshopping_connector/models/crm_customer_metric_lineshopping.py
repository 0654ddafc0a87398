from odoo import api, models

from ..tools import lineshopping_paid


class CrmCustomerMetric(models.Model):
    _inherit = "crm.customer.metric"

    @api.model
    def _metric_sources(self, param, scoped):
        return [
            *super()._metric_sources(param, scoped),
            lineshopping_paid.orders(param, scoped),
        ]
