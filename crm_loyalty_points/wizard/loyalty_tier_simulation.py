from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools import tier_sql
from ..tools.local_day import local_today
from ..tools.tier_policy import TierPolicy


class LoyaltyTierSimulation(models.TransientModel):
    """Other thresholds as a draft: who would move, before anything is saved.

    Who reaches more moves up at once when the draft is applied. Who reaches less is
    shown as well, and moves down at the month's end if nothing changes until then.
    """

    _name = "loyalty.tier.simulation"
    _description = "Try Other Tiers"

    program_id = fields.Many2one(
        "loyalty.program", "Programme", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    tier_basis = fields.Selection(
        selection=lambda self: (
            self.env["loyalty.program"]
            ._fields["tier_basis"]
            ._description_selection(self.env)
        ),
        string="Tiers By",
        required=True,
    )
    tier_window_months = fields.Integer("Counted Months")
    line_ids = fields.One2many("loyalty.tier.simulation.line", "simulation_id", "Tiers")
    move_ids = fields.One2many(
        "loyalty.tier.simulation.move", "simulation_id", readonly=True
    )
    is_counted = fields.Boolean(readonly=True)
    up_count = fields.Integer("Up at Once", readonly=True)
    down_count = fields.Integer("Down at the Month's End", readonly=True)
    summary = fields.Text(compute="_compute_summary")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        program = self.env["loyalty.program"].browse(values.get("program_id"))
        if program:
            values.update(
                tier_basis=program.tier_basis,
                tier_window_months=program.tier_window_months,
                line_ids=[
                    Command.create({"tier_id": tier.id, "threshold": tier.threshold})
                    for tier in program.tier_ids
                ],
            )
        return values

    @api.depends("move_ids")
    def _compute_summary(self):
        for draft in self:
            groups = self.env["loyalty.tier.simulation.move"]._read_group(
                [("simulation_id", "=", draft.id)],
                ["direction", "from_tier_id", "to_tier_id"],
                ["__count"],
            )
            draft.summary = "\n".join(
                self.env._(
                    "%(old)s → %(new)s: %(count)s",
                    old=old.name or self.env._("No tier"),
                    new=new.name or self.env._("No tier"),
                    count=count,
                )
                for _direction, old, new, count in groups
            )

    @api.constrains("tier_window_months")
    def _check_window(self):
        for draft in self:
            if not 0 <= draft.tier_window_months <= 1200:
                raise ValidationError(self.env._("Tiers look back 0 to 1,200 months."))

    def action_count(self):
        """Find who would move.

        :return: the same form
        """
        self.ensure_one()
        self._count_moves()
        return self._reopen()

    def action_view_moves(self):
        """:return: the members who would move, as list and graph"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Move"),
            "res_model": "loyalty.tier.simulation.move",
            "view_mode": "graph,list,pivot",
            "domain": [("simulation_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_apply(self):
        """Save the draft and move up who reaches more.

        :raise UserError: nobody looked at what it does
        """
        self.ensure_one()
        if not self.is_counted:
            raise UserError(self.env._("Look first at who would move."))
        program = self.program_id
        program.write(
            {
                "tier_basis": self.tier_basis,
                "tier_window_months": self.tier_window_months,
                "tier_ids": [
                    Command.update(line.tier_id.id, {"threshold": line.threshold})
                    for line in self.line_ids
                ],
            }
        )
        Card = self.env["loyalty.card"].sudo()
        moved = Card._rise(program.sudo(), why="policy")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Tiers changed"),
                "message": self.env._(
                    "%(count)s members moved up. Who reaches less moves down at the "
                    "month's end.",
                    count=len(moved),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try Other Tiers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_draft_policy(self):
        """:return: tier_policy.TierPolicy of the draft
        :raise UserError: no tiers, or two that begin at the same"""
        lines = self.line_ids.sorted("threshold")
        starts = lines.mapped("threshold")
        if not lines:
            raise UserError(self.env._("The programme has no tiers yet."))
        if len(set(starts)) < len(starts):
            raise UserError(
                self.env._("Two tiers of a programme cannot begin at the same.")
            )
        return TierPolicy(
            keys=tuple(lines.tier_id.ids),
            thresholds=tuple(Decimal(str(round(start, 2))) for start in starts),
            window=self.tier_window_months,
            grace=self.program_id.tier_grace_months,
            one_step=self.program_id.tier_one_step,
        )

    def _count_moves(self):
        self.env.flush_all()
        program, policy = self.program_id.sudo(), self._get_draft_policy()
        today = local_today(self.env, program.company_id[:1])
        # The next month's end, as if it were today, and those before it.
        past = policy.month_ends(today.replace(day=1))[: policy.grace]
        rows = tier_sql.moving(program, self.tier_basis, policy, [today, *past])
        self.env["loyalty.tier.simulation.move"]._fill(self, rows)
        groups = self.env["loyalty.tier.simulation.move"]._read_group(
            [("simulation_id", "=", self.id)], ["direction"], ["__count"]
        )
        counts = dict(groups)
        self.write(
            {
                "is_counted": True,
                "up_count": counts.get("up", 0),
                "down_count": counts.get("down", 0),
            }
        )


class LoyaltyTierSimulationLine(models.TransientModel):
    """A tier of the draft and where it would begin."""

    _name = "loyalty.tier.simulation.line"
    _description = "Tier of a Draft"
    _order = "threshold, id"

    simulation_id = fields.Many2one(
        "loyalty.tier.simulation", required=True, ondelete="cascade"
    )
    tier_id = fields.Many2one("loyalty.tier", required=True, ondelete="cascade")
    threshold = fields.Float("From", digits=(16, 2))
    current = fields.Float("Now", related="tier_id.threshold")

    _threshold_positive = models.Constraint(
        "CHECK (threshold >= 0)", "A tier begins at 0 or more."
    )


class LoyaltyTierSimulationMove(models.TransientModel):
    """A member who would have another tier."""

    _name = "loyalty.tier.simulation.move"
    _description = "Member Who Would Move"
    _order = "direction desc, figure desc, id"

    simulation_id = fields.Many2one(
        "loyalty.tier.simulation", required=True, ondelete="cascade", index=True
    )
    card_id = fields.Many2one("loyalty.card", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    from_tier_id = fields.Many2one("loyalty.tier", "From", ondelete="cascade")
    to_tier_id = fields.Many2one("loyalty.tier", "To", ondelete="cascade")
    direction = fields.Selection(
        [("up", "Up at Once"), ("down", "Down at the Month's End")], required=True
    )
    figure = fields.Float("Counted", digits=(16, 2), aggregator=None)

    def _fill(self, simulation, rows):
        """Replace the moves of a draft.

        :param rows: SQL of (card_id, from_id, to_id, direction, figure)
        """
        self.env.cr.execute(
            SQL(
                "DELETE FROM loyalty_tier_simulation_move WHERE simulation_id = %s",
                simulation.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_tier_simulation_move (simulation_id, card_id,
                       from_tier_id, to_tier_id, direction, figure,
                       create_uid, write_uid, create_date, write_date)
                   SELECT %s, m.card_id, m.from_id, m.to_id, m.direction, m.figure,
                          %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                     FROM (%s) m""",
                simulation.id,
                self.env.uid,
                self.env.uid,
                rows,
            )
        )
        self.env.invalidate_all(flush=False)
