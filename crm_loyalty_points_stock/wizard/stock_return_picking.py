from collections import defaultdict

from odoo import api, fields, models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    points_preview = fields.Html(compute="_compute_points_preview")

    @api.depends("product_return_moves.quantity", "product_return_moves.to_refund")
    def _compute_points_preview(self):
        """Follows the quantities as they are typed."""
        for wizard in self:
            quantities = defaultdict(float)
            for item in wizard.product_return_moves:
                line = item.move_id.sudo().sale_line_id
                if line and item.quantity and item.to_refund:
                    quantities[line] += item.move_id.product_uom._compute_quantity(
                        item.quantity, line.product_uom_id, round=False
                    )
            lines = self.env["sale.order.line"].sudo().union(*quantities)
            supposed = {line.id: qty for line, qty in quantities.items()}
            orders = lines.order_id
            wizard.points_preview = orders._render_points_preview(
                orders._preview_points({"stock": supposed}) if supposed else [],
                self.env._("When these goods have arrived, these points change:"),
            )
