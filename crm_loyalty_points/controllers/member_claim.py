"""The points of a receipt, by the QR code on it."""

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.points_text import points_text
from .member_home import GET, POST
from .member_own_common import MemberOwnController, own_page

WRONG_PER_HOUR = 10
CLAIM = "/member/<string:slug>/claim/<string:token>"


class MemberClaimController(MemberOwnController):
    @http.route(CLAIM, **GET)
    @own_page
    def show_member_claim(self, shop, member, token, **_kwargs):
        """Which receipt it is, and a button: opening a link changes nothing."""
        order = self._find_claimed(shop, member, token)
        if not order:
            return self._show_wrong_claim(shop, member)
        return self._render_own(
            "crm_loyalty_points.member_claim",
            shop,
            member,
            claim=shop._get_claim_view(member, order),
            token=token,
        )

    @http.route(f"{CLAIM}/collect", **POST)
    @own_page
    def collect_member_claim(self, shop, member, token, **_kwargs):
        order = self._find_claimed(shop, member, token)
        if not order:
            return self._show_wrong_claim(shop, member)
        try:
            with request.env.cr.savepoint():
                points = shop._claim_receipt(member, order)
        except UserError as error:
            self._say_message(shop, str(error), "warning")
            return self._redirect_member(shop, f"claim/{token}")
        text = shop.env._("You got %(points)s points.", points=points_text(points))
        self._say_message(shop, text)
        return self._redirect_member(shop)

    def _find_claimed(self, shop, member, token):
        """:return: the order; None for a wrong code, or after too many of them"""
        throttle = request.env["crm.throttle"]
        visitor = f"member {shop.company_id.id} {member.id}"
        if throttle._is_exceeded("claim", visitor, WRONG_PER_HOUR, 60):
            return None
        order = shop._find_claim(token)
        if not order:
            throttle._note_try("claim", visitor, token, 60)
        return order

    def _show_wrong_claim(self, shop, member):
        return self._show_not_found(shop, member)
