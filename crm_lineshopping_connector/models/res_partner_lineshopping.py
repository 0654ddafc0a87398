from odoo import models


class ResPartner(models.Model):
    """A phone number may tell who bought on LINE SHOPPING."""

    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("phone"):
            self.env["crm.lineshopping.order"]._ask_for_buyers(self)
        return res
from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    lineshopping_recipient = fields.Boolean(
        "Gets Gifts",
        readonly=True,
        copy=False,
        help="Somebody to whom a customer had a gift of LINE SHOPPING sent.",
    )

    @api.model
    def _recognisable_domain(self, company):
        """Who got a gift is not who bought it."""
        return super()._recognisable_domain(company) & Domain(
            "lineshopping_recipient", "!=", True
        )
