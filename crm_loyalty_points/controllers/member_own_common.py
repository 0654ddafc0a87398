"""What the pages of a signed-in member share."""

from urllib.parse import urlencode

from odoo import fields
from odoo.http import request
from odoo.tools.misc import hmac

from ..tools.thai_day import page_moment
from .member_common import DEVICE_COOKIE, MemberController

# Sent by the script that sends a form, and answered with the page to go on to.
ONCE_HEADER = "X-Member-Once"
WHERE_HEADER = "X-Member-Location"
FLASH_KEY = "crm_member_flash"
# Further back nobody pages.
LAST_PAGE = 500


def own_page(handler):
    """Decorator of a handler ``(self, shop, member, **kwargs)``: strangers are led to
    the log-in, members who have not agreed to the shop's terms as they are now to the
    terms, and both come back to the page afterwards."""
    return _guarded(handler, ask_terms=True)


def own_page_always(handler):
    """As `own_page`, for what members may do without agreeing to anything: see and
    withdraw consents, take their data along, leave."""
    return _guarded(handler, ask_terms=False)


def _guarded(handler, ask_terms):
    # Odoo reads the signature to tell parameters from rubbish: no functools.wraps.
    def page(self, slug, **kwargs):
        shop = self._get_shop(slug)
        member = self._get_member(shop)
        if not member:
            return self._lead_to(shop, "login")
        if ask_terms and shop._get_missing_consents(member):
            return self._lead_to(shop, "terms")
        return handler(self, shop, member, **kwargs)

    page.__name__ = handler.__name__
    page.__doc__ = handler.__doc__
    return page


class MemberOwnController(MemberController):
    """Base of the pages of a signed-in member; has no route of its own.

    Odoo makes one class of all controllers of member pages: names of methods are
    unique among them.
    """

    def _lead_to(self, shop, path):
        """:return: to a page that comes back to the one that was asked for"""
        asked = request.httprequest
        back = asked.path if asked.method == "GET" else ""
        return self._redirect_member(shop, path, next=back)

    def _redirect_member(self, shop, path="", **params):
        """:return: a redirection to a page of the shop, to be fetched by GET. A script
        that sent a form is told where to go: if it followed by itself, the message for
        the next page would be used up before the member sees it"""
        url = shop._get_path(path)
        query = {name: value for name, value in params.items() if value}
        if request.httprequest.headers.get(ONCE_HEADER):
            where = f"{url}?{urlencode(query)}" if query else url
            return request.make_response("", [(WHERE_HEADER, where)])
        return request.redirect_query(url, query, code=303)

    def _render_own(self, template, shop, member, **values):
        """A page of a member, with the message that the last act left.

        :param template: xml id of a QWeb template that calls ``member_own_page``
        """
        response = self._render(
            template,
            shop,
            member=shop._get_member_name(member),
            message=self._pop_message(shop),
            now_text=page_moment(shop.env, shop.company_id, fields.Datetime.now()),
            keep_offline=self._is_kept_offline(),
            **values,
        )
        # The service worker keeps pages of one member at a time.
        response.headers["X-Crm-Member"] = self._get_offline_mark(shop, member)
        return response

    def _get_offline_mark(self, shop, member):
        """:return: text that differs from member to member and says nothing of them"""
        text = f"{shop.company_id.id} {member.id}"
        return hmac(request.env(su=True), "crm_member_offline", text)[:24]

    def _is_kept_offline(self):
        """:return: whether the card may stay on the device: not where the member did
        not want to be remembered"""
        known = request.cookies.get(DEVICE_COOKIE)
        return bool(known) or not request.env.user._is_public()

    def _say_message(self, shop, text, kind="success", **link):
        """Leave a message for the next page.

        :param kind: "success", "warning" or "danger"
        :param link: `url` and `label` of a link or, with `post`, a button below
        """
        messages = dict(request.session.get(FLASH_KEY, {}))
        messages[str(shop.id)] = {"text": text, "kind": kind, **link}
        request.session[FLASH_KEY] = messages

    def _pop_message(self, shop):
        """:return: what was left for this page, once; the service worker, which fetches
        pages to keep them, does not take it away from whoever is to read it"""
        if request.httprequest.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            return None
        messages = dict(request.session.get(FLASH_KEY) or {})
        message = messages.pop(str(shop.id), None)
        if message:
            request.session[FLASH_KEY] = messages
        return message

    def _show_not_found(self, shop, member):
        """:return: the one answer to what is not there, or is somebody else's"""
        response = self._render_own("crm_loyalty_points.member_not_found", shop, member)
        response.status_code = 404
        return response

    def _is_member_throttled(self, shop, member, scope, thing, limit, minutes=60):
        """Count a try of a member.

        :return: whether there were too many different ones of late
        """
        throttle = request.env["crm.throttle"]
        visitor = f"member {shop.company_id.id} {member.id}"
        return throttle._is_refused(scope, visitor, str(thing), limit, minutes)

    def _show_throttled(self, shop, member):
        response = self._render_own("crm_loyalty_points.member_throttled", shop, member)
        response.status_code = 429
        return response

    @staticmethod
    def _read_page(page):
        """:return: the number of a page as asked for in the address, 1 for nonsense"""
        try:
            return min(max(int(page), 1), LAST_PAGE)
        except (TypeError, ValueError):
            return 1
