"""The card, the history of the points, and what makes the card work offline."""

import json
from types import SimpleNamespace

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools import file_open

from .member_own_common import MemberOwnController, own_page

GET = {"type": "http", "auth": "public", "methods": ["GET"], "sitemap": False}
POST = {"type": "http", "auth": "public", "methods": ["POST"], "sitemap": False}
WORKER = "crm_loyalty_points/static/worker/member_worker.js"


class MemberHomeController(MemberOwnController):
    """`/member/<slug>`: what a member opens first."""

    @http.route("/member/<string:slug>", **GET)
    def show_member_home(self, slug, **_kwargs):
        shop = self._get_shop(slug)
        member = self._get_member(shop)
        if not member:
            return self._show_welcome(shop)
        if shop._get_missing_consents(member):
            return self._lead_to(shop, "terms")
        page = shop._get_member_page(member)
        return self._render_own(
            "crm_loyalty_points.member_home",
            shop,
            member,
            page=page,
            card_tier=SimpleNamespace(name=self._get_tier_name(page)),
        )

    def _get_tier_name(self, page):
        tier = page["card"] and page["card"]["tier"]
        return tier and tier["name"]

    @http.route("/member/<string:slug>/card", **POST)
    @own_page
    def make_member_card(self, shop, member, **_kwargs):
        """Give a customer of the shop, who has agreed to its terms, a member card."""
        member._ensure_member_number()
        shop._ensure_member_card(member)
        return self._redirect_member(shop)

    def _show_welcome(self, shop):
        """What the shop offers, to whoever is not signed in."""
        nobody = request.env["loyalty.card"].sudo()
        return self._render(
            "crm_loyalty_points.member_welcome",
            shop,
            rewards=shop._get_member_rewards(nobody)[:6],
        )

    @http.route("/member/<string:slug>/history", **GET)
    @own_page
    def show_member_history(self, shop, member, page=1, **_kwargs):
        """The entries of the points ledger, the latest first."""
        card = shop._get_member_card(member)
        return self._render_own(
            "crm_loyalty_points.member_history",
            shop,
            member,
            page=shop._get_member_history(card, self._read_page(page)),
            balance=shop._get_member_points(card),
        )

    @http.route("/member/<string:slug>/more", **GET)
    @own_page
    def show_member_more(self, shop, member, **_kwargs):
        """Links to all that is not on the tabs."""
        return self._render_own("crm_loyalty_points.member_more", shop, member)

    # -- offline -------------------------------------------------------------------

    @http.route("/member/<string:slug>/worker.js", **GET)
    def get_member_worker(self, slug, **_kwargs):
        """The script that keeps the card on the device, for this shop's pages only."""
        shop = self._get_shop(slug)
        base = shop._get_path()
        with file_open(WORKER) as file:
            script = f"const BASE = {json.dumps(base)};\n{file.read()}"
        return self._make_worker_response(script, base)

    @http.route("/member/<string:slug>/reward/<int:reward_id>/image", **GET)
    def get_reward_image(self, slug, reward_id, **_kwargs):
        """The picture of a reward, which everybody may see."""
        shop = self._get_shop(slug)
        reward = shop._get_shown_rewards(reward_id)
        if not reward or not reward.image_512:
            raise NotFound
        reward = reward.with_context(bin_size=False)
        stream = (
            request.env["ir.binary"].sudo()._get_image_stream_from(reward, "image_512")
        )
        response = stream.get_response()
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
