from datetime import timedelta

from odoo import fields, models

from .crm_lineshopping_order_points import DUE, FROZEN, UNPAID

# So many last digits of the phone number of the parcel prove an order number.
DIGITS = 4


class CrmLineshoppingOrder(models.Model):
    """Members claim orders: by the number, and the last digits of the phone number on
    the parcel."""

    _inherit = "crm.lineshopping.order"

    def _get_claim_digits(self):
        """:return: text, what a member has to know; "" where that is not known"""
        phone = self.recipient_phone or ""
        return phone[-DIGITS:] if len(phone) > DIGITS else ""

    def _is_claimable(self, partner):
        """:param partner: res.partner of a member who knows number and digits
        :return: whether it may be his. What another member has claimed, or staff have
            said, stays; by phone alone nothing is certain"""
        self.ensure_one()
        if self.partner_id == partner:
            return True
        if self.match_method == "staff":
            return False
        if self.partner_id and self.match_method != "phone":
            return False
        verdict = self._get_points_verdict()
        return verdict in {DUE, UNPAID, *FROZEN} and self._is_recent()

    def _is_recent(self):
        """:return: whether its buyer may still be found"""
        days = self.shop_id.match_days
        moment = self.checkout_at or self.paid_at
        if not days or not moment:
            return True
        return moment >= fields.Datetime.now() - timedelta(days=days)

    def _claim(self, partner):
        """It is this member's; the points follow. What staff had approved for somebody
        else is to be approved again.

        :param partner: res.partner of the member
        """
        self.ensure_one()
        order = self.sudo()
        if order.partner_id != partner and order.approval in ("first", "approved"):
            order._withdraw_approval()
        order._set_buyer(partner, "claim")
        order._settle_points()

    def _take_early_claims(self):
        """Give these orders to members who claimed them before they came in."""
        free = self.filtered(lambda row: row.match_method in (False, "phone"))
        if not free:
            return
        claims = self.env["crm.lineshopping.claim"]._first_of(free)
        for order, claim in claims.items():
            if order._is_claimable(claim.partner_id):
                order._set_buyer(claim.partner_id.commercial_partner_id, "claim")
                claim.unlink()
