from odoo import api, models
from odoo.exceptions import AccessError

from ..tools.points_guard import points_write_allowed
from ..tools.points_settlement import points_muted


class SaleOrderCouponPoints(models.Model):
    """What an order will give to a card. Confirming posts it, so it is as good as
    points and no client may write it, sales managers included."""

    _inherit = "sale.order.coupon.points"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_points_are_ours()
        return super().create(vals_list)

    def write(self, vals):
        self._check_points_are_ours()
        return super().write(vals)

    def unlink(self):
        # Odoo lets salespeople confirm an order but not delete its counts, so that
        # they could not cancel one that earned; within its own methods they may.
        counts = self.sudo() if points_write_allowed() else self
        return super(SaleOrderCouponPoints, counts).unlink()

    def _check_points_are_ours(self):
        """:raise AccessError: outside Odoo's own methods that count an order"""
        if not self.env.su and not points_muted():
            raise AccessError(self.env._("The rules count what an order gives."))
