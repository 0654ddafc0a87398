from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        """:raise UserError: a code of the order is being used elsewhere"""
        codes = self.order_line.coupon_id.filtered(lambda card: not card.is_member_card)
        codes._check_not_held()
        return super().action_confirm()
