from odoo import api, fields, models


class CrmExportLog(models.Model):
    """Who took which customers' data out, for the privacy law: written by the server,
    changed by nobody, kept when the file is long deleted."""

    _name = "crm.export.log"
    _description = "Log of Exports"
    _order = "id desc"
    _rec_name = "event"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    event = fields.Selection(
        [
            ("asked", "Asked for"),
            ("made", "File made"),
            ("downloaded", "Downloaded"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
            ("deleted", "File deleted"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    user_name = fields.Char("Who", readonly=True, help="As it was called that day.")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    export_number = fields.Integer(readonly=True, index=True, aggregator=None)
    res_model = fields.Char("Records", readonly=True)
    what = fields.Char("Chosen", readonly=True)
    filter_words = fields.Char("Filter", readonly=True)
    file_format = fields.Char("Format", readonly=True)
    row_count = fields.Integer("Rows", readonly=True, aggregator=None)
    columns = fields.Char(readonly=True)

    _recent_idx = models.Index("(user_id, date)")

    @api.model
    def _note(self, export, event):
        """Add an entry about one export; who is at work did it."""
        choices = dict(export._fields["what"]._description_selection(self.env))
        user = self.env.user
        return self.sudo().create(
            {
                "event": event,
                "user_id": user.id,
                "user_name": user.name,
                "company_id": export.company_id.id,
                "export_number": export.id,
                "res_model": export.res_model,
                "what": choices[export.what],
                "filter_words": export.filter_words,
                "file_format": export.file_format.upper(),
                "row_count": export.row_count,
                "columns": export._column_labels(),
            }
        )
