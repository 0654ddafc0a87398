import base64
from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools import order_file
from ..tools.order_columns import find_header_row
from ..tools.order_file import OrderFileError
from ..tools.order_values import clean_text, guess_date_order, guess_decimal

# So many rows show how the file writes its dates and numbers.
SAMPLE_ROWS = 2000
# What decides how the file is read: a change makes the check worthless.
READING = {"encoding", "separator", "header_row", "map_id"}
SETTINGS = READING | {
    "file",
    "column_ids",
    "date_order",
    "decimal",
    "source",
    "company_id",
}


class CrmFileImport(models.AbstractModel):
    """A file of another system on its way into the database: what all have in common.

    The steps: the file is read (``_read_file``: encoding, columns), checked as a whole
    without writing anything (``action_check``), and written in the background in
    committed batches (``action_import``, ``_cron_run``). What was written is known
    again, so each step, and the whole, can be repeated.

    A concrete import has the fields ``map_id``, ``column_ids`` and ``line_ids`` of its
    own models (see ``crm.file.import.map``, ``.column`` and ``.line``), and says what
    its columns mean, what a row does, and how a batch is written.
    """

    _name = "crm.file.import"
    _description = "File Import"
    _order = "id desc"

    # Meanings of columns with dates and with numbers: they show how both are written.
    _date_targets = ()
    _number_targets = ()

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Imported by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [
            ("draft", "File"),
            ("checked", "Checked"),
            ("running", "Importing"),
            ("paused", "Paused"),
            ("done", "Imported"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    file = fields.Binary(attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    source = fields.Char(
        default="file",
        required=True,
        help="Names the shop or system the file comes from.",
    )
    encoding = fields.Selection(
        [
            ("utf-8-sig", "Unicode (UTF-8)"),
            ("utf-16", "Unicode (UTF-16)"),
            ("cp874", "Thai (TIS-620, Windows-874)"),
            ("cp1252", "Western (Windows-1252)"),
        ],
        help="Found by itself; change it when Thai letters look wrong.",
    )
    separator = fields.Selection(
        [
            (",", "Comma"),
            (";", "Semicolon"),
            ("\t", "Tab"),
            ("|", "Bar"),
            ("space", "Spaces"),
        ]
    )
    header_row = fields.Integer(
        help="Row with the names of the columns; 0 when the file has none."
    )
    date_order = fields.Selection(
        [("dmy", "Day first (31/12/2024)"), ("mdy", "Month first (12/31/2024)")],
        default="dmy",
        required=True,
        help="For dates written with numbers only. Dates that begin with the year "
        "are always understood, and years of the Buddhist era (2567) too.",
    )
    decimal = fields.Selection(
        [(".", "Point (1,234.50)"), (",", "Comma (1.234,50)")],
        default=".",
        required=True,
    )
    error_message = fields.Text(readonly=True, copy=False)

    @api.depends("file_name")
    def _compute_name(self):
        for record in self:
            record.name = record.file_name or self._description

    @api.onchange("file")
    def _onchange_file(self):
        """Show at once what is in the file, before anything is saved."""
        if self.file:
            self._read_file()

    @api.onchange("map_id", "encoding", "separator", "header_row")
    def _onchange_reading(self):
        if self.file:
            changed_map = self.map_id != self._origin.map_id
            self._read_columns(apply_map=changed_map)

    @api.model
    def _settings(self):
        """:return: names of the fields whose change makes the check worthless"""
        return SETTINGS

    @api.model_create_multi
    def create(self, vals_list):
        """Read the file of imports made without the form."""
        records = super().create(vals_list)
        for record in records:
            if record.file and not record.column_ids:
                record._read_file()
        return records

    def write(self, vals):
        """A changed setting needs a new check; a new file is read."""
        settings = self._settings() & set(vals)
        if settings and any(record.state in ("running", "done") for record in self):
            raise UserError(
                self.env._("The file and its settings are fixed once it is imported.")
            )
        res = super().write(vals)
        if self.env.context.get("crm_file_import_reading"):
            return res
        for record in self:
            # The form sends the columns along; other callers leave them to us.
            if not record.file or "column_ids" in vals:
                continue
            if "file" in vals:
                record._read_file()
            elif READING & set(vals):
                record._read_columns(apply_map="map_id" in vals)
        if settings:
            self.filtered(
                lambda rec: rec.state in ("checked", "paused")
            ).sudo().state = "draft"
        return res

    def _file_bytes(self):
        """:return: the file; :raise OrderFileError: when there is none"""
        self.ensure_one()
        content = self.with_context(bin_size=False).file
        data = base64.b64decode(content or b"")
        order_file.check_size(data)
        return data

    def _read_file(self):
        """Find encoding, separator, header and the meaning of the columns.

        What makes the file unreadable is shown on the form, not raised: the upload
        is kept and another encoding can be chosen.
        """
        self.ensure_one()
        record = self.with_context(crm_file_import_reading=True)
        record.error_message = False
        try:
            data = record._file_bytes()
            if order_file.is_xlsx(data):
                record.encoding = record.separator = False
            else:
                record.encoding = order_file.detect_encoding(data)
                record.separator = order_file.detect_separator(data, record.encoding)
            rows = record._sample_rows(data)
            record.header_row = record._find_header(rows)
            record._set_columns(rows, apply_map=True)
        except OrderFileError as error:
            record.column_ids = [Command.clear()]
            record.error_message = record._file_error(error)

    def _read_columns(self, apply_map=False):
        """Read the columns again, with the settings as chosen on the form."""
        self.ensure_one()
        record = self.with_context(crm_file_import_reading=True)
        record.error_message = False
        try:
            data = record._file_bytes()
            record._complete_reading(data)
            record._set_columns(
                record._sample_rows(data), apply_map or not record.column_ids
            )
        except OrderFileError as error:
            record.error_message = record._file_error(error)

    def _complete_reading(self, data):
        """Find what is still unknown once the user has chosen an encoding."""
        if order_file.is_xlsx(data):
            return
        if not self.encoding:
            self.encoding = order_file.detect_encoding(data)
        order_file.check_encoding(data, self.encoding)
        if not self.separator:
            self.separator = order_file.detect_separator(data, self.encoding)
            self.header_row = self._find_header(self._sample_rows(data))

    def _find_header(self, rows):
        """:return: row number of the header, 0 for files without one"""
        if self.separator == order_file.SPACE:
            return 0
        texts = [[clean_text(cell) for cell in row] for row in rows[:10]]
        return find_header_row(texts, self._guess_targets) + 1

    def _sample_rows(self, data):
        """:return: the cells of the first rows"""
        rows = order_file.read_rows(data, self.encoding, self.separator)
        return [
            cells for (_row, cells), _n in zip(rows, range(SAMPLE_ROWS), strict=False)
        ]

    def _set_columns(self, rows, apply_map):
        """Fill ``column_ids`` from the sample, with a known map or by their names."""
        body = [row for row in rows[self.header_row :] if any(row)]
        width = max((len(row) for row in body[:50]), default=0)
        headers = rows[self.header_row - 1] if 0 < self.header_row <= len(rows) else []
        width = max(width, len(headers))
        headers = [clean_text(cell) for cell in headers] + [""] * (width - len(headers))
        if apply_map:
            self._choose_map(headers)
        targets = (
            self.map_id._targets(headers)
            if self.map_id
            else self._guess_targets(headers)
        )
        self.column_ids = [Command.clear()] + [
            Command.create(
                {
                    "position": index + 1,
                    "name": header or self.env._("Column %(number)s", number=index + 1),
                    "sample": self._column_sample(body, index),
                    "target": target or False,
                }
            )
            for index, (header, target) in enumerate(zip(headers, targets, strict=True))
        ]
        self._guess_writing(body, targets)

    def _column_sample(self, body, index):
        values = (clean_text(row[index]) for row in body[:20] if index < len(row))
        return " · ".join(list(dict.fromkeys(filter(None, values)))[:3])[:120]

    @api.model
    def _guess_targets(self, headers):
        """:param list headers: texts of the header row

        :return: list of meaning or "" per header
        """
        raise NotImplementedError

    @api.model
    def _missing_targets(self, targets):
        """:return: list of meanings that such a file cannot do without"""
        raise NotImplementedError

    def _choose_map(self, headers):
        """Take the map that knows the headers, unless the user chose one."""
        if not self.map_id:
            self.map_id = self.map_id._best_map(self.company_id, headers)
        if self.map_id:
            for name in self.map_id._settings():
                self[name] = self.map_id[name]
            if not self.map_id.has_header:
                self.header_row = 0

    def _guess_writing(self, body, targets):
        """Find from the sample how dates and decimals are written."""
        columns = {target: index for index, target in enumerate(targets) if target}

        def cells(*names):
            for name in names:
                index = columns.get(name)
                if index is not None:
                    yield from (row[index] for row in body if index < len(row))

        self.date_order = guess_date_order(cells(*self._date_targets))[0]
        self.decimal = guess_decimal(cells(*self._number_targets))

    def _file_error(self, error):
        """:return: what is wrong with the file, and what to do, for the user"""
        texts = {
            "empty": self.env._("Choose a file first; this one is empty."),
            "too_large": self.env._(
                "The file is larger than %(limit)s MB. Split it, for example by year."
            ),
            "too_many_rows": self.env._(
                "The file has more than %(limit)s rows. Split it, for example by year."
            ),
            "too_many_columns": self.env._(
                "A row has more than %(limit)s columns. Check the separator."
            ),
            "encoding": self.env._(
                "The letters of the file are not written as %(encoding)s. Choose "
                "another encoding, or save the file as CSV UTF-8."
            ),
            "format": self.env._(
                "This is neither a CSV nor an XLSX file. Open it in a spreadsheet and "
                "save it as one of them."
            ),
            "csv": self.env._(
                "Row %(row)s cannot be split into columns: a quotation mark is missing."
            ),
        }
        return texts[error.code] % error.details

    def _column_error(self):
        """:return: "" or what is wrong with the meanings given to the columns"""
        labels = dict(self.column_ids._selection_target())
        targets = [column.target for column in self.column_ids if column.target]
        twice = [labels[name] for name, n in Counter(targets).items() if n > 1]
        if twice:
            return self.env._(
                "Two columns have the same meaning: %(meanings)s.",
                meanings=", ".join(twice),
            )
        missing = self._missing_targets(targets)
        if missing:
            return self.env._(
                "Which column is it? Missing: %(meanings)s.",
                meanings=", ".join(labels[name] for name in missing),
            )
        return ""

    def action_save_map(self):
        """Keep the meaning of the columns for the next file of this source."""
        self.ensure_one()
        lines = [
            Command.create(
                {
                    "target": column.target,
                    "header": column.name,
                    "position": column.position,
                }
            )
            for column in self.column_ids
            if column.target
        ]
        saved = self.map_id.create(
            {
                "name": self.source,
                "company_id": self.company_id.id,
                "has_header": bool(self.header_row),
                "line_ids": lines,
                **{name: self[name] for name in self.map_id._settings()},
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": saved._name,
            "res_id": saved.id,
            "view_mode": "form",
        }
