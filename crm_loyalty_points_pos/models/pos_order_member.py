from odoo import models

from odoo.addons.crm_loyalty_points.tools.points_text import points_text
from odoo.addons.crm_loyalty_points.tools.thai_day import page_amount, page_moment


class PosOrder(models.Model):
    """What a member sees of an order at the till."""

    _inherit = "pos.order"

    def _get_member_order_views(self, shop):
        """:return: see ``sale.order._get_member_order_views``"""
        return {order.id: order._get_member_order_view(shop) for order in self}

    def _get_member_order_view(self, shop):
        env = shop.env
        returned = self.amount_total < 0
        return {
            "number": self.pos_reference or self.name,
            "moment": page_moment(env, shop.company_id, self.date_order),
            "channel": self.branch_id.name or self.config_id.name,
            "amount": page_amount(env, self.amount_total, self.currency_id),
            "state": "cancelled" if returned else "done",
            "state_text": env._("Returned") if returned else env._("Paid"),
            "lines": [
                {
                    "name": line.full_product_name or line.product_id.name,
                    "quantity": points_text(line.qty),
                    "amount": page_amount(
                        env, line.price_subtotal_incl, self.currency_id
                    ),
                }
                for line in self.lines
            ],
        }
