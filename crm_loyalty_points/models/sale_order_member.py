from odoo import models

from ..tools.points_text import points_text
from ..tools.thai_day import page_amount, page_moment


class SaleOrder(models.Model):
    """What a member sees of an order of one's own."""

    _inherit = "sale.order"

    def _get_member_order_views(self, shop):
        """All that a page for the member shows, and nothing else of the orders.

        :param shop: crm.shop whose page it is
        :return: {id: dict of `number`, `moment`, `channel`, `amount`, `state_text`,
            all text, `state` ("done" or "cancelled"), and `lines`: list of dicts of
            `name`, `quantity` and `amount`}
        """
        return {order.id: order._get_member_order_view(shop) for order in self}

    def _get_member_order_view(self, shop):
        """:return: see `_get_member_order_views`"""
        env = shop.env
        cancelled = self.state == "cancel"
        return {
            "number": self.name,
            "moment": page_moment(env, shop.company_id, self.date_order),
            "channel": self.team_id.name or "",
            "amount": page_amount(env, self.amount_total, self.currency_id),
            "state": "cancelled" if cancelled else "done",
            "state_text": env._("Cancelled") if cancelled else env._("Ordered"),
            "lines": [
                {
                    "name": (line.name or "").partition("\n")[0],
                    "quantity": points_text(line.product_uom_qty),
                    "amount": page_amount(env, line.price_total, self.currency_id),
                }
                for line in self.order_line
                if not line.display_type
            ],
        }
