from datetime import timedelta
from uuid import uuid4

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.ledger_policy_redate import PolicyRedate
from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day

COURTESY_DAYS = 30


class LoyaltyProgramRedate(models.TransientModel):
    """Give points of the past the validity that the programme has today.

    A change of the programme's rule leaves them alone; whoever wants them to follow
    sees here first what becomes of whose points.
    """

    _name = "loyalty.program.redate"
    _description = "Change the Validity of Points Given Before"

    program_id = fields.Many2one(
        "loyalty.program",
        "Programme",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    not_before = fields.Date(
        "No Points End Before",
        required=True,
        default=lambda self: local_today(self.env) + timedelta(COURTESY_DAYS),
        help="Points that would end earlier, or have ended by the rule, end on this "
        "day, so that customers can still use them.",
    )
    key = fields.Char(default=lambda self: uuid4().hex, readonly=True, required=True)
    card_count = fields.Integer("Cards", compute="_compute_preview")
    points = fields.Float(compute="_compute_preview", digits=(16, 2))
    points_later = fields.Float(
        "Points Valid for Longer", compute="_compute_preview", digits=(16, 2)
    )
    points_earlier = fields.Float(
        "Points Ending Earlier", compute="_compute_preview", digits=(16, 2)
    )
    dates = fields.Html(compute="_compute_preview", sanitize=False)
    examples = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("program_id", "not_before")
    def _compute_preview(self):
        self._check_manager()
        for wizard in self:
            plan = wizard._plan()
            found = plan.summary()
            wizard.card_count = found["cards"]
            wizard.points = found["points"]
            wizard.points_later = found["later"]
            wizard.points_earlier = found["earlier"]
            wizard.dates = wizard._dates_table(plan.by_date())
            wizard.examples = wizard._examples_table(plan.examples())

    def action_apply(self):
        """Change the dates; nothing else than what the preview shows.

        :return: a notification with what was done
        :raise UserError: a day in the past
        """
        self.ensure_one()
        self._check_manager()
        program = self.program_id
        if self.not_before < program._get_local_today():
            raise UserError(self.env._("Choose today or a later day."))
        self.env["loyalty.card"].flush_model()
        cards, awards = self._plan().apply(f"policy:{self.key}")
        self.env.invalidate_all()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": program.name,
                "message": self.env._(
                    "%(awards)s amounts of points on %(cards)s cards have a new date.",
                    awards=awards,
                    cards=cards,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _plan(self):
        program = self.program_id._origin or self.program_id
        return PolicyRedate(program, self.not_before)

    def _check_manager(self):
        """:raise AccessError: for anybody but managers, of the programme's company"""
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers change dates of points."))
        self.program_id.check_access("read")

    def _dates_table(self, rows):
        return self._html_table(
            (self.env._("Valid until"), self.env._("Cards"), self.env._("Points")),
            [
                (self._day(day), cards, points_text(points))
                for day, cards, points in rows
            ],
        )

    def _examples_table(self, rows):
        cards = self.env["loyalty.card"].browse(row[0] for row in rows)
        names = {card.id: card.partner_id.name or card.code for card in cards}
        titles = (
            *(self.env._("Customer"), self.env._("Points")),
            *(self.env._("Valid until now"), self.env._("Valid until then")),
        )
        return self._html_table(
            titles,
            [
                (names[card_id], points_text(points), self._day(old), self._day(fresh))
                for card_id, points, old, fresh in rows
            ],
        )

    def _day(self, day):
        return said_day(self.env, day) if day else self.env._("without end")

    @api.model
    def _html_table(self, titles, rows):
        """:return: Markup of a plain table, empty without rows"""
        if not rows:
            return Markup()

        def line(tag, values):
            cells = (Markup("<%s>%s</%s>") % (tag, value, tag) for value in values)
            return Markup("<tr>%s</tr>") % Markup().join(cells)

        body = Markup().join(line("td", row) for row in rows)
        return Markup(
            '<table class="table table-sm"><thead>%s</thead><tbody>%s</tbody></table>'
        ) % (line("th", titles), body)
