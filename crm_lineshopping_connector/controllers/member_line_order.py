"""Orders on LINE SHOPPING that a member claims."""

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.crm_loyalty_points.controllers.member_home import GET, POST
from odoo.addons.crm_loyalty_points.controllers.member_own_common import (
    MemberOwnController,
    own_page,
)
from odoo.addons.crm_loyalty_points.tools.points_text import points_text

from ..models.crm_lineshopping_order_points import UNPAID

PAGE = "/member/<string:slug>/line-order"
WRONG_PER_HOUR = 10
# Of all members together about one order: nobody tries all digits of a number.
WRONG_PER_ORDER = 10
DAY = 24 * 60


class MemberLineOrderController(MemberOwnController):
    @http.route(PAGE, **GET)
    @own_page
    def show_member_line_order(self, shop, member, number="", **_kwargs):
        if not shop._has_line_orders():
            return self._show_not_found(shop, member)
        return self._render_own(
            "crm_lineshopping_connector.member_line_order",
            shop,
            member,
            page=shop._get_line_order_page(member),
            number=shop._read_line_number(number),
        )

    @http.route(f"{PAGE}/claim", **POST)
    @own_page
    def claim_member_line_order(self, shop, member, number="", digits="", **_kwargs):
        if not shop._has_line_orders():
            return self._show_not_found(shop, member)
        number = shop._read_line_number(number)
        if self._is_line_claim_exceeded(shop, member, number):
            return self._show_throttled(shop, member)
        try:
            with request.env.cr.savepoint():
                order = shop._claim_line_order(member, number, digits)
        except UserError as error:
            self._say_message(shop, str(error), "warning")
            return self._redirect_member(shop, "line-order")
        if not order:
            return self._refuse_line_claim(shop, member, number, digits)
        self._say_message(shop, self._get_line_claim_text(shop, order))
        return self._redirect_member(shop, "orders")

    def _is_line_claim_exceeded(self, shop, member, number):
        throttle = request.env["crm.throttle"]
        return any(
            throttle._is_exceeded(scope, visitor, limit, minutes)
            for scope, visitor, limit, minutes in self._line_limits(
                shop, member, number
            )
        )

    def _line_limits(self, shop, member, number):
        """:return: list of (scope, who, tries, minutes)"""
        company = shop.company_id.id
        return [
            ("line_claim", f"member {company} {member.id}", WRONG_PER_HOUR, 60),
            ("line_claim_order", f"order {company} {number}", WRONG_PER_ORDER, DAY),
        ]

    def _refuse_line_claim(self, shop, member, number, digits):
        """One answer to whatever was wrong."""
        throttle = request.env["crm.throttle"]
        for scope, visitor, _limit, minutes in self._line_limits(shop, member, number):
            tried = f"{member.id} {number} {shop._read_line_digits(digits)}"
            throttle._note_try(scope, visitor, tried, minutes)
        self._say_message(
            shop,
            shop.env._(
                "We know no order with this number and these digits that is still "
                "free. If you have just placed it, there is nothing to do: it is "
                "yours as soon as it comes in."
            ),
            "warning",
        )
        return self._redirect_member(shop, "line-order", number=number)

    def _get_line_claim_text(self, shop, order):
        """:return: what the member is told about an order that is his now"""
        env = shop.env
        if order.points_state == "waiting":
            return env._(
                "It is yours. You get the points when the shop has checked it."
            )
        if order.points_state == "given" and order.points:
            return env._(
                "It is yours, with %(points)s points.", points=points_text(order.points)
            )
        if order._get_points_verdict() == UNPAID:
            return env._("It is yours. You get its points when it is paid.")
        return env._("It is yours.")
