import logging

from odoo import http
from odoo.http import request
from odoo.tools import consteq

from ..tools import myshop_signature

_logger = logging.getLogger(__name__)

# Wrong addresses that one visitor may try.
TRIES, TRY_MINUTES = 20, 30
MAX_BYTES = 1024 * 1024


class LineshoppingWebhook(http.Controller):
    """What LINE SHOPPING tells about orders, at an address that only it knows."""

    @http.route(
        "/lineshopping/webhook/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def event(self, token, **_values):
        """Store and answer; what it says of the order is not believed, the order is
        read by the job."""
        shop = self._shop_of(token)
        if not shop:
            return self._answer(self._refusal(token))
        asked = request.httprequest
        if (asked.content_length or 0) > MAX_BYTES:
            return self._answer(413)
        body = asked.get_data(cache=True)
        header = asked.headers.get(myshop_signature.HEADER)
        if not myshop_signature.is_signed(shop.webhook_secret, body, header):
            _logger.warning("%s: webhook without its signature", shop)
            return self._answer(403)
        event = myshop_signature.event_of(body, asked.headers.get("x-request-id"))
        if event:
            request.env["crm.lineshopping.event"].sudo()._store_event(shop, *event)
        return self._answer(200)

    def _shop_of(self, token):
        """:return: the shop (superuser), empty for a wrong address"""
        shops = request.env["crm.lineshopping.shop"].sudo()
        shop = shops.search([("webhook_token", "=", token)], limit=1)
        return shop if shop and consteq(shop.webhook_token, token) else shops

    def _refusal(self, token):
        """Count a wrong address. The right one is heard whoever guessed before: behind
        a proxy, guesser and service may have one address.

        :return: the status of the answer"""
        throttle = request.env["crm.throttle"]
        visitor = throttle._visitor() or f"user {request.env.uid}"
        scope = "lineshopping_webhook"
        refused = throttle._is_refused(scope, visitor, token, TRIES, TRY_MINUTES)
        return 429 if refused else 404

    def _answer(self, status):
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
        return request.make_response("", headers, status=status)
