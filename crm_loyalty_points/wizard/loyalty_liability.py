from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import lapse_estimate, liability_sql
from ..tools.said_day import said_day, said_month


class LoyaltyLiability(models.TransientModel):
    """What the shop owes its members in points, at the end of any day.

    Everything is told from the entries and draws up to that day, so a figure of the
    past comes out the same whenever it is asked for. What is expected to lapse follows
    the shop's own history up to that day, see `tools.lapse_estimate`.
    """

    _name = "loyalty.liability"
    _description = "Points Liability"

    date = fields.Date(
        "At the End of",
        required=True,
        default=lambda self: self.env.company._get_local_moment().date(),
    )
    program_id = fields.Many2one(
        "loyalty.program",
        "Programme",
        domain="[('program_type', '=', 'loyalty')]",
        help="Empty: all programmes.",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    points = fields.Float("Points Outstanding", digits=(16, 2), readonly=True)
    points_lapsing = fields.Float("Expected to Lapse", digits=(16, 2), readonly=True)
    points_used = fields.Float("Expected to Be Used", digits=(16, 2), readonly=True)
    value = fields.Monetary("Value Outstanding", readonly=True)
    value_used = fields.Monetary("Value Expected to Be Used", readonly=True)
    history_months = fields.Integer(
        "Months of History",
        readonly=True,
        help="How long points with a last day have been given. Points without an end "
        "say nothing about lapse, so they do not count here.",
    )
    history_short = fields.Boolean(
        readonly=True,
        help="Points are valid for longer than the history reaches: what is left then "
        "is expected to be used.",
    )
    line_ids = fields.One2many("loyalty.liability.line", "liability_id", readonly=True)

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for liability in self:
            day = said_day(self.env, liability.date)
            liability.display_name = self.env._(
                "Points Liability of %(date)s", date=day
            )

    @api.model
    def action_open(self):
        """:return: the report of today"""
        liability = self.create({})
        liability._fill()
        return liability._get_action()

    def action_show(self):
        """:return: the report of the day and programme that were chosen"""
        self.ensure_one()
        self._fill()
        return self._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Points Liability"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_view_graph(self):
        """:return: the cohorts as graph and pivot"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "loyalty.liability.line",
            "views": [(False, "graph"), (False, "pivot"), (False, "list")],
            "domain": [("liability_id", "=", self.id)],
        }

    def _get_programs(self):
        """:return: the programmes one may read, of points"""
        domain = [("program_type", "=", "loyalty")]
        if self.program_id:
            domain.append(("id", "=", self.program_id.id))
        programs = self.env["loyalty.program"].with_context(active_test=False)
        return programs.search(domain)

    def _fill(self):
        """Compute the report: two statements, and one for each programme's history."""
        self.ensure_one()
        today = self.company_id._get_local_moment().date()
        if self.date > today:
            raise UserError(self.env._("Choose a day that is not in the future."))
        self.env.flush_all()
        programs = self._get_programs()
        rows = liability_sql.outstanding(
            self.env,
            programs.ids,
            self.date,
            self.env["loyalty.program"]._sql_point_value,
        )
        lines, known, short = [], [], False
        for program in programs:
            own = [row for row in rows if row[0] == program.id]
            if not own:
                continue
            shares, months = self._get_shares(program)
            known.append(months)
            short = short or self._is_short(own, months)
            lines += [self._prepare_line(row, shares) for row in own]
        totals = {
            name: sum(line[name] for line in lines)
            for name in ("points", "points_lapsing", "points_used", "value")
        }
        self.write(
            {
                "line_ids": [Command.clear(), *map(Command.create, lines)],
                "history_months": min(known, default=0),
                "history_short": short,
                "value_used": sum(line["value_used"] for line in lines),
                **totals,
            }
        )

    def _now(self):
        """:return: number of the first month that is not complete on the day"""
        month = liability_sql.month_number(self.date)
        last = fields.Date.end_of(self.date, "month")
        return month + 1 if self.date == last else month

    def _get_shares(self, program):
        """:return: see `lapse_estimate.shares`"""
        cohorts, exits = liability_sql.history(self.env, program.id, self.date)
        return lapse_estimate.shares(cohorts, exits, self._now())

    def _is_short(self, rows, months):
        """:return: whether points live on to an age that history does not know"""
        return any(
            ends and liability_sql.month_number(ends) - month >= months
            for _program, month, *_figures, ends in rows
        )

    def _prepare_line(self, row, shares):
        program_id, month, given, points, ending, value, ending_value, _ends = row
        age = max(liability_sql.month_number(self.date) - month, 0)
        share = shares[age] if age < len(shares) else 0
        lapsing = round(max(ending, 0) * share, 2)
        return {
            "program_id": program_id,
            "cohort": date((month - 1) // 12, (month - 1) % 12 + 1, 1),
            "given": given,
            "points": round(points, 2),
            "lapse_share": 100 * share,
            "points_lapsing": lapsing,
            "points_used": round(points - lapsing, 2),
            "value": value,
            "value_used": value - max(ending_value, 0) * share,
        }


class LoyaltyLiabilityLine(models.TransientModel):
    """The points that were given in one month."""

    _name = "loyalty.liability.line"
    _description = "Points Liability of a Month"
    _order = "cohort desc, id"

    liability_id = fields.Many2one(
        "loyalty.liability", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="liability_id.currency_id")
    program_id = fields.Many2one("loyalty.program", "Programme")
    cohort = fields.Date("Month")
    cohort_name = fields.Char("Given In", compute="_compute_cohort_name")
    given = fields.Float("Points Given", digits=(16, 2))
    points = fields.Float("Points Left", digits=(16, 2))
    lapse_share = fields.Float(
        "Expected to Lapse (%)",
        digits=(5, 1),
        aggregator=None,
        help="Of the points left that have a last day.",
    )
    points_lapsing = fields.Float("Expected to Lapse", digits=(16, 2))
    points_used = fields.Float("Expected to Be Used", digits=(16, 2))
    value = fields.Monetary()
    value_used = fields.Monetary("Value Expected to Be Used")

    @api.depends("cohort")
    @api.depends_context("lang")
    def _compute_cohort_name(self):
        for line in self:
            line.cohort_name = line.cohort and said_month(self.env, line.cohort)
