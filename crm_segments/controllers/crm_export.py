from odoo import http
from odoo.http import content_disposition, request


class CrmExport(http.Controller):
    @http.route("/crm/export/<int:export_id>/file", type="http", auth="user")
    def file(self, export_id):
        """The made file, for those who may see the export; taking it is logged."""
        export = request.env["crm.export"].search([("id", "=", export_id)])
        if not export.attachment_id:
            return request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(export.attachment_id)
        response = stream.get_response(as_attachment=True, max_age=0)
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route("/crm/export/<int:export_id>/sample", type="http", auth="user")
    def sample(self, export_id):
        """A file with the columns of the export and three examples."""
        export = request.env["crm.export"].search([("id", "=", export_id)])
        if not export:
            return request.not_found()
        name, mimetype, content = export._sample()
        headers = [
            ("Content-Type", mimetype),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers)
