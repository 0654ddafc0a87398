from odoo import models

from odoo.addons.crm_loyalty_points.tools.points_text import points_text
from odoo.addons.crm_loyalty_points.tools.thai_day import page_amount, page_moment

from .crm_lineshopping_order_points import UNPAID


class SaleOrder(models.Model):
    """What a member sees of an order on LINE SHOPPING."""

    _inherit = "sale.order"

    def _get_member_order_view(self, shop):
        view = super()._get_member_order_view(shop)
        row = self._get_lineshopping_order()
        if not row:
            return view
        state, text = row._get_member_state(shop)
        amount = row.total or self.amount_total
        return {
            **view,
            "number": row.number,
            "moment": page_moment(
                shop.env, shop.company_id, row.checkout_at or self.date_order
            ),
            "channel": "LINE SHOPPING",
            "amount": page_amount(shop.env, amount, self.currency_id),
            "state": state,
            "state_text": text,
            "note": row._get_member_note(shop),
        }


class CrmLineshoppingOrder(models.Model):
    _inherit = "crm.lineshopping.order"

    def _get_member_state(self, shop):
        """:return: (state for the look, text)"""
        env = shop.env
        if self.order_status in ("CANCELED", "EXPIRED"):
            return "cancelled", env._("Cancelled")
        if self.payment_status == "REFUND":
            return "cancelled", env._("Refunded")
        if self.payment_status == "PENDING_REFUND":
            return "cancelled", env._("Refund under way")
        if self.order_status == "COMPLETED":
            return "done", env._("Completed")
        if self.shipment_status in ("ON_DELIVERY", "SHIPPED_ALL"):
            return "done", env._("On its way")
        if self.payment_status in ("NO_PAYMENT", "PENDING"):
            return "done", env._("Not paid yet")
        return "done", env._("Ordered")

    def _get_member_note(self, shop):
        """:return: text, how the points stand where they are not on the card"""
        env = shop.env
        if self.points_state == "waiting":
            return env._("The shop checks it before you get the points.")
        if self.points_state == "frozen":
            return env._("Its points are put aside until the refund is decided.")
        if self.points_state == "given":
            coming = self.sale_order_id.points_pending
            if coming:
                return env._(
                    "%(points)s points to come, when the order is completed.",
                    points=points_text(coming),
                )
        elif self._get_points_verdict() == UNPAID:
            return env._("You get its points when it is paid.")
        return ""
