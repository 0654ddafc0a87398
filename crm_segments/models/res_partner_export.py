import io
import zipfile
from dataclasses import replace

from odoo import fields, models

from ..tools import personal_data
from ..tools.local_date import local_today


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _crm_export_zip(self, companies=None):
        """Everything about one person, in one file: a readable list (CSV, for
        spreadsheets) and JSON per kind of record, and the files.

        The caller has checked who asks; what the current user may not read even so
        (medical notes) is named as withheld.

        :param companies: res.company whose records are handed out, default all
        :return: (file name, bytes of the ZIP)
        """
        self.ensure_one()
        tz = (companies or self.env.company)[:1].sudo().customer_tz or "Asia/Bangkok"
        out = io.BytesIO()
        index = []
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for section in self._crm_all_personal_data():
                own = self._crm_of_companies(section, companies)
                if own.records:
                    index.append(self._crm_export_section(archive, own, tz))
            archive.writestr("READ ME.txt", self._crm_export_readme(index))
            summary = {"made_on": fields.Datetime.now(), "sections": index}
            archive.writestr("index.json", personal_data.to_json(summary))
        day = local_today(self.env, (companies or self.env.company)[:1])
        return f"personal-data-{self.id}-{day:%Y%m%d}.zip", out.getvalue()

    def _crm_of_companies(self, section, companies):
        """:return: the section without the records of other companies"""
        records = section.records
        if companies is None or "company_id" not in records._fields:
            return section
        if records._name == "res.partner":
            return section
        own = records.filtered(
            lambda r: not r.company_id or r.company_id in companies.sudo()
        )
        files = section.files and section.files.filtered(
            lambda f: f.res_model != own._name or f.res_id in own.ids
        )
        return replace(section, records=own, files=files)

    def _crm_export_section(self, archive, section, tz):
        """Write one kind of records.

        :return: dict of its label, number of records and, if so, why it is withheld"""
        entry = {"name": section.label, "records": len(section.records)}
        if section.withheld:
            return {**entry, "withheld": section.withheld}
        rows = personal_data.rows_of(section, tz)
        wanted = section.columns
        known = section.records.fields_get(wanted, ["string"])
        labels = {n: known[n]["string"] for n in wanted if n in known}
        stem = section.key
        archive.writestr(f"{stem}.json", personal_data.to_json(rows))
        archive.writestr(f"{stem}.csv", personal_data.to_csv(labels, rows))
        entry["file"] = f"{stem}.csv"
        taken = set()
        for file in section.files or ():
            if file.type != "binary" or not file.raw:
                continue
            name = personal_data.file_name(file, taken)
            archive.writestr(f"files/{stem}/{name}", file.raw)
        if taken:
            entry["attached_files"] = len(taken)
        return entry

    def _crm_export_readme(self, index):
        """:return: what the file is, for whoever opens it"""
        lines = [
            self.env._(
                "What %(shop)s holds about %(name)s.",
                shop=self.env.company.name,
                name=self.sudo().name,
            ),
            self.env._("CSV files open in a spreadsheet; JSON files are for programs."),
            "",
        ]
        for entry in index:
            line = f"{entry['name']}: {entry['records']}"
            if entry.get("withheld"):
                line += f" ({entry['withheld']})"
            elif entry.get("file"):
                line += f" -> {entry['file']}"
            lines.append(line)
        return "\r\n".join(lines)
