import hashlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_segments.tools.local_date import local_today
from odoo.addons.crm_segments.tools.order_columns import guess_targets, normal

from ..tools.member_columns import PARTS, SYNONYMS, missing_targets
from ..tools.member_plan import MemberOptions, MemberPlan


class CrmMemberImport(models.Model):
    """The members of another system moving in, with their points.

    The phone number identifies a member. Known customers are completed, new ones made.
    The points of a member are what the file says: the first file posts them as
    opening entries, a corrected one only the difference, each part with its own last
    day; the same file again changes nothing.
    """

    _name = "crm.member.import"
    _inherit = ["crm.file.import"]
    _description = "Members Import"

    _date_targets = ("birthdate", "joined", *(f"points_expiry{p}" for p in PARTS))
    _number_targets = tuple(f"points{part}" for part in PARTS)

    state = fields.Selection(
        selection_add=[("undone", "Taken Back")], ondelete={"undone": "set default"}
    )
    map_id = fields.Many2one(
        "crm.member.import.map",
        string="File of",
        check_company=True,
        help="The system whose columns are known.",
    )
    source = fields.Char(
        default="members",
        help="Names the system the members come from. The points of a member are taken "
        "over once for each source; a corrected file keeps its name.",
    )
    column_ids = fields.One2many("crm.member.import.column", "import_id", copy=False)
    line_ids = fields.One2many("crm.member.import.line", "import_id", readonly=True)
    program_id = fields.Many2one(
        "loyalty.program",
        string="Programme",
        required=True,
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current'),"
        " ('company_id', 'in', (company_id, False))]",
        default=lambda self: self.env["loyalty.card.adjust"]._usual_program(),
        help="Every member of the file becomes a member of this programme, with the "
        "points of the file and without welcome points.",
    )
    branch_id = fields.Many2one(
        "crm.branch", check_company=True, help="Branch of rows that name none."
    )
    overwrite = fields.Boolean(
        "The File Is Newer",
        help="Values of the file replace those known here. Otherwise only what is "
        "empty here is filled.",
    )
    expiry = fields.Date(
        "Points Lapse After",
        help="Last day of points for which the file gives none. Empty: as the "
        "programme says on the day of the import.",
    )

    @api.depends("file_name")
    def _compute_name(self):
        for record in self:
            record.name = record.file_name or self.env._("Members")

    @api.constrains("program_id", "company_id")
    def _check_program(self):
        for record in self:
            program = record.program_id
            if (
                program.program_type != "loyalty"
                or not self.env["loyalty.card"]._is_ledgered(program)
                or program.company_id not in (record.company_id, program.company_id[:0])
            ):
                raise ValidationError(
                    self.env._("Choose a points programme of the company.")
                )

    @api.model
    def _settings(self):
        return super()._settings() | {"program_id", "branch_id", "overwrite", "expiry"}

    @api.model
    def _guess_targets(self, headers):
        return guess_targets(headers, SYNONYMS)

    @api.model
    def _missing_targets(self, targets):
        return missing_targets(targets)

    def _plan(self):
        self.ensure_one()
        return MemberPlan(self._plan_options()).read(self._file_rows())

    def _plan_options(self):
        """:return: MemberOptions as set on the form"""
        return MemberOptions(
            columns=self._file_columns(),
            header_row=self.header_row,
            date_order=self.date_order,
            decimal=self.decimal,
            today=local_today(self.env, self.company_id),
            phone=self._phone_reader(),
            known={what: set(names) for what, names in self._known_names().items()},
        )

    def _known_names(self):
        """:return: {"group" | "branch" | "tier": {normalised name: id}}, by the names
        in the user's language and in English"""
        mine = [("company_id", "in", (False, self.company_id.id))]
        records = {
            "group": self.env["crm.customer.group"].search(mine),
            "branch": self.env["crm.branch"].search(mine),
            "tier": self.env["loyalty.tier"].search(
                [*mine, ("program_id", "in", (False, self.program_id.id))]
            ),
        }
        return {
            what: {
                normal(record.name): record.id
                for lang in ("en_US", self.env.lang)
                for record in found.with_context(lang=lang)
            }
            for what, found in records.items()
        }

    def _digest(self):
        """:return: what the check was made of: the file and how it is read"""
        columns = sorted((c.position, c.target or "") for c in self.column_ids)
        settings = (
            self.header_row,
            self.date_order,
            self.decimal,
            self.encoding,
            self.separator,
            self.source,
            self.company_id.id,
            self.program_id.id,
            self.branch_id.id,
            self.overwrite,
            self.expiry,
        )
        body = self._file_bytes() + repr((columns, settings)).encode()
        return hashlib.sha256(body).hexdigest()

    def action_view_entries(self):
        """:return: the entries of the ledger that this file made"""
        return self.env["loyalty.point.entry"]._view_source(self)
