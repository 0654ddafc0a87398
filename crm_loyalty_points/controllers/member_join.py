"""The sign-up form of a shop, and the code that proves it."""

import secrets

from odoo import http
from odoo.http import request

from ..models.crm_one_time_code import RESEND_SECONDS
from ..models.crm_shop_terms import MARKETING
from ..models.crm_signup_question_read import ADDRESS_FIELDS, LONG_TEXT_LENGTH
from .member_code import MemberCodeController
from .member_photo import read_photos

JOIN_KEY = "crm_member_join"
REMEMBER_KEY = "crm_member_join_remember"
TOKEN_LENGTH = 64


class MemberJoin(MemberCodeController):
    @http.route("/member/<string:slug>/join", type="http", auth="public", sitemap=False)
    def member_join(self, slug, b="", token="", **post):
        """Show the form; take it and send the code that proves it."""
        shop = self._get_shop(slug)
        if request.httprequest.method != "POST":
            if self._get_member(shop):
                return self._go(shop)
            return self._render_join(shop, {}, b=b)
        token = token[:TOKEN_LENGTH]
        signup = self._get_join_signup(shop, token)
        if signup.state == "done":
            return self._welcome_member(shop, signup)
        typed = self._get_join_typed(shop, signup)
        _answers, errors = shop._read_typed(typed)
        if not typed.get("agree"):
            errors["agree"] = request.env._("Without your consent nobody can join.")
        if errors:
            return self._render_join(
                shop, self._keep_join_photos(shop, token, typed), errors, b, token
            )
        return self._take_join(shop, token, typed, b, self._is_robot(post))

    @http.route(
        "/member/<string:slug>/join/code", type="http", auth="public", sitemap=False
    )
    def member_join_code(self, slug, code="", again="", **post):
        """Take the code that proves a form, or send another one."""
        shop = self._get_shop(slug)
        join = request.session.get(JOIN_KEY) or {}
        signup = self._get_join_signup(shop, join.get("token"))
        if not signup or join["shop"] != shop.id:
            return self._go(shop, "join")
        if signup.state == "done":
            return self._welcome_member(shop, signup)
        if request.httprequest.method != "POST":
            return self._render_join_code(shop, signup)
        if again:
            self._ask_join_code(shop, signup)
            return self._go(shop, "join/code")
        _kind, _address, subject = shop._get_signup_subject(signup.typed)
        if not shop._check_code("join", self._get_visitor(), subject, code[:20]):
            return self._render_join_code(shop, signup, refused=True)
        return self._finish_join(shop, signup, join["branch"], proven=True)

    def _take_join(self, shop, token, typed, branch, robot):
        visitor = self._get_visitor()
        addresses = shop._get_signup_addresses(typed)
        if shop._is_signup_exceeded(visitor, addresses):
            error = request.env._("This did not work. Please try again in an hour.")
            return self._render_join(shop, typed, {"form": error}, branch, token)
        signup = request.env["crm.signup"]._keep(
            shop, self._get_join_secret(token), typed
        )
        shop._note_signup(visitor, addresses)
        request.session[JOIN_KEY] = {
            "shop": shop.id,
            "token": token,
            "branch": branch[:20],
        }
        request.session[REMEMBER_KEY] = bool(typed.get("remember"))
        if robot:
            return self._go(shop, "join/code")
        if not shop._needs_signup_code():
            return self._finish_join(shop, signup, branch, proven=False)
        self._ask_join_code(shop, signup)
        return self._go(shop, "join/code")

    def _ask_join_code(self, shop, signup):
        kind, address, subject = shop._get_signup_subject(signup.typed)
        shop._ask_code("join", self._get_visitor(), subject, kind, address)

    def _finish_join(self, shop, signup, branch, proven):
        shop._finish_signup(
            signup,
            proven,
            language=request.env.context["lang"],
            branch=self._get_join_branch(shop, branch),
        )
        return self._welcome_member(shop, signup)

    def _welcome_member(self, shop, signup):
        """Sign in whoever has just become a member; the same form sent again comes
        here too, from the same visitor only."""
        request.session.pop(JOIN_KEY, None)
        if signup.partner_id != self._get_member(shop):
            remember = request.session.get(REMEMBER_KEY, False)
            self._sign_in(shop, signup.partner_id, remember)
        return self._go_on(shop, shop._get_path())

    # -- the form ----------------------------------------------------------------------

    def _get_join_secret(self, token):
        """:return: the form's token, worthless to any other visitor"""
        return f"{self._get_visitor()['key']} {token}"

    def _get_join_signup(self, shop, token):
        signups = request.env["crm.signup"].sudo()
        if not token:
            return signups
        return signups._of_token(shop, self._get_join_secret(token)).with_env(shop.env)

    def _get_join_branch(self, shop, text):
        """:return: crm.branch of the shop that a poster names, else empty"""
        branches = shop._get_branches()
        return branches.filtered(lambda branch: str(branch.id) == text)

    def _get_join_typed(self, shop, signup):
        """:return: {name of a field: list of texts}; photos drawn anew, those sent
        before included"""
        form = request.httprequest.form
        typed = {
            name: [text[:LONG_TEXT_LENGTH] for text in form.getlist(name)[:50]]
            for name in self._get_join_names(shop)
            if name in form
        }
        before = signup.typed or {}
        for name, texts in read_photos(shop._get_questions()).items():
            typed[name] = texts or before.get(name) or []
        return typed

    def _get_join_names(self, shop):
        """:return: names of the fields of the form that are kept"""
        names = ["agree", "remember", *MARKETING]
        for question in shop._get_questions():
            if question._get_widget() == "address":
                names += [f"address_{field}" for field in ADDRESS_FIELDS]
            elif question._get_widget() != "photo":
                names.append(question._get_form_name())
        return names

    def _keep_join_photos(self, shop, token, typed):
        """Keep the photos of a form with errors: browsers cannot fill them in again.

        :return: `typed`, without what is no photo
        """
        photos = {
            question._get_form_name()
            for question in shop._get_questions()
            if question._get_widget() == "photo"
        }
        for name in photos:
            typed[name] = [t for t in typed.get(name, []) if not t.startswith("error:")]
        if any(typed.get(name) for name in photos):
            signups = request.env["crm.signup"]
            signups._keep(shop, self._get_join_secret(token), typed)
        return typed

    def _render_join(self, shop, typed, errors=None, b="", token=""):
        # known from the first view on: a form sent twice at once is one visitor's
        self._get_visitor()
        branches = shop._get_branches()
        branch = self._get_join_branch(shop, b)
        if not typed and (branch or len(branches) == 1):
            typed = {"branch": [str((branch or branches).id)]}
        return self._render(
            "crm_loyalty_points.member_join_page",
            shop,
            questions=shop._get_questions(),
            texts=shop._get_all_terms(),
            marketing=MARKETING,
            typed=typed,
            errors=errors or {},
            token=token or secrets.token_urlsafe(24),
            branch=b,
            provinces=self._get_join_provinces(shop),
        )

    def _get_join_provinces(self, shop):
        widgets = [question._get_widget() for question in shop._get_questions()]
        return shop._get_provinces() if "address" in widgets else []

    def _render_join_code(self, shop, signup, **values):
        _kind, address, _subject = shop._get_signup_subject(signup.typed)
        return self._render(
            "crm_loyalty_points.member_join_code_page",
            shop,
            address=address,
            wait=RESEND_SECONDS,
            **values,
        )
