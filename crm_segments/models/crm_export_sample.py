import tempfile
from datetime import date, datetime
from pathlib import Path

from odoo import models

from ..tools.export_file import FORMATS

# By kind of column, for fields that the model gives no example of.
EXAMPLES = {
    "integer": 1,
    "number": 100.0,
    "date": date(2026, 1, 31),
    "datetime": datetime(2026, 1, 31, 9, 30),
    "text": None,
}


class CrmExport(models.Model):
    """A file that shows what an export looks like, without anybody's data."""

    _inherit = "crm.export"

    def _sample(self):
        """:return: (file name, mime type, bytes) of a file with the columns of this
        export and three rows of examples"""
        self.ensure_one()
        self._check_readable()
        model = self._as_asker()
        headers = self._headers(model)
        names = self.column_ids.mapped("name")
        examples = model._crm_export_examples()
        values = [
            [row.get(name, EXAMPLES[kind]) for row in examples]
            for name, (kind, _label) in zip(names, headers, strict=True)
        ]
        with tempfile.TemporaryDirectory() as folder:
            make = FORMATS[self.file_format]
            file = make(Path(folder), headers, model._crm_export_title())
            file.write(values)
            content = file.finish().read_bytes()
        title = self.env._("sample")
        return f"{title}.{self.file_format}", file.mimetype, content
