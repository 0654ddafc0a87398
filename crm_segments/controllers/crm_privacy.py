from odoo import http
from odoo.http import content_disposition, request


class PrivacyDesk(http.Controller):
    @http.route(
        "/crm/privacy/<int:request_id>/export",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def export(self, request_id):
        """Everything about the person of a privacy request, made now and kept
        nowhere. The request checks who asks."""
        privacy = request.env["crm.privacy.request"].search([("id", "=", request_id)])
        if not privacy:
            return request.not_found()
        name, content = privacy._export()
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers)
