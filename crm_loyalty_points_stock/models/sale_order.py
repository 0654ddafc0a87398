from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.depends("branch_id")
    def _compute_warehouse_id(self):
        """A branch with a warehouse sends from it; without one Odoo's rule holds."""
        own = self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and order.branch_id.sudo().warehouse_id
                and order.branch_id.company_id == order.company_id
            )
        )
        for order in own:
            order.warehouse_id = order.branch_id.sudo().warehouse_id.id
        return super(SaleOrder, self - own)._compute_warehouse_id()
