import hmac
import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class CrmSmsGateway(models.Model):
    """Reports of gateways about what became of messages."""

    _inherit = "crm.sms.gateway"

    @api.model
    def _by_token(self, gateway_id, token):
        """:return: the gateway with this id and token (superuser), else empty. An
        archived gateway still reports on what it has sent."""
        gateway = self.sudo().with_context(active_test=False).browse(gateway_id)
        known = gateway.exists().token or ""
        # compared even when there is none: how long it takes tells nothing
        same = hmac.compare_digest(known.encode(), (token or "").encode())
        return gateway if known and same else self.sudo()

    def _read_reports(self, headers, values, body, query=""):
        """Read and apply what was posted to the address of reports.

        :param str query: the query of the request, as it came
        :return: (content type, body) of the answer
        :raise BadSignature: the gateway did not make this
        """
        self.ensure_one()
        gateway_api = self._api()
        url = self.report_url + (f"?{query}" if query else "")
        reports = gateway_api.read_report(headers, values, body, url)
        if reports:
            self._apply_reports(reports)
        return gateway_api.report_answer()

    def _apply_reports(self, reports):
        self.env["sms.delivery"]._apply_reports(self, reports)
