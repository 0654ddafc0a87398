from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.metric.source"]

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "state",
            "date_order",
            "amount_total",
            "currency_rate",
        }

    def _metric_link_fields(self):
        return super()._metric_link_fields() | {"transaction_ids"}
