from odoo import models

from ..tools.order_confirmation import running_confirmation


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Points whose last day has passed claim no reward, posted or not.

        While orders are confirmed the ledger itself lets them lapse before it spends:
        asking here too would cost each order a query.
        """
        points = super()._get_real_points_for_coupon(coupon, post_confirm)
        if coupon.is_member_card and not running_confirmation():
            points -= coupon.points_due
        return points
