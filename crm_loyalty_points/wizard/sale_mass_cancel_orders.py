from odoo import api, fields, models


class SaleMassCancelOrders(models.TransientModel):
    _inherit = "sale.mass.cancel.orders"

    points_preview = fields.Html(compute="_compute_points_preview")

    @api.depends("sale_order_ids")
    def _compute_points_preview(self):
        for wizard in self:
            orders = wizard.sale_order_ids._origin
            wizard.points_preview = orders._render_points_preview(
                orders._preview_points(withdrawn=True),
                self.env._("Cancelling changes these points:"),
            )
