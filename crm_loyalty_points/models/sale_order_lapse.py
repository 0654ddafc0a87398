from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Points whose last day has passed claim no reward, posted or not."""
        points = super()._get_real_points_for_coupon(coupon, post_confirm)
        if coupon.is_member_card:
            points -= coupon.points_due
        return points
