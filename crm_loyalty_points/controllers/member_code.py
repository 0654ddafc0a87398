"""Log-in by one-time code, and what other pages need to prove an address."""

import secrets

from odoo import http
from odoo.http import request

from ..models.crm_one_time_code import RESEND_SECONDS
from .member_common import MemberController

VISITOR_KEY = "crm_visitor"
LOGIN_KEY = "crm_member_login"
# Filled in by programs only: people do not see it.
HONEYPOT = "website"
TEXT_LENGTH = 200


class MemberCodeController(MemberController):
    """Base of controllers that prove addresses; has no route of its own.

    Odoo makes one class of all controllers of member pages: the names of their methods
    must differ.
    """

    def _get_visitor(self):
        """:return: dict for ``crm.shop._ask_code`` and ``_check_code``"""
        key = request.session.get(VISITOR_KEY)
        if not key:
            key = request.session[VISITOR_KEY] = secrets.token_urlsafe(24)
        return {"key": key, "address": request.httprequest.remote_addr or ""}

    def _is_robot(self, post):
        return bool(post.get(HONEYPOT))

    def _go(self, shop, path=""):
        """:return: redirect to a page of the shop, to be fetched anew"""
        return request.redirect(shop._get_path(path), code=303)

    def _go_on(self, shop, target):
        """:param str target: path of a page
        :return: redirect to where whoever has just signed in goes on to"""
        return request.redirect(target, code=303)

    def _get_next(self, shop, path):
        """:return: a page of the shop to go on to, never one elsewhere"""
        home = shop._get_path()
        path = path or ""
        safe = path.startswith(f"{home}/") and not set(path) & set("\\\r\n")
        return path if safe else home


class MemberLogin(MemberCodeController):
    @http.route(
        "/member/<string:slug>/login", type="http", auth="public", sitemap=False
    )
    def member_login(self, slug, login="", remember="", **post):
        """Ask for phone number or e-mail address; send a code if somebody has it."""
        shop = self._get_shop(slug)
        target = self._get_next(shop, post.get("next"))
        if request.httprequest.method != "POST":
            if self._get_member(shop):
                return request.redirect(target, code=303)
            return self._render_login(shop, target)
        login = login.strip()[:TEXT_LENGTH]
        kind, address = shop._read_login(login)
        if not kind:
            return self._render_login(shop, target, login=login, invalid=True)
        request.session[LOGIN_KEY] = {
            "shop": shop.id,
            "kind": kind,
            "address": address,
            "remember": bool(remember),
            "next": target,
        }
        if not self._is_robot(post):
            self._ask_login_code(shop, kind, address)
        return self._go(shop, "login/code")

    @http.route(
        "/member/<string:slug>/login/code", type="http", auth="public", sitemap=False
    )
    def member_login_code(self, slug, code="", again="", **post):
        """Take the code that was sent, or send another one."""
        shop = self._get_shop(slug)
        login = request.session.get(LOGIN_KEY) or {}
        if login.get("shop") != shop.id:
            return self._go(shop, "login")
        if request.httprequest.method != "POST":
            return self._render_login_code(shop, login)
        if again:
            self._ask_login_code(shop, login["kind"], login["address"])
            return self._go(shop, "login/code")
        partner = self._check_login_code(shop, login, code[:TEXT_LENGTH])
        if not partner:
            return self._render_login_code(shop, login, refused=True)
        request.session.pop(LOGIN_KEY)
        self._sign_in(shop, partner, login["remember"])
        return self._go_on(shop, login["next"])

    @http.route(
        "/member/<string:slug>/logout",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
    )
    def member_logout(self, slug, **post):
        """Forget the member on this device, and log out of Odoo too."""
        shop = self._get_shop(slug)
        self._sign_out(shop)
        if not request.env.user._is_public():
            request.session.logout(keep_db=True)
        return self._go(shop, "login")

    def _ask_login_code(self, shop, kind, address):
        partner, way, target = shop._get_login_route(kind, address)
        shop._ask_code(
            "login",
            self._get_visitor(),
            self._get_login_subject(kind, address, partner),
            way,
            target,
            known=bool(partner),
        )

    def _check_login_code(self, shop, login, code):
        """:return: the customer whom the code proves, empty if it is not right"""
        kind, address = login["kind"], login["address"]
        partner, _way, _target = shop._get_login_route(kind, address)
        subject = self._get_login_subject(kind, address, partner)
        right = shop._check_code("login", self._get_visitor(), subject, code)
        return partner if right else partner.browse()

    def _get_login_subject(self, kind, address, partner):
        return f"{kind} {address} {partner.id or 0}"

    def _render_login(self, shop, target, **values):
        self._get_visitor()
        return self._render(
            "crm_loyalty_points.member_login_page",
            shop,
            next_page=target,
            odoo_login=f"/web/login?redirect={target}",
            **values,
        )

    def _render_login_code(self, shop, login, **values):
        return self._render(
            "crm_loyalty_points.member_login_code_page",
            shop,
            address=login["address"],
            back=shop._get_path("login"),
            wait=RESEND_SECONDS,
            **values,
        )
