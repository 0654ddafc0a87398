from odoo import models


class ResPartner(models.Model):
    """A phone number may tell who bought on LINE SHOPPING."""

    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("phone"):
            self.env["crm.lineshopping.order"]._ask_for_buyers(self)
        return res
