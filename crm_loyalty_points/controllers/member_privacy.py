"""My data: take them along, have them deleted."""

import secrets

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from .member_home import GET, POST
from .member_own_common import own_page_always
from .member_proof import MemberProofController

DELETE_WORDS = ("delete", "ลบ")
DOWNLOADS_PER_HOUR = 5


class MemberPrivacyController(MemberProofController):
    """`/member/<slug>/privacy`."""

    @http.route("/member/<string:slug>/privacy", **GET)
    @own_page_always
    def show_member_privacy(self, shop, member, **_kwargs):
        return self._render_own("crm_loyalty_points.member_privacy", shop, member)

    @http.route("/member/<string:slug>/privacy/data", **GET)
    @own_page_always
    def show_member_data(self, shop, member, **_kwargs):
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, "privacy/data")
        return self._render_own("crm_loyalty_points.member_data", shop, member)

    @http.route("/member/<string:slug>/privacy/download", **POST)
    @own_page_always
    def download_member_data(self, shop, member, **_kwargs):
        """One ZIP with everything that this company keeps about the member."""
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, "privacy/data")
        turn = secrets.token_hex(8)
        if self._is_member_throttled(
            shop, member, "member_data", turn, DOWNLOADS_PER_HOUR
        ):
            return self._show_throttled(shop, member)
        name, content = shop._export_member(member)
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", content_disposition(name)),
            ("Content-Length", len(content)),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)

    @http.route("/member/<string:slug>/privacy/delete", **GET)
    @own_page_always
    def show_member_delete(self, shop, member, **_kwargs):
        """Say what goes and what stays, and ask for the word."""
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, "privacy/delete")
        return self._render_own(
            "crm_loyalty_points.member_delete",
            shop,
            member,
            plan=shop._get_erasing_plan(member),
        )

    @http.route("/member/<string:slug>/privacy/erase", **POST)
    @own_page_always
    def erase_member(self, shop, member, word="", **_kwargs):
        """Delete the member's data and sign out everywhere."""
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, "privacy/delete")
        if word.strip().lower() not in DELETE_WORDS:
            text = shop.env._("Nothing was deleted: the word was not the right one.")
            self._say_message(shop, text, "warning")
            return self._redirect_member(shop, "privacy/delete")
        try:
            with request.env.cr.savepoint():
                erased = shop._erase_member(member)
        except UserError as error:
            self._say_message(shop, str(error), "danger")
            return self._redirect_member(shop, "privacy/delete")
        if not erased:
            text = shop.env._("Noted. The shop erases your data and answers you.")
            self._say_message(shop, text)
            return self._redirect_member(shop, "privacy")
        self._sign_out(shop)
        request.session.logout(keep_db=True)
        return self._redirect_member(shop, "deleted")

    @http.route("/member/<string:slug>/deleted", **GET)
    def show_member_deleted(self, slug, **_kwargs):
        shop = self._get_shop(slug)
        return self._render("crm_loyalty_points.member_deleted", shop)
