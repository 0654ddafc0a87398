from odoo import models

from odoo.addons.crm_loyalty_points.tools.order_ledger import RETURNED


class StockMove(models.Model):
    """A return that arrived takes its points along; goods that go out again give them
    back. Both happened already, so neither is refused for lack of points."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        orders = self.sudo().sale_line_id.order_id
        orders = orders.filtered(lambda order: order.state == "sale")
        before = orders._get_due_before_ledger()
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        returning = orders.filtered(
            lambda order: any(
                move.to_refund and move.state == "done"
                for move in order.order_line.move_ids
            )
        )
        returning._settle_points(before, RETURNED, owe=True)
        return moves
