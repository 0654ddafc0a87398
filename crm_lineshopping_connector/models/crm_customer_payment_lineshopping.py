from odoo import api, fields, models

from ..tools import lineshopping_paid


class CrmCustomerPayment(models.Model):
    _inherit = "crm.customer.payment"
    _depends = {
        "sale.order": [
            *("amount_total", "lineshopping_paid_at", "lineshopping_refunded_at"),
        ],
    }

    @api.model
    def _selection_kind(self):
        return [*super()._selection_kind(), ("lineshopping", "LINE SHOPPING")]

    @api.model
    def _customer_payment_sources(self, scope=None):
        now = fields.Datetime.now()
        return {
            **super()._customer_payment_sources(scope),
            "lineshopping": lineshopping_paid.payments(now, scope),
        }
