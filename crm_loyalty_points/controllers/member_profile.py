"""What members keep about themselves: profile, consents, devices."""

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.crm_signup_question_read import LONG_TEXT_LENGTH
from ..tools.points_text import points_text
from .member_common import DEVICE_COOKIE
from .member_home import GET, POST
from .member_own_common import MemberOwnController, own_page, own_page_always
from .member_photo import read_photos


class MemberProfileController(MemberOwnController):
    @http.route("/member/<string:slug>/profile", **GET)
    @own_page
    def show_member_profile(self, shop, member, **_kwargs):
        return self._render_profile(shop, member)

    def _render_profile(self, shop, member, values=None, typed=None, errors=None):
        profile = shop._get_member_profile(member)
        questions = shop._get_profile_questions(member)
        return self._render_own(
            "crm_loyalty_points.member_profile",
            shop,
            member,
            profile={**profile, **(values or {})},
            known=profile,
            errors=errors or {},
            states=shop._get_address_states(),
            questions=questions,
            photos=shop._get_photo_urls(questions, member),
            typed=typed or shop._get_typed_answers(questions, member),
            gift=points_text(shop._get_open_gift(member)),
        )

    @http.route("/member/<string:slug>/profile/save", **POST)
    @own_page
    def save_member_profile(self, shop, member, **values):
        form = request.httprequest.form
        typed = {
            name: [text[:LONG_TEXT_LENGTH] for text in form.getlist(name)[:50]]
            for name in form
        }
        photos = read_photos(shop._get_questions())
        typed.update(photos)
        errors = shop._save_member_profile(member, values, typed)
        if errors:
            again = shop.env._("Please choose the photo again.")
            errors = {**{name: again for name in photos if photos[name]}, **errors}
            typed.update(dict.fromkeys(photos, []))
            texts = {name: str(value) for name, value in values.items()}
            state = texts.pop("state_id", "")
            texts["state_id"] = int(state) if state.isdecimal() else False
            return self._render_profile(shop, member, texts, typed, errors)
        self._say_saved(shop, member)
        return self._redirect_member(shop, "profile")

    def _say_saved(self, shop, member):
        """Say so, and what the shop gives for a profile that is whole now."""
        text = shop.env._("Saved.")
        if gift := member._give_profile_gift(shop):
            text = shop.env._(
                "Saved. Your profile is complete: %(points)s points for you.",
                points=points_text(gift.points),
            )
        self._say_message(shop, text)

    # -- consents ------------------------------------------------------------------

    @http.route("/member/<string:slug>/consents", **GET)
    @own_page_always
    def show_member_consents(self, shop, member, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_consents",
            shop,
            member,
            consents=shop._get_member_consents(member),
        )

    @http.route("/member/<string:slug>/consents/save", **POST)
    @own_page_always
    def save_member_consent(self, shop, member, purpose="", given="", **_kwargs):
        """Give or withdraw one consent; it can be undone at once."""
        agreed = given == "1"
        try:
            changed = shop._set_member_consent(member, purpose, agreed)
        except UserError:
            return self._show_not_found(shop, member)
        if changed:
            text = shop.env._("Withdrawn. Nothing more is sent to you for this.")
            if agreed:
                text = shop.env._("Thank you, this is noted.")
            self._say_message(
                shop,
                text,
                post=shop._get_path("consents/save"),
                values={"purpose": purpose, "given": "" if agreed else "1"},
                label=shop.env._("Undo"),
            )
        return self._redirect_member(shop, "consents")

    # -- devices -------------------------------------------------------------------

    @http.route("/member/<string:slug>/devices", **GET)
    @own_page_always
    def show_member_devices(self, shop, member, **_kwargs):
        return self._render_own(
            "crm_loyalty_points.member_devices",
            shop,
            member,
            devices=shop._get_member_devices(member, self._get_current_device(shop)),
        )

    @http.route("/member/<string:slug>/devices/<int:device_id>/end", **POST)
    @own_page_always
    def end_member_device(self, shop, member, device_id, **_kwargs):
        device = shop._get_own_devices(member).filtered(
            lambda each: each.id == device_id
        )
        if not device:
            return self._show_not_found(shop, member)
        device.unlink()
        self._say_message(shop, shop.env._("That device is signed out."))
        return self._redirect_member(shop, "devices")

    def _get_current_device(self, shop):
        """:return: crm.member.device (superuser) of this request, perhaps empty"""
        session = self._get_member_session(shop)
        devices = request.env["crm.member.device"].sudo()
        if session:
            return devices.browse(session["device"]).exists()
        token = request.cookies.get(DEVICE_COOKIE)
        return devices._recognise(shop.company_id, token)
