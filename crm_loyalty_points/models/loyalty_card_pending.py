from odoo import fields, models

from ..tools import pending_sql


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    points_pending = fields.Float(
        "Pending Points",
        compute="_compute_points_pending",
        compute_sudo=True,
        digits=(16, 2),
        help="Earned, but not available yet. They are not in the balance.",
    )
    point_pending_ids = fields.One2many(
        "loyalty.point.pending",
        "card_id",
        domain=[("state", "=", "pending")],
        readonly=True,
    )

    def _compute_points_pending(self):
        pending = pending_sql.sums(self.env, self._origin.ids)
        for card in self:
            card.points_pending = pending.get(card._origin.id, 0)
