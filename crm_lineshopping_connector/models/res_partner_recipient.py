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

    lineshopping_unknown = fields.Boolean(
        "Unknown Buyer",
        readonly=True,
        copy=False,
        help="Stands for the buyers of gifts on LINE SHOPPING whom nobody knows.",
    )

    @api.private
    def _ensure_member_number(self, branch=None):
        """Nobody gets no number."""
        somebody = self.filtered(
            lambda partner: not partner.commercial_partner_id.lineshopping_unknown
        )
        return super(ResPartner, somebody)._ensure_member_number(branch)

    @api.model
    def _recognisable_domain(self, company):
        """Who got a gift is not who bought it."""
        return super()._recognisable_domain(company) & Domain(
            "lineshopping_recipient", "!=", True
        )
