from odoo import api, models


class CrmVisit(models.Model):
    """Who came in rises at once, where visits count for tiers."""

    _inherit = "crm.visit"

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._rise_visitors()
        return visits

    def write(self, vals):
        res = super().write(vals)
        if {"state", "partner_id", "start"} & vals.keys():
            self._rise_visitors()
        return res

    def _rise_visitors(self):
        came = self.sudo().filtered(lambda visit: visit.state in ("arrived", "done"))
        customers = came.partner_id.commercial_partner_id
        self.env["loyalty.card"]._rise_customers(customers.ids, {"visits"})
