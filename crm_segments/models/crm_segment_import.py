from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, split_every

from ..tools.order_columns import guess_targets
from ..tools.order_plan import Finding
from ..tools.order_values import clean_text
from ..tools.segment_columns import SYNONYMS, TARGETS

CHUNK = 1000
COLUMNS = {"number": "member_number", "phone": "phone_sanitized"}
COLUMNS["email"] = "email_normalized"


@dataclass
class SegmentRow:
    """A row of the file: by what it names a customer, and what stands in it."""

    row: int
    values: dict
    text: str


class CrmSegmentImport(models.Model):
    """A fixed list filled from a file: each row names a customer by member number,
    phone in any form, or e-mail address. Nobody is made or changed."""

    _name = "crm.segment.import"
    _inherit = ["crm.file.import"]
    _description = "Customers of a Segment from a File"
    _check_company_auto = True

    _batch = 5000
    _job = "crm_segments.crm_segment_import_cron"

    segment_id = fields.Many2one(
        "crm.segment",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        domain="[('kind', '=', 'fixed'), ('company_id', '=', company_id)]",
    )
    map_id = fields.Many2one(
        "crm.segment.import.map", string="File of", check_company=True
    )
    column_ids = fields.One2many("crm.segment.import.column", "import_id", copy=False)
    line_ids = fields.One2many("crm.segment.import.line", "import_id", readonly=True)
    matched_count = fields.Integer("Customers Found", readonly=True, copy=False)
    new_count = fields.Integer("Not in the List Yet", readonly=True, copy=False)

    @api.model
    def _settings(self):
        return super()._settings() | {"segment_id"}

    @api.model
    def _guess_targets(self, headers):
        return guess_targets(headers, SYNONYMS)

    @api.model
    def _missing_targets(self, targets):
        return [] if set(targets) & set(TARGETS) else list(TARGETS)

    # -- reading -------------------------------------------------------------------

    def _plan(self):
        """:return: list of SegmentRow, one for each row that is not blank"""
        columns = self._file_columns()
        read = {"phone": self._phone_reader(), "email": email_normalize}
        rows = []
        for number, cells in self._file_rows():
            if number <= self.header_row:
                continue
            texts = {
                target: clean_text(cells[index])
                for target, index in columns.items()
                if index < len(cells) and clean_text(cells[index])
            }
            if not any(clean_text(cell) for cell in cells):
                continue
            values = {t: read.get(t, str)(text) or "" for t, text in texts.items()}
            rows.append(SegmentRow(number, values, " · ".join(texts.values())))
        return rows

    def _match(self, rows):
        """Find the customers that rows name: by the member number; without one that is
        known, by the phone; without that, by the e-mail address.

        :return: ({row: partner id}, [findings]); each customer once
        """
        matched, findings, first = {}, [], {}
        for chunk in split_every(CHUNK, rows, list):
            holders = {target: self._find_holders(target, chunk) for target in TARGETS}
            for each in chunk:
                found = self._find_customers(each, holders)
                if len(found) != 1:
                    code = "ambiguous" if found else "not_found"
                    findings.append(Finding(each.row, "error", code, each.text))
                    continue
                (partner_id,) = found
                if partner_id in first:
                    findings.append(
                        Finding(each.row, "skip", "twice", each.text, first[partner_id])
                    )
                    continue
                first[partner_id] = each.row
                matched[each.row] = partner_id
        return matched, findings

    @api.model
    def _find_customers(self, row, holders):
        """:return: set of the ids of those who may be meant"""
        for target in TARGETS:
            if found := holders[target].get(row.values.get(target)):
                return found
        return set()

    def _find_holders(self, target, rows):
        """:return: {value: set of ids of the customers who have it}"""
        values = {row.values[target] for row in rows if row.values.get(target)}
        if not values:
            return {}
        name = COLUMNS[target]
        partners = self.env["res.partner"].search_fetch(
            Domain(name, "in", list(values))
            & Domain("company_id", "in", (False, self.company_id.id)),
            [name, "commercial_partner_id"],
        )
        holders = {}
        for partner in partners:
            customer = partner.commercial_partner_id
            if customer.member_number and customer.active:
                holders.setdefault(partner[name], set()).add(customer.id)
        return holders

    def _apply_plan(self, plan):
        matched, findings = self._match(plan)
        self._write_findings(findings)
        self.row_count = len(plan)
        self.matched_count = len(matched)
        self.new_count = len(self._not_in_yet(matched.values()))
        self.error_count = sum(finding.level == "error" for finding in findings)
        self.skip_count = len(findings) - self.error_count

    def _not_in_yet(self, partner_ids):
        """:return: set of the ids of those who are not in the list"""
        rows = self.env["crm.segment.member"].search_fetch(
            [("segment_id", "=", self.segment_id.id), ("left", "=", False)],
            ["partner_id"],
        )
        return set(partner_ids) - set(rows.partner_id.ids)

    # -- writing -------------------------------------------------------------------

    def _todo(self, plan):
        matched, _findings = self._match(plan)
        waiting = self._not_in_yet(matched.values())
        failed = self._failed_names()
        return [
            row
            for row in plan
            if matched.get(row.row) in waiting and row.text not in failed
        ]

    def _write_batch(self, batch):
        matched, _findings = self._match(batch)
        self.segment_id._add_customers(Domain("id", "in", list(matched.values())))
        self.env.flush_all()

    def _item_name(self, item):
        return item.text

    def _done_message(self):
        return self.env._("Customers added"), self.env._(
            "%(count)s customers of %(file)s were added to %(segment)s.",
            count=self.done_count,
            file=self.name,
            segment=self.segment_id.name,
        )
