from odoo import api, fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    points_debt = fields.Float(
        "Points Owed",
        compute="_compute_points_debt",
        digits=(16, 2),
        help="Points that were taken back after they had been spent. The next points "
        "pay for them.",
    )

    @api.depends("points", "is_member_card")
    def _compute_points_debt(self):
        for card in self:
            card.points_debt = max(-card.points, 0) if card.is_member_card else 0
