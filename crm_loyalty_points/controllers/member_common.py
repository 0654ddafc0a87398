"""What all pages for members share: which shop, who is it, which language."""

import time

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

DEVICE_COOKIE = "crm_member_device"
LANGUAGE_COOKIE = "crm_member_lang"
SESSION_KEY = "crm_member"
# Without a click for this long, a member must be recognised by the device again.
SESSION_SECONDS = 30 * 60
# Dangerous acts (erase my data, another phone number) need a proof this fresh.
FRESH_SECONDS = 10 * 60
YEAR_SECONDS = 365 * 24 * 3600


class MemberController(http.Controller):
    """Base of the controllers of member pages; has no route of its own.

    Never trust an id of a member, card or shop in a request: the shop comes from the
    address, the member from the session, and each record is looked up among the
    member's own.
    """

    # -- shop and language -----------------------------------------------------------

    def _get_shop(self, slug):
        """:return: crm.shop (superuser, in its company and the visitor's language)
        :raise NotFound: no such page, or its shop is switched off
        """
        shop = request.env["crm.shop"]._by_slug(slug)
        if not shop:
            raise NotFound
        request.update_context(
            lang=self._get_language(shop), tz=shop.company_id.customer_tz
        )
        env = request.env(su=True)
        return shop.with_env(env).with_company(shop.company_id)

    def _get_language(self, shop):
        """The language of the page: asked for by ``?lang=``, chosen before, the
        logged-in user's, or Thai.

        :return: code of an installed language
        """
        languages = self._get_languages()
        wanted = self._get_wanted_languages(shop)
        return next((code for code in wanted if code in languages), [*languages][0])

    def _get_wanted_languages(self, shop):
        """:return: iterator of codes: users and companies are read only if asked"""
        yield request.httprequest.args.get("lang")
        yield request.cookies.get(LANGUAGE_COOKIE)
        user = request.env.user
        if not user._is_public():
            yield user.lang
        yield "th_TH"
        yield shop.company_id.partner_id.lang

    def _get_languages(self):
        """:return: dict of the code of each installed language to its own name"""
        installed = request.env["res.lang"].sudo().get_installed()
        return {code: name.split(" / ")[-1] for code, name in installed}

    # -- who is it ---------------------------------------------------------------------

    def _get_member(self, shop):
        """Who is looking: a portal user, or a visitor who proved a phone number here
        or on this device before.

        :return: res.partner (superuser) of the customer, empty for strangers
        """
        partner = self._get_session_partner(shop) or self._get_device_partner(shop)
        user = request.env.user
        if (
            not partner
            and not user._is_public()
            and user.has_group("base.group_portal")
        ):
            partner = user.partner_id.sudo().commercial_partner_id
        partner = partner.with_env(shop.env)
        allowed = (False, *shop.company_id.parent_ids.ids)
        if not partner.active or partner.company_id.id not in allowed:
            return partner.browse()
        return partner

    def _get_member_session(self, shop):
        """:return: dict of who is signed in to the shop's pages (see `_open_session`),
        None for strangers"""
        return request.session.get(SESSION_KEY, {}).get(str(shop.company_id.id))

    def _get_session_partner(self, shop):
        partners = request.env["res.partner"].sudo()
        session = self._get_member_session(shop)
        now = time.time()
        if not session or session["until"] < now:
            return partners
        device = request.env["crm.member.device"].sudo().browse(session["device"])
        if not device.exists() or device.partner_id.id != session["partner"]:
            return partners
        if session["until"] - now < SESSION_SECONDS / 2:
            self._open_session(shop, device, proven_at=session["proven_at"])
        return device.partner_id.commercial_partner_id

    def _get_device_partner(self, shop):
        devices = request.env["crm.member.device"]
        token = request.cookies.get(DEVICE_COOKIE)
        device = devices._recognise(shop.company_id, token)
        if device:
            device._note_use()
            self._open_session(shop, device, proven_at=0)
        return device.partner_id.commercial_partner_id

    def _is_fresh(self, shop):
        """:return: whether the member has proven minutes ago who he is, as dangerous
        acts ask for; a remembered device alone is not enough"""
        session = self._get_member_session(shop)
        return bool(session) and session["proven_at"] > time.time() - FRESH_SECONDS

    def _sign_in(self, shop, partner, remember):
        """Know the visitor as a member, after a proof of who he is.

        :param partner: res.partner
        :param bool remember: know this device next time; else until the browser is
            closed or nothing was clicked for half an hour
        """
        # Whoever knew the session's id before learns nothing of the member.
        request.session.should_rotate = True
        agent = request.httprequest.user_agent.string
        device, token = request.env["crm.member.device"]._remember(
            partner, shop.company_id, agent
        )
        self._open_session(shop, device, proven_at=time.time())
        if remember:
            self._set_cookie(DEVICE_COOKIE, token)

    def _sign_out(self, shop):
        """Forget the member on this device."""
        session = self._get_member_session(shop)
        devices = request.env["crm.member.device"]
        device = devices._recognise(shop.company_id, request.cookies.get(DEVICE_COOKIE))
        if session:
            device |= devices.sudo().browse(session["device"]).exists()
        device.sudo().unlink()
        self._write_session(shop, None)
        request.future_response.set_cookie(DEVICE_COOKIE, "", max_age=0)

    def _open_session(self, shop, device, proven_at):
        self._write_session(
            shop,
            {
                "device": device.id,
                "partner": device.partner_id.id,
                "proven_at": proven_at,
                "until": time.time() + SESSION_SECONDS,
            },
        )

    def _write_session(self, shop, values):
        sessions = dict(request.session.get(SESSION_KEY, {}))
        sessions.pop(str(shop.company_id.id), None)
        if values:
            sessions[str(shop.company_id.id)] = values
        request.session[SESSION_KEY] = sessions

    def _set_cookie(self, name, value):
        request.future_response.set_cookie(
            name,
            value,
            max_age=YEAR_SECONDS,
            secure=request.httprequest.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    # -- pages -------------------------------------------------------------------------

    def _make_worker_response(self, script, scope):
        """:param str script: JavaScript of a service worker
        :param str scope: path of the pages it works for
        """
        headers = [
            ("Content-Type", "text/javascript; charset=utf-8"),
            ("Cache-Control", "no-cache"),
            ("Service-Worker-Allowed", scope),
        ]
        return request.make_response(script, headers)

    def _answer_picture(self, content, filename, mimetype="image/png"):
        """:param bytes content: of a picture that caches on the way must not keep"""
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mimetype),
                ("Content-Length", len(content)),
                ("Content-Disposition", f'inline; filename="{filename}"'),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    def _render(self, template, shop, **values):
        """A page in the shop's look.

        :param str template: xml id of a QWeb template that calls
            ``crm_loyalty_points.member_layout``
        :param values: of the template; ``shop``, ``style``, ``languages``,
            ``page_lang`` and ``page_url`` are added
        :return: response, never kept by caches on the way
        """
        language = request.env.context["lang"]
        if request.httprequest.args.get("lang") == language:
            self._set_cookie(LANGUAGE_COOKIE, language)
        response = request.render(
            template,
            {
                "shop": shop,
                "style": shop._get_style(),
                "languages": self._get_languages(),
                "page_lang": language,
                "page_url": request.httprequest.path,
                **values,
            },
        )
        if language == "th_TH":
            response.flatten()
            response.set_data(shop._say_points(response.get_data(as_text=True)))
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Referrer-Policy"] = "same-origin"
        return response
