"""Prove again who one is, before what cannot be undone; another phone number."""

import time

from odoo import http
from odoo.http import request

from ..tools.masked import masked
from .member_code import TEXT_LENGTH, MemberCodeController
from .member_home import GET, POST
from .member_own_common import own_page, own_page_always
from .member_profile import MemberProfileController

CONTACT_KEY = "crm_member_contact"
CONTACT = "/member/<string:slug>/profile/<any(phone,email):kind>"


class MemberProofController(MemberProfileController, MemberCodeController):
    """`/member/<slug>/confirm` and what it guards."""

    def _lead_to_proof(self, shop, path):
        """:return: to the page that asks for a code, and then on to `path`"""
        target = shop._get_path(path)
        return self._redirect_member(shop, "confirm", next=target)

    @http.route("/member/<string:slug>/confirm", **GET)
    @own_page_always
    def show_member_confirm(self, shop, member, sent="", **values):
        kind, address = shop._get_proof_address(member)
        return self._render_own(
            "crm_loyalty_points.member_confirm",
            shop,
            member,
            kind=kind,
            address=masked(kind, address),
            next_page=self._get_next(shop, values.get("next")),
            sent=sent == "1",
        )

    @http.route("/member/<string:slug>/confirm/send", **POST)
    @own_page_always
    def send_member_confirm(self, shop, member, **values):
        kind, address = shop._get_proof_address(member)
        if kind:
            shop._ask_code(
                "confirm", self._get_visitor(), f"confirm {member.id}", kind, address
            )
        target = self._get_next(shop, values.get("next"))
        return self._redirect_member(shop, "confirm", sent="1", next=target)

    @http.route("/member/<string:slug>/confirm/check", **POST)
    @own_page_always
    def check_member_confirm(self, shop, member, code="", **values):
        target = self._get_next(shop, values.get("next"))
        subject, visitor = f"confirm {member.id}", self._get_visitor()
        if not shop._check_code("confirm", visitor, subject, code[:TEXT_LENGTH]):
            self._say_wrong_code(shop)
            return self._redirect_member(shop, "confirm", sent="1", next=target)
        self._make_fresh(shop, member)
        return request.redirect(target, code=303)

    def _say_wrong_code(self, shop):
        text = shop.env._("That is not the code, or it is too old. Send another one.")
        self._say_message(shop, text, "danger")

    def _make_fresh(self, shop, member):
        """The member has just proven who he is."""
        device = self._get_current_device(shop)
        if device and device.partner_id.commercial_partner_id == member:
            request.session.should_rotate = True
            self._open_session(shop, device, proven_at=time.time())
        else:
            self._sign_in(shop, member, remember=False)

    # -- another phone number or e-mail address ----------------------------------------

    @http.route(CONTACT, **GET)
    @own_page
    def show_member_contact(self, shop, member, kind, **_kwargs):
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, f"profile/{kind}")
        return self._render_own(
            "crm_loyalty_points.member_contact",
            shop,
            member,
            kind=kind,
            known=shop._get_member_profile(member)[kind],
        )

    @http.route(f"{CONTACT}/ask", **POST)
    @own_page
    def ask_member_contact(self, shop, member, kind, address="", **_kwargs):
        """Send a code to the new address."""
        if not self._is_fresh(shop):
            return self._lead_to_proof(shop, f"profile/{kind}")
        found, address = shop._read_login(address[:TEXT_LENGTH])
        if found != kind:
            text = shop.env._("This is not a phone number.")
            if kind == "email":
                text = shop.env._("This is not an e-mail address.")
            self._say_message(shop, text, "danger")
            return self._redirect_member(shop, f"profile/{kind}")
        if not shop._can_prove(kind):
            shop._ask_staff(member, kind, address)
            text = shop.env._("Noted. The shop looks at it and changes your number.")
            self._say_message(shop, text)
            return self._redirect_member(shop, "profile")
        request.session[CONTACT_KEY] = {
            "shop": shop.id,
            "kind": kind,
            "address": address,
        }
        subject = self._get_contact_subject(member, kind, address)
        shop._ask_code("contact", self._get_visitor(), subject, kind, address)
        return self._redirect_member(shop, f"profile/{kind}/code")

    def _get_contact_subject(self, member, kind, address):
        return f"contact {member.id} {kind} {address}"

    def _get_asked_contact(self, shop, kind):
        """:return: the new address that was typed in this session, "" without"""
        asked = request.session.get(CONTACT_KEY) or {}
        wanted = asked.get("shop") == shop.id and asked.get("kind") == kind
        return asked["address"] if wanted else ""

    @http.route(f"{CONTACT}/code", **GET)
    @own_page
    def show_member_contact_code(self, shop, member, kind, **_kwargs):
        address = self._get_asked_contact(shop, kind)
        if not address or not self._is_fresh(shop):
            return self._redirect_member(shop, f"profile/{kind}")
        return self._render_own(
            "crm_loyalty_points.member_contact_code",
            shop,
            member,
            kind=kind,
            address=address,
        )

    @http.route(f"{CONTACT}/check", **POST)
    @own_page
    def check_member_contact(self, shop, member, kind, code="", **_kwargs):
        address = self._get_asked_contact(shop, kind)
        if not address or not self._is_fresh(shop):
            return self._redirect_member(shop, f"profile/{kind}")
        subject = self._get_contact_subject(member, kind, address)
        visitor = self._get_visitor()
        if not shop._check_code("contact", visitor, subject, code[:TEXT_LENGTH]):
            self._say_wrong_code(shop)
            return self._redirect_member(shop, f"profile/{kind}/code")
        request.session.pop(CONTACT_KEY)
        if shop._change_contact(member, kind, address):
            self._say_saved(shop, member)
        else:
            text = shop.env._(
                "This is known for another customer. The shop was told and puts both "
                "together."
            )
            self._say_message(shop, text, "warning")
        return self._redirect_member(shop, "profile")
