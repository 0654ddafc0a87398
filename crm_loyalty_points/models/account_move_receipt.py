from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_points_receipts(self):
        """:return: what the orders of a posted invoice did to points, as the print of
        each order says it"""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return []
        orders = self.sudo().line_ids.sale_line_ids.order_id.with_env(self.env)
        return [
            receipt
            for order in orders
            if order.sudo().state == "sale"
            for receipt in order._get_points_receipts()
        ]
