"""Rewards: look, redeem, show the code."""

import re
from uuid import uuid4

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.qr_svg import qr_svg
from .member_home import GET, POST
from .member_own_common import MemberOwnController, own_page

WISH = re.compile(r"[0-9a-f]{32}")
NOTE_LENGTH = 200


class MemberRewardsController(MemberOwnController):
    """`/member/<slug>/rewards` and `/member/<slug>/codes`."""

    @http.route("/member/<string:slug>/rewards", **GET)
    @own_page
    def show_member_rewards(self, shop, member, **_kwargs):
        card = shop._get_member_card(member)
        return self._render_own(
            "crm_loyalty_points.member_rewards",
            shop,
            member,
            rewards=shop._get_member_rewards(card),
            balance=shop._get_member_points(card),
        )

    @http.route("/member/<string:slug>/rewards/<int:reward_id>", **GET)
    @own_page
    def show_member_reward(self, shop, member, reward_id, **_kwargs):
        """One reward, with the question whether to redeem it."""
        card = shop._get_member_card(member)
        rewards = shop._get_member_rewards(card, only=reward_id)
        if not rewards:
            return self._show_not_found(shop, member)
        [reward] = rewards
        return self._render_own(
            "crm_loyalty_points.member_reward",
            shop,
            member,
            reward=reward,
            balance=shop._get_member_points(card),
            # One wish, however often the form is sent.
            wish=uuid4().hex,
            recent=shop._get_recent_redemption(member, reward_id),
            address=reward["kind"] == "delivery" and shop._get_member_address(member),
            states=reward["kind"] == "delivery" and shop._get_address_states(),
        )

    @http.route("/member/<string:slug>/rewards/<int:reward_id>/redeem", **POST)
    @own_page
    def redeem_member_reward(self, shop, member, reward_id, wish="", **values):
        """Spend the points. A form that is sent again shows what it got before."""
        reward = shop._get_shown_rewards(reward_id)
        card = shop._get_member_card(member)
        if not reward or not card or not WISH.fullmatch(wish):
            return self._show_not_found(shop, member)
        if self._is_member_throttled(shop, member, "redeem", wish, 60):
            return self._show_throttled(shop, member)
        try:
            with request.env.cr.savepoint():
                redemption = self._redeem_wish(shop, member, card, reward, wish, values)
        except UserError as error:
            self._say_message(shop, str(error), "danger")
            return self._redirect_member(shop, f"rewards/{reward_id}")
        return self._redirect_member(shop, f"codes/{redemption.id}", done=1)

    def _redeem_wish(self, shop, member, card, reward, wish, values):
        """:return: loyalty.redemption
        :raise UserError: why not"""
        reward = reward.with_context(bin_size=False)
        address = None
        if reward.fulfilment == "delivery":
            known = shop._get_redeemed_wish(member, wish)
            if known:
                return known
            address = shop._take_member_address(member, values)
        return reward._redeem(
            card,
            key=shop._get_wish_key(member, wish),
            address=address,
            note=(values.get("note") or "")[:NOTE_LENGTH] or None,
        )

    @http.route("/member/<string:slug>/codes", **GET)
    @own_page
    def show_member_codes(self, shop, member, page=1, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_codes",
            shop,
            member,
            page=shop._get_member_redemptions(member, self._read_page(page)),
        )

    @http.route("/member/<string:slug>/codes/<int:redemption_id>", **GET)
    @own_page
    def show_member_code(self, shop, member, redemption_id, done="", **_kwargs):
        """One redeemed reward: its code large enough to scan."""
        redemption = shop._get_own_redemption(member, redemption_id)
        if not redemption:
            return self._show_not_found(shop, member)
        code = shop._get_member_redemption(redemption)
        return self._render_own(
            "crm_loyalty_points.member_code",
            shop,
            member,
            code=code,
            qr=code["code"]
            and code["kind"] == "code"
            and qr_svg(code["code"], code["code"]),
            done=done == "1" and code["state"] == "issued",
        )

    @http.route("/member/<string:slug>/codes/<int:redemption_id>/undo", **POST)
    @own_page
    def undo_member_code(self, shop, member, redemption_id, **_kwargs):
        """Take back what was redeemed minutes ago by mistake."""
        redemption = shop._get_own_redemption(member, redemption_id)
        if not redemption:
            return self._show_not_found(shop, member)
        try:
            with request.env.cr.savepoint():
                redemption.with_context(bin_size=False)._undo_by_member()
        except UserError as error:
            self._say_message(shop, str(error), "danger")
            return self._redirect_member(shop, f"codes/{redemption_id}")
        self._say_message(
            shop, shop.env._("Taken back: your points are on the card again.")
        )
        return self._redirect_member(shop, f"rewards/{redemption.reward_id.id}")
