"""What stands behind the addresses in messages."""

from odoo import http
from odoo.http import request

from ..tools import opt_out_texts, sms_links

# Tokens of nobody that one address may try. Telephones share the address of their
# network with thousands: the limit is wide, and guessing takes many millions.
TRIES, TRY_MINUTES = 100, 30
# No cookie, no language of the site: whoever taps has no account here.
PUBLIC = {"type": "http", "auth": "public", "sitemap": False, "save_session": False}
GET = {**PUBLIC, "methods": ["GET"]}
# The token is the proof, as in a mail program's "unsubscribe" button, which knows
# nothing but the address.
POST = {**PUBLIC, "methods": ["POST"], "csrf": False}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
PAGE_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}


class SmsLinks(http.Controller):
    """Short links and the opt-out.

    There is one answer to all that does not lead anywhere: tokens of nobody, links
    that a message does not have, visitors who guess.
    """

    # -- links -------------------------------------------------------------------------

    @http.route(["/s/<string:token>", "/s/<string:token>/<int:number>"], **GET)
    def follow(self, token, number=1, **_kw):
        """Note the tap and lead on, to the address in the database and no other."""
        delivery = self._if_not_tried_out(token, self._find_delivery)
        link = delivery and request.env["crm.sms.link"]._of_message(delivery, number)
        if not link:
            return self._page("gone", status=404)
        asked = request.httprequest
        request.env["crm.sms.click"]._note(delivery, link, asked.headers, asked.method)
        # 302: what a browser remembers for good would not be counted again
        response = request.redirect(link.url, code=302, local=False)
        response.headers.update(HEADERS)
        return response

    # -- opt-out -----------------------------------------------------------------------

    @http.route("/u/<string:token>", **GET)
    def ask_opt_out(self, token, **_kw):
        """One page with one button. Opening it changes nothing: programs open links."""
        message = self._if_not_tried_out(token, self._find_message)
        if not message:
            return self._page("gone", status=404)
        if message._is_opted_out():
            return self._page("done", message)
        return self._page("ask", message)

    @http.route("/u/<string:token>", **POST)
    def opt_out(self, token, **_kw):
        """The button, and ``List-Unsubscribe=One-Click`` of mail programs."""
        message = self._if_not_tried_out(token, self._find_message)
        if not message:
            return self._page("gone", status=404)
        message._opt_out()
        return self._page("done", message)

    @http.route("/u/<string:token>/undo", **POST)
    def undo_opt_out(self, token, **_kw):
        message = self._if_not_tried_out(token, self._find_message)
        if not message:
            return self._page("gone", status=404)
        if message._is_opted_out() and not message._undo_opt_out():
            return self._page("done", message)
        return self._page("undone", message)

    # -- common ------------------------------------------------------------------------

    def _find_delivery(self, token):
        return request.env["sms.delivery"]._by_opt_out_token(token)

    def _find_message(self, token):
        """:return: the message with this token, of any kind; falsy if there is none"""
        events = request.env["crm.automation.event"]
        return self._find_delivery(token) or events._by_opt_out_token(token)

    def _if_not_tried_out(self, token, find):
        """:param find: looks the token up
        :return: what was found, None for a visitor who guessed too often"""
        throttle = request.env["crm.throttle"]
        visitor = throttle._visitor()
        scope = "sms_token"
        if visitor and throttle._is_exceeded(scope, visitor, TRIES, TRY_MINUTES):
            return None
        found = find(token) if sms_links.is_token(token) else None
        if not found and visitor:
            throttle._note_try(scope, visitor, token[:64], TRY_MINUTES)
        return found

    def _page(self, state, message=None, status=200):
        """:param str state: ``ask``, ``done``, ``undone`` or ``gone``
        :return: a page without scripts, files or cookies, kept nowhere"""
        asked = request.httprequest
        code = opt_out_texts.language(asked.args.get("lang"), asked.accept_languages)
        said = {
            "shop": message and message.company_id.name,
            "address": message and message._opt_out_masked(),
        }
        texts = opt_out_texts.TEXTS[code]
        values = {
            "state": state,
            "code": code,
            "other_code": "en" if code == "th" else "th",
            "texts": {key: text % said for key, text in texts.items()},
            "shop": said["shop"],
            "path": message and f"/u/{message.token}",
            "undoable": message and message._is_opt_out_undoable(),
        }
        response = request.render("crm_sms_wallet.opt_out_page", values, status=status)
        response.headers.update(PAGE_HEADERS)
        return response
