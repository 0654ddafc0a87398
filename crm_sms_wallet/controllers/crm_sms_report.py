import logging

from odoo import http
from odoo.http import request

from ..tools.gateways.answers import BadSignature

_logger = logging.getLogger(__name__)

# Wrong addresses that one visitor may try.
TRIES, TRY_MINUTES = 20, 30
MAX_BYTES = 1024 * 1024


class SmsReport(http.Controller):
    """What gateways report about messages, at an address that only they know."""

    @http.route(
        "/sms_gateway/report/<int:gateway_id>/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def report(self, gateway_id, token, **_values):
        gateway = request.env["crm.sms.gateway"]._by_token(gateway_id, token)
        if not gateway:
            return self._answer("text/plain", "", self._refusal(gateway_id, token))
        asked = request.httprequest
        if (asked.content_length or 0) > MAX_BYTES:
            return self._answer("text/plain", "", 413)
        # the raw body was kept by the first who read it
        body = asked.get_data(cache=True)
        values = {**asked.args.to_dict(), **asked.form.to_dict()}
        query = asked.query_string.decode("ascii", "replace")
        try:
            kind, text = gateway._read_reports(asked.headers, values, body, query)
        except BadSignature:
            _logger.warning("Gateway %s: report without its signature", gateway.id)
            return self._answer("text/plain", "", 403)
        return self._answer(kind, text)

    def _refusal(self, gateway_id, token):
        """Count a wrong address. The right one is heard whoever guessed before: behind
        a proxy, guesser and gateway may have one address.

        :return: the status of the answer"""
        throttle = request.env["crm.throttle"]
        tried = f"{gateway_id} {token}"
        visitor = throttle._visitor() or f"user {request.env.uid}"
        refused = throttle._is_refused("sms_report", visitor, tried, TRIES, TRY_MINUTES)
        return 429 if refused else 404

    def _answer(self, kind, text, status=200):
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(text, headers, status=status)
