import csv
import io
from base64 import b64encode

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools import order_file
from ..tools.order_file import OrderFileError

# All findings are counted; so many are listed, the rest of a file that is wrong
# from top to bottom says nothing new.
MAX_FINDINGS = 10_000
CHUNK = 1000


class CrmFileImport(models.AbstractModel):
    """The dry run: everything that can be known before the first write."""

    _inherit = "crm.file.import"

    row_count = fields.Integer("Rows", readonly=True, copy=False)
    error_count = fields.Integer("Wrong Rows", readonly=True, copy=False)
    skip_count = fields.Integer("Rows Left Out", readonly=True, copy=False)
    unlisted_count = fields.Integer(
        readonly=True, copy=False, help="Findings beyond those listed."
    )
    report = fields.Binary(compute="_compute_report")

    @api.depends("line_ids")
    def _compute_report(self):
        for record in self:
            record.report = b64encode(record._report_csv().encode("utf-8-sig"))

    def _report_csv(self):
        """:return: the findings as CSV text, safe to open in a spreadsheet"""
        self.ensure_one()
        levels = dict(self.line_ids._fields["level"]._description_selection(self.env))
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(
            [
                self.env._("Row"),
                self.env._("Result"),
                self.env._("Reason"),
                self.env._("In the file"),
            ]
        )
        for line in self.line_ids:
            value = line.value or ""
            # A cell that begins like a formula would be run by a spreadsheet.
            if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
                value = "'" + value
            writer.writerow([line.row, levels[line.level], line.message, value])
        return output.getvalue()

    def action_report(self):
        """Download the list of the rows that were not imported."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/report/"
            f"import-{self.id}.csv?download=true",
            "target": "self",
        }

    def action_check(self):
        """Check the whole file without writing anything."""
        self.ensure_one()
        self._check_import_rights()
        record = self.with_context(crm_file_import_reading=True)
        if record.state not in ("draft", "checked", "paused"):
            raise UserError(self.env._("The file is imported already."))
        if not record.column_ids:
            record._read_file()
        error = record.error_message if not record.column_ids else ""
        error = error or record._column_error()
        if not error:
            try:
                record._apply_plan(record._plan())
            except OrderFileError as file_error:
                error = record._file_error(file_error)
        record.error_message = error or False
        record.sudo().state = "draft" if error else "checked"
        return True

    def _check_import_rights(self):
        """:raise AccessError: when the user may not use this import
        :raise UserError: naming what the user lacks
        """
        self.check_access("write")

    def _plan(self):
        """:return: what is to be written, of the whole file; :raise OrderFileError:"""
        raise NotImplementedError

    def _apply_plan(self, plan):
        """Show what the plan will do: counts, totals and findings."""
        raise NotImplementedError

    def _file_rows(self):
        """:return: iterator of (row number, cells); :raise OrderFileError:"""
        data = self._file_bytes()
        if not order_file.is_xlsx(data):
            order_file.check_encoding(data, self.encoding)
        return order_file.read_rows(data, self.encoding, self.separator)

    def _file_columns(self):
        """:return: {meaning: index of the column}"""
        return {
            column.target: column.position - 1
            for column in self.column_ids
            if column.target
        }

    def _phone_reader(self):
        """:return: function(text) -> E.164 number, or "" for no phone number"""
        country = self.company_id.country_id or self.env.ref("base.th")
        partners = self.env["res.partner"]
        known = {}

        def read(text):
            if text not in known:
                known[text] = partners._phone_format_number(text, country)
            return known[text] or ""

        return read

    def _write_findings(self, findings):
        """Replace the list of findings."""
        findings = sorted(findings, key=lambda finding: finding.row)
        self.line_ids = [Command.clear()]
        self.unlisted_count = max(len(findings) - MAX_FINDINGS, 0)
        lines = self.line_ids.browse()
        for chunk in split_every(CHUNK, findings[:MAX_FINDINGS]):
            lines.create(
                [
                    {
                        "import_id": self.id,
                        "row": finding.row,
                        "level": finding.level,
                        "code": finding.code,
                        "value": finding.value,
                        "other": finding.other,
                    }
                    for finding in chunk
                ]
            )
