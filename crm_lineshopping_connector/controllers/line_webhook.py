"""Where LINE tells what customers did."""

import json

from werkzeug.exceptions import BadRequest, Forbidden, NotFound, RequestEntityTooLarge

from odoo import http
from odoo.http import request

SIGNATURE = "x-line-signature"
MAX_BYTES = 4 * 1024 * 1024


class LineWebhookController(http.Controller):
    @http.route(
        "/line/webhook/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def take_line_events(self, token, **_kwargs):
        """Store what LINE sends; the signature is checked on the bytes as they came,
        before anything reads them."""
        if (request.httprequest.content_length or 0) > MAX_BYTES:
            raise RequestEntityTooLarge
        channel = request.env["crm.line.channel"]._by_webhook_token(token)
        if not channel:
            raise NotFound
        body = request.httprequest.get_data()
        signature = request.httprequest.headers.get(SIGNATURE, "")
        if not channel._is_signed(body, signature):
            raise Forbidden
        try:
            events = json.loads(body)["events"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadRequest from None
        if not isinstance(events, list):
            raise BadRequest
        channel._take_events(events)
        return request.make_response("", [("Cache-Control", "no-store")])
