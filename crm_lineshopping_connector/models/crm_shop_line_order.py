import re

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.tools.signup_values import THAI_DIGITS

from .crm_lineshopping_order_claim import DIGITS

LONGEST = 40


class CrmShop(models.Model):
    """Orders of LINE SHOPPING on the member page."""

    _inherit = "crm.shop"

    def _has_line_orders(self):
        """:return: whether the company sells on LINE SHOPPING"""
        self.ensure_one()
        shops = self.env["crm.lineshopping.shop"].sudo()
        return bool(
            shops.search_count([("company_id", "=", self.company_id.id)], limit=1)
        )

    def _is_line_proven(self, partner):
        """:return: whether the member has shown who he is on LINE: only then what he
        knows of an order counts"""
        self.ensure_one()
        users = self.env["crm.line.user"].sudo()
        domain = [
            ("partner_id", "=", partner.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return bool(partner) and bool(users.search_count(domain, limit=1))

    def _get_line_order_page(self, partner):
        """:return: dict for the page: `ready` (whether a claim can be made), `missing`
        ("card", "line" or ""), `line_url` (where to open the page inside LINE, or
        "")"""
        missing = ""
        if not self._get_member_card(partner):
            missing = "card"
        elif not self._is_line_proven(partner):
            missing = "line"
        return {
            "ready": not missing,
            "missing": missing,
            "line_url": self._get_liff_url() if missing == "line" else "",
        }

    def _get_liff_url(self):
        """:return: link that opens the claim inside LINE, "" without a LIFF page"""
        channel = self.env["crm.line.channel"]._of_company(self.company_id)
        if not channel.liff_id:
            return ""
        return f"https://liff.line.me/{channel.liff_id}?to=claim"

    def _read_line_number(self, text):
        """:return: an order number as it is stored, "" for anything else"""
        text = (text if isinstance(text, str) else "").translate(THAI_DIGITS)
        number = re.sub(r"[\s#\-]", "", text)
        return number if re.fullmatch(r"[0-9A-Za-z]{4,40}", number) else ""

    def _read_line_digits(self, text):
        """:return: the digits of a phone number that were typed, "" for anything else;
        of a whole number the last ones"""
        text = (text if isinstance(text, str) else "").translate(THAI_DIGITS)
        digits = re.sub(r"\D", "", text[:LONGEST])
        return digits[-DIGITS:] if len(digits) >= DIGITS else ""

    def _claim_line_order(self, partner, number, digits):
        """Give a member an order of LINE SHOPPING.

        Claiming again what is one's own changes nothing. What is not there, not free or
        not proven gives the same refusal, so that nobody learns which it was; what is
        not there yet is the member's when it comes.

        :param partner: res.partner of the member
        :param number: order number as typed
        :param digits: last digits of the phone number of the parcel, as typed
        :return: crm.lineshopping.order (superuser), empty when it is refused
        :raise UserError: the member has no card, or has not shown who he is on LINE
        """
        self.ensure_one()
        partner = partner.commercial_partner_id
        page = self._get_line_order_page(partner)
        if not page["ready"]:
            raise UserError(self.env._("Open this page inside LINE, with your card."))
        number = self._read_line_number(number)
        digits = self._read_line_digits(digits)
        orders = self.env["crm.lineshopping.order"].sudo()
        if not number or not digits:
            return orders
        found = orders.search(
            [("company_id", "=", self.company_id.id), ("number", "=", number)]
        )
        if not found:
            claims = self.env["crm.lineshopping.claim"]
            claims._note_claim(self.company_id, partner, number, digits)
        found = found._lock_rows().filtered(
            lambda order: (
                order._get_claim_digits() == digits and order._is_claimable(partner)
            )
        )
        if len(found) != 1:
            return orders
        if found.partner_id != partner or found.match_method != "claim":
            found._claim(partner)
        return found

    # -- my orders -------------------------------------------------------------------

    def _sql_member_orders(self, partner):
        """Orders that a member has claimed are there before they are paid."""
        return [
            *super()._sql_member_orders(partner),
            SQL(
                """SELECT 'sale.order' AS model, o.id, o.date_order AS moment
                     FROM crm_lineshopping_order l
                     JOIN sale_order o ON o.id = l.sale_order_id
                     JOIN res_partner person ON person.id = l.partner_id
                    WHERE person.commercial_partner_id = %s AND l.company_id = %s
                      AND o.state IN ('draft', 'sent')""",
                partner.id,
                self.company_id.id,
            ),
        ]
