from odoo import api, fields, models

from ..tools import payment_sources


class CrmCustomerPayment(models.Model):
    _inherit = "crm.customer.payment"
    _depends = {
        "pos.order": ["partner_id", "state", "date_order", "account_move"],
        "pos.payment": ["amount", "payment_date", "payment_method_id"],
    }

    @api.model
    def _selection_kind(self):
        return [*super()._selection_kind(), ("till", self.env._("Till"))]

    @api.model
    def _customer_payment_sources(self, scope=None):
        later_ids = self.env["crm.customer.metric"]._get_pay_later_ids()
        now = fields.Datetime.now()
        return {
            **super()._customer_payment_sources(scope),
            "till": payment_sources.pos_payments(now, later_ids, scope),
        }
