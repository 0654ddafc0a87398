"""The member page inside LINE: who opens it is known by LINE, without a password."""

import re
import secrets
import time

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.crm_loyalty_points.controllers.member_home import GET, POST
from odoo.addons.crm_loyalty_points.controllers.member_own_common import own_page_always
from odoo.addons.crm_loyalty_points.controllers.member_proof import (
    MemberProofController,
)

from ..models.crm_shop_line import LINE_INSIDE, LINE_PROVEN
from ..tools.line_api import LineError

LINE_KEY = "crm_line_user"
NONCE_KEY = "crm_line_nonce"
# A LINE account that was proven waits so long for a sign-up or a log-in.
PROVEN_SECONDS = 60 * 60
# Outside LINE others may use the browser next.
PROVEN_OUTSIDE_SECONDS = 10 * 60
# What LINE's own browser says of itself.
LINE_AGENT = " Line/"
# Tokens that LINE refuses: of one visitor, and from one address on the network, behind
# which a whole mobile operator may be.
REFUSED_OF_VISITOR = 30
REFUSED_FROM_ADDRESS = 6000
# What links and rich menus call the pages.
PAGES = {"card": "", "claim": "line-order"}
PAGE = re.compile(r"([a-z0-9][\w\-]{0,60}(/[\w\-]{1,60}){0,3})?", re.ASCII)


class MemberLineController(MemberProofController):
    """`/line/liff/<slug>`, which LINE opens, and `/member/<slug>/line`."""

    # -- who it is on LINE -------------------------------------------------------------

    def _get_shop(self, slug):
        shop = super()._get_shop(slug)
        if self._get_line_session(shop):
            inside = self._is_inside_line()
            shop = shop.with_context(**{LINE_PROVEN: True, LINE_INSIDE: inside})
        return shop

    def _is_inside_line(self):
        """:return: whether in LINE's own browser, where whoever looks is the owner of
        the LINE account. Other browsers may be used by several people in turn."""
        return LINE_AGENT in request.httprequest.user_agent.string

    def _get_line_session(self, shop):
        """:return: id of the crm.line.user that this visitor has proven, or None"""
        proven = (request.session.get(LINE_KEY) or {}).get(str(shop.id))
        if not proven or proven["until"] < time.time():
            return None
        return proven["user"]

    def _get_proven_line_user(self, shop):
        """:return: crm.line.user (superuser) that this visitor has proven to be, empty
        without"""
        users = request.env["crm.line.user"].sudo()
        line_user = users.browse(self._get_line_session(shop)).exists()
        known = line_user.channel_id == shop._get_line_channel()
        return line_user.with_env(shop.env) if known else users

    def _keep_line_user(self, shop, line_user):
        # Whoever knew the session's id before learns nothing of the LINE account.
        request.session.should_rotate = True
        inside = self._is_inside_line()
        seconds = PROVEN_SECONDS if inside else PROVEN_OUTSIDE_SECONDS
        proven = dict(request.session.get(LINE_KEY) or {})
        proven[str(shop.id)] = {
            "user": line_user.id,
            "until": time.time() + seconds,
        }
        request.session[LINE_KEY] = proven

    def _forget_line_user(self, shop):
        proven = dict(request.session.get(LINE_KEY) or {})
        proven.pop(str(shop.id), None)
        request.session[LINE_KEY] = proven

    # -- signing in and out ------------------------------------------------------------

    def _sign_in(self, shop, partner, remember):
        """Whoever has proven a LINE account inside LINE and then to be a member has
        proven that the account is this member's; elsewhere the member is asked."""
        result = super()._sign_in(shop, partner, remember)
        line_user = self._get_proven_line_user(shop)
        member = partner.sudo().commercial_partner_id
        if not self._is_inside_line() and line_user.partner_id != member:
            return result
        if line_user and self._link_line_user(shop, partner, line_user):
            session = self._get_member_session(shop)
            devices = request.env["crm.member.device"].sudo()
            devices.browse(session["device"]).line_user_id = line_user
        return result

    def _go_on(self, shop, target):
        """Outside LINE the member is asked whether the LINE account that was proven in
        this browser is his."""
        line_user = self._get_proven_line_user(shop)
        if not line_user or line_user.partner_id or self._is_inside_line():
            return super()._go_on(shop, target)
        asked = target if target != shop._get_path() else ""
        return self._redirect_member(shop, "line", next=asked)

    def _sign_out(self, shop):
        self._forget_line_user(shop)
        return super()._sign_out(shop)

    def _link_line_user(self, shop, partner, line_user):
        """:return: whether the account is this member's now"""
        try:
            with request.env.cr.savepoint():
                new = line_user._link(partner)
        except UserError as error:
            self._say_message(shop, str(error), "warning")
            return False
        if new:
            text = shop.env._(
                "Your LINE account is connected: from now on LINE signs you in."
            )
            self._say_message(shop, text)
        return True

    # -- what LINE opens ---------------------------------------------------------------

    @http.route("/line/liff/<string:slug>", **GET)
    def open_line_page(self, slug, **_kwargs):
        """The page that asks LINE's script who it is; the script reads the parameters
        itself, after LINE has put them there."""
        shop = self._get_shop(slug)
        channel = shop._get_line_channel()
        if not channel._has_member_page():
            raise NotFound
        if not request.session.get(NONCE_KEY):
            request.session[NONCE_KEY] = secrets.token_urlsafe(24)
        self._get_visitor()
        return self._render(
            "crm_lineshopping_connector.member_line_open",
            shop,
            sdk_url=channel.sdk_url,
            liff_id=channel.liff_id,
            nonce=request.session[NONCE_KEY],
        )

    @http.route("/line/liff/<string:slug>/enter", **POST)
    def enter_line_page(self, slug, id_token="", access_token="", to="", **_kwargs):
        """Take the token that LINE's script got.

        :return: JSON: `url` to go on to; or `refused`, and `message` why. All refusals
            look the same.
        """
        shop = self._get_shop(slug)
        channel = shop._get_line_channel()
        if not channel._has_member_page():
            raise NotFound
        visitor = self._get_visitor()
        if not channel._is_id_token(id_token):
            return self._refuse_line(shop)
        limits = [
            (f"line visitor {visitor['key']}", REFUSED_OF_VISITOR),
            (f"line {visitor['address']}", REFUSED_FROM_ADDRESS),
        ]
        if shop._is_any_exceeded("line_enter", limits):
            return self._refuse_line(shop)
        try:
            line_user = channel._verify_id_token(
                id_token, visitor["key"], request.session.get(NONCE_KEY) or ""
            )
        except LineError:
            return self._answer_line(
                message=shop.env._("LINE does not answer now. Please try again.")
            )
        if not line_user:
            shop._note_each("line_enter", limits)
            return self._refuse_line(shop)
        if line_user.friend_state != "friend":
            channel._read_friendship(line_user, access_token)
        return self._answer_line(url=self._enter_as(shop, line_user, to))

    def _enter_as(self, shop, line_user, to):
        """:return: path of the page to go on to"""
        self._keep_line_user(shop, line_user)
        target = self._get_line_target(shop, to)
        partner = line_user.partner_id.with_env(shop.env)
        if partner and self._is_line_member(shop, partner):
            self._enter_device(shop, partner, line_user)
            self._ask_for_friend(shop, line_user)
            return target
        home = shop._get_path("line")
        return f"{home}?next={target}" if target != shop._get_path() else home

    def _enter_device(self, shop, partner, line_user):
        """Sign in: on the device that is known by this LINE account, if it is one."""
        device = self._get_current_device(shop)
        owner = device.partner_id.commercial_partner_id
        if owner == partner and device.line_user_id == line_user:
            request.session.should_rotate = True
            device._note_use()
            self._open_session(shop, device, proven_at=time.time())
        else:
            self._sign_in(shop, partner, remember=self._is_inside_line())

    def _is_line_member(self, shop, partner):
        allowed = (False, *shop.company_id.parent_ids.ids)
        return partner.active and partner.company_id.id in allowed

    def _get_line_target(self, shop, to):
        """:param str to: as in the link; a page of the shop, by name
        :return: path, the member's card for anything strange"""
        to = (to or "").strip("/")
        page = PAGES.get(to, to)
        return shop._get_path(page if PAGE.fullmatch(page) else "")

    def _ask_for_friend(self, shop, line_user):
        """Without being a friend nobody gets messages."""
        url = shop._get_line_friend_url()
        if line_user.friend_state == "friend" or not url:
            return
        text = shop.env._(
            "Add %(shop)s as a friend on LINE to get news about your points.",
            shop=shop.name,
        )
        label = shop.env._("Add friend")
        self._say_message(shop, text, "warning", url=url, label=label)

    def _answer_line(self, **values):
        headers = [("Cache-Control", "no-store")]
        return request.make_json_response(values, headers=headers)

    def _refuse_line(self, shop):
        text = shop.env._(
            "LINE could not confirm who you are. Please close this page and open it "
            "again."
        )
        return self._answer_line(refused=True, message=text)

    # -- the member's connection to LINE -----------------------------------------------

    @http.route("/member/<string:slug>/line", **GET)
    def show_member_line(self, slug, **values):
        """Whether LINE and the membership are connected, and what to do about it."""
        shop = self._get_shop(slug)
        member = self._get_member(shop)
        line_user = self._get_proven_line_user(shop)
        if not member and not line_user:
            return self._lead_to(shop, "login")
        linked = shop._get_line_users(member)
        target = self._get_next(shop, values.get("next"))
        if not member:
            return self._render(
                "crm_lineshopping_connector.member_line_who",
                shop,
                line_name=line_user.line_name,
                next_page=target,
            )
        return self._render_own(
            "crm_lineshopping_connector.member_line",
            shop,
            member,
            linked=linked.mapped("display_name"),
            to_link=not line_user.partner_id and line_user.display_name or "",
            next_page=target if values.get("next") else "",
            can_link=bool(line_user) and not line_user.partner_id,
            open_url=shop._get_line_page_url(),
        )

    @http.route("/member/<string:slug>/line/connect", **POST)
    @own_page_always
    def connect_member_line(self, shop, member, **values):
        """The LINE account that was proven is the signed-in member's, if it was proven
        just now that it is the member who asks."""
        line_user = self._get_proven_line_user(shop)
        if not line_user:
            return self._redirect_member(shop, "line")
        if not self._is_fresh(shop):
            target = shop._get_path("line")
            return self._redirect_member(shop, "confirm", next=target)
        self._link_line_user(shop, member, line_user)
        if values.get("next"):
            target = self._get_next(shop, values["next"])
            return request.redirect(target, code=303)
        return self._redirect_member(shop, "line")

    @http.route("/member/<string:slug>/line/disconnect", **POST)
    @own_page_always
    def disconnect_member_line(self, shop, member, **_kwargs):
        self._forget_line_user(shop)
        here = self._get_current_device(shop)
        # who disconnects stays signed in here, until the session ends
        here.sudo().line_user_id = False
        shop._get_line_users(member)._unlink_customer()
        text = shop.env._("Your LINE account is not connected any more.")
        self._say_message(shop, text)
        return self._redirect_member(shop, "line")
