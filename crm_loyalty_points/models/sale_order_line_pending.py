from odoo import models


class SaleOrderLine(models.Model):
    """Points that wait for the delivery come with it."""

    _inherit = "sale.order.line"

    def write(self, vals):
        res = super().write(vals)
        if "qty_delivered" in vals:
            self.order_id._release_points()
        return res
