"""What the member has bought, when the member came in, and prepaid cards."""

from odoo import http

from .member_home import GET
from .member_own_common import MemberOwnController, own_page


class MemberOrdersController(MemberOwnController):
    @http.route("/member/<string:slug>/orders", **GET)
    @own_page
    def show_member_orders(self, shop, member, page=1, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_orders",
            shop,
            member,
            page=shop._get_member_orders(member, self._read_page(page)),
        )

    @http.route("/member/<string:slug>/visits", **GET)
    @own_page
    def show_member_visits(self, shop, member, page=1, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_visits",
            shop,
            member,
            page=shop._get_member_visits(member, self._read_page(page)),
        )

    @http.route("/member/<string:slug>/prepaid", **GET)
    @own_page
    def show_member_prepaid(self, shop, member, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_prepaid",
            shop,
            member,
            cards=shop._get_member_prepaid(member),
        )
