from odoo import api, fields, models


class CrmFileImportLine(models.AbstractModel):
    """A row of a file that was not imported as it stands, and why.

    A concrete model adds ``import_id`` and the sentences (``_messages``).
    """

    _name = "crm.file.import.line"
    _description = "File Import Finding"
    _order = "import_id, row, id"
    _rec_name = "row"

    row = fields.Integer(
        aggregator=None, help="Row of the file, as a spreadsheet counts."
    )
    level = fields.Selection([("error", "Wrong"), ("skip", "Left out")], required=True)
    code = fields.Char(required=True)
    value = fields.Char(string="In the file")
    other = fields.Char()
    message = fields.Char(string="Reason", compute="_compute_message")

    @api.depends("code", "value", "other")
    @api.depends_context("lang")
    def _compute_message(self):
        labels = dict(self.import_id.column_ids._selection_target())
        for line in self:
            line.message = line._message(labels)

    def _message(self, labels):
        """:return: the reason as a sentence in the user's language."""
        self.ensure_one()
        code = self.code
        for suffix in ("_number_bad", "_number_missing"):
            if code.endswith(suffix):
                column = labels.get(code.removesuffix(suffix), code)
                if suffix == "_number_bad":
                    return self.env._("%(column)s is not a number.", column=column)
                return self.env._("%(column)s is empty.", column=column)
        return self._messages(self.other or "").get(code, code)

    def _messages(self, other):
        """:return: {code: sentence}; ``other`` is what the sentence is about"""
        return {
            "date_missing": self.env._("The date is empty."),
            "date_bad": self.env._(
                "This is no date; check the order of day and month."
            ),
            "date_short_year": self.env._(
                "The year has two digits: it may be of either era. Write four."
            ),
            "date_future": self.env._("The date is in the future."),
            "number_too_large": self.env._("The number is too large."),
            "write_failed": self.env._(
                "Could not be written: %(reason)s", reason=other
            ),
        }
