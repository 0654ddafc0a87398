from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    member_since = fields.Date(
        copy=False,
        help="When the customer joined, if before this card was made: members who "
        "came from another system.",
    )
