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
