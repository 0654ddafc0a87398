from odoo import api, fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    points_preview = fields.Html(compute="_compute_points_preview")

    @api.depends("move_ids")
    def _compute_points_preview(self):
        """As if everything was credited: what is taken out of the credit note before it
        is posted keeps its points."""
        for wizard in self:
            items = wizard.move_ids._origin.sudo().filtered(
                lambda move: move.move_type == "out_invoice"
            )
            rows = [
                (line.id, *line._invoiced_figures(item))
                for item in items.invoice_line_ids
                for line in item.sale_line_ids
            ]
            orders = items.line_ids.sale_line_ids.order_id
            wizard.points_preview = orders._render_points_preview(
                orders._preview_points({"credit": rows}) if rows else [],
                self.env._("Posting the whole credit note changes these points:"),
            )
