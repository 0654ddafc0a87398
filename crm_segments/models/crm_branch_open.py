import pytz
from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools import opening_hours


class CrmBranch(models.Model):
    """When the branch is open, and who works there."""

    _inherit = "crm.branch"

    hour_ids = fields.One2many("crm.branch.hours", "branch_id", "Opening Hours")
    hours_note = fields.Char(
        translate=True, help="Shown with the hours, e.g. Closed on public holidays."
    )
    hours_text = fields.Text(
        "Open At", compute="_compute_hours_text", help="The week in a few lines."
    )
    staff_ids = fields.Many2many(
        "crm.branch.staff",
        compute="_compute_staff_ids",
        inverse="_inverse_staff_ids",
        domain="[('company_id', '=', company_id)]",
    )

    @api.depends("hour_ids.weekday", "hour_ids.hour_from", "hour_ids.hour_to")
    @api.depends("hours_note")
    @api.depends_context("lang")
    def _compute_hours_text(self):
        locale = babel_locale_parse(get_lang(self.env).code)
        names = get_day_names("abbreviated", locale=locale)
        closed = self.env._("closed")
        for branch in self:
            hours = [row for row in branch.hour_ids if row.weekday]
            spans = branch.hour_ids.browse([row.id for row in hours])._spans()
            text = opening_hours.week_text(spans, names, closed)
            branch.hours_text = "\n".join(filter(None, [text, branch.hours_note]))

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_staff_ids(self):
        staff = self.env["crm.branch.staff"].search([("branch_ids", "in", self.ids)])
        for branch in self:
            branch.staff_ids = staff.filtered(
                lambda person, branch=branch: branch._origin in person.branch_ids
            )

    def _inverse_staff_ids(self):
        """Write on the people, whose records note who came and went."""
        for branch in self:
            wanted = branch.staff_ids
            domain = [("branch_ids", "in", branch.ids)]
            known = self.env["crm.branch.staff"].search(domain)
            (known - wanted).write({"branch_ids": [(3, branch.id)]})
            (wanted - known).write({"branch_ids": [(4, branch.id)]})

    def _is_open(self, moment=None):
        """:param moment: naive datetime in UTC, default now
        :return: whether the branch is open then; without hours it always is
        """
        self.ensure_one()
        spans = self.sudo().hour_ids._spans()
        if not spans:
            return True
        tz = pytz.timezone(self.company_id.sudo().customer_tz or "UTC")
        moment = pytz.utc.localize(moment or fields.Datetime.now()).astimezone(tz)
        hour = moment.hour + moment.minute / 60
        return opening_hours.is_open(spans, moment.weekday(), hour)
