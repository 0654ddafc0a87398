from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day

SIDES = ("current", "draft")


class LoyaltyReplay(models.Model):
    """A draft programme tried on orders of the past, beside the current one.

    A background job counts every order with both, by the engine that counts real sales,
    in the order in which they were made. Both programmes start with nobody knowing a
    point: what members hold today, from before or by hand, belongs to neither. Nothing
    is written to the points ledger.
    """

    _name = "loyalty.replay"
    _description = "Replay of a Programme"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    program_id = fields.Many2one(
        "loyalty.program",
        "Draft",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current')]",
        context={"active_test": False},
        help="The programme to try. An archived one gives no points to anybody: make "
        "a copy of the current programme, change it and try it here.",
    )
    current_program_id = fields.Many2one(
        "loyalty.program",
        "Compared With",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current')]",
        default=lambda self: self._default_current_program_id(),
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        "Orders From",
        required=True,
        default=lambda self: fields.Date.subtract(local_today(self.env), years=1),
    )
    date_to = fields.Date(
        "Orders Until", required=True, default=lambda self: local_today(self.env)
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Counting"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Stopped"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    error_message = fields.Char(readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", "Started By", readonly=True, copy=False, ondelete="set null"
    )
    date_done = fields.Datetime("Finished", readonly=True, copy=False)
    order_ids = fields.One2many("loyalty.replay.order", "replay_id", readonly=True)
    member_ids = fields.One2many("loyalty.replay.member", "replay_id", readonly=True)
    order_count = fields.Integer("Orders", compute="_compute_counts")
    done_count = fields.Integer("Orders Counted", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    member_count = fields.Integer("Customers", compute="_compute_counts")
    points_current = fields.Float(
        "Points, Current", compute="_compute_counts", digits=(16, 2)
    )
    points_draft = fields.Float(
        "Points, Draft", compute="_compute_counts", digits=(16, 2)
    )
    cost_current = fields.Monetary("Cost, Current", compute="_compute_costs")
    cost_draft = fields.Monetary("Cost, Draft", compute="_compute_costs")
    has_cost = fields.Boolean(compute="_compute_costs")
    tier_up_count = fields.Integer("In a Higher Tier", compute="_compute_tier_counts")
    tier_down_count = fields.Integer("In a Lower Tier", compute="_compute_tier_counts")
    verdict = fields.Char(compute="_compute_verdict")

    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The first day is after the last one."
    )

    @api.model
    def _default_current_program_id(self):
        programs = self.env["loyalty.program"]
        company = Domain("company_id", "in", [False, *self.env.company.parent_ids.ids])
        found = programs.search(company & programs._get_points_program_domain())
        return found[:1]

    @api.depends("program_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_name(self):
        for replay in self:
            if not replay.program_id:
                replay.name = False
                continue
            replay.name = self.env._(
                "%(program)s, %(first)s to %(last)s",
                program=replay.program_id.name,
                first=said_day(self.env, replay.date_from),
                last=said_day(self.env, replay.date_to),
            )

    def _compute_counts(self):
        """Counted from the orders, so that the job writes nothing here while somebody
        may cancel."""
        rows = {
            replay.id: values
            for replay, *values in self.env["loyalty.replay.order"]._read_group(
                [("replay_id", "in", self.ids)],
                ["replay_id"],
                [
                    "__count",
                    "done:sum",
                    "points_current:sum",
                    "points_draft:sum",
                    "partner_id:count_distinct",
                ],
            )
        }
        for replay in self:
            count, done, current, draft, members = rows.get(replay.id, [0] * 5)
            replay.order_count = count
            replay.done_count = done
            replay.progress = 100 * done / count if count else 0
            replay.points_current = current
            replay.points_draft = draft
            replay.member_count = members

    @api.depends("program_id.point_value", "current_program_id.point_value")
    def _compute_costs(self):
        for replay in self:
            current = replay.current_program_id.point_value
            draft = replay.program_id.point_value
            replay.cost_current = replay.points_current * current
            replay.cost_draft = replay.points_draft * draft
            replay.has_cost = bool(current or draft)

    def _compute_tier_counts(self):
        counts = {
            (replay.id, move): count
            for replay, move, count in self.env["loyalty.replay.member"]._read_group(
                [("replay_id", "in", self.ids), ("tier_move", "!=", "same")],
                ["replay_id", "tier_move"],
                ["__count"],
            )
        }
        for replay in self:
            replay.tier_up_count = counts.get((replay.id, "up"), 0)
            replay.tier_down_count = counts.get((replay.id, "down"), 0)

    @api.depends("state", "points_current", "points_draft")
    def _compute_verdict(self):
        for replay in self:
            replay.verdict = replay.state == "done" and replay._get_verdict()

    def _get_verdict(self):
        """:return: the result in one sentence"""
        self.ensure_one()
        if not self.order_count:
            return self.env._("No customer ordered in these days.")
        values = {
            "draft": points_text(self.points_draft),
            "current": points_text(self.points_current),
            "orders": self.order_count,
        }
        if not self.points_current:
            return self.env._(
                "The draft gives %(draft)s points for %(orders)s orders, the current "
                "programme none.",
                **values,
            )
        change = self.points_draft / self.points_current - 1
        return self.env._(
            "The draft gives %(draft)s points for %(orders)s orders, the current "
            "programme %(current)s: %(change)s.",
            change=f"{change:+.1%}",
            **values,
        )

    @api.constrains("program_id", "current_program_id", "company_id")
    def _check_programs(self):
        for replay in self.sudo():
            for program in replay.program_id | replay.current_program_id:
                if not program._is_engine_program():
                    raise ValidationError(
                        self.env._("Only programmes of points are tried on orders.")
                    )
                company = program.company_id
                if company and company not in replay.company_id.parent_ids:
                    raise ValidationError(
                        self.env._(
                            "%(program)s is a programme of another company.",
                            program=program.name,
                        )
                    )

    def write(self, vals):
        """:raises UserError: what was tried is changed after it was tried"""
        setup = {"program_id", "current_program_id", "date_from", "date_to"}
        if (setup | {"company_id"}) & vals.keys() and set(self.mapped("state")) - {
            "draft"
        }:
            raise UserError(
                self.env._("Start again first: this result belongs to the old values.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if "running" in self.mapped("state"):
            raise UserError(self.env._("Cancel the count first."))

    # -- steering --------------------------------------------------------------------

    def action_start(self):
        """Collect the orders and let the job count them."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("Start again first."))
        self.sudo().write(
            {"state": "running", "user_id": self.env.uid, "error_message": False}
        )
        self._collect_orders()
        self.env.ref("crm_loyalty_points.loyalty_replay_cron").sudo()._trigger()
        return True

    def action_cancel(self):
        """Stop after the batch being counted."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "running":
            self.sudo().state = "cancelled"
        return True

    def action_reset(self):
        """Forget the result, to try again."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "running":
            raise UserError(self.env._("Cancel the count first."))
        self.sudo()._forget()
        self.sudo().write({"state": "draft", "error_message": False})
        return True

    def action_edit_draft(self):
        """:return: action with the programme that is tried"""
        self.ensure_one()
        return self.program_id.action_edit_draft()

    def action_view_orders(self):
        """:return: action with what each order earned"""
        return self._view_results("loyalty_replay_order_action", {})

    def action_view_members(self):
        """:return: action with what each customer got"""
        return self._view_results("loyalty_replay_member_action", {})

    def action_view_tier_moves(self):
        """:return: action with the customers whose tier differs"""
        context = {"search_default_moved": 1}
        return self._view_results("loyalty_replay_member_action", context)

    def _view_results(self, xmlid, context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_loyalty_points.{xmlid}"
        )
        domain = [("replay_id", "=", self.id)]
        return {**action, "domain": domain, "context": context}

    # -- the orders ------------------------------------------------------------------

    def _forget(self):
        for table in ("loyalty_replay_order", "loyalty_replay_member"):
            self.env.execute_query(
                SQL(
                    "DELETE FROM %s WHERE replay_id = ANY(%s) RETURNING id",
                    SQL.identifier(table),
                    self.ids,
                )
            )
        self.invalidate_recordset()
        self.env["loyalty.replay.order"].invalidate_model(flush=False)
        self.env["loyalty.replay.member"].invalidate_model(flush=False)

    def _collect_orders(self):
        """Number the orders of all channels in the order in which they were made."""
        self.ensure_one()
        self._forget()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """INSERT INTO loyalty_replay_order (
                       replay_id, company_id, number, res_model, res_id, name,
                       partner_id, branch_id, moment, day, amount, done,
                       points_current, points_draft)
                   SELECT %(replay)s, %(company)s,
                          row_number() OVER (ORDER BY found.moment, found.res_model,
                                                      found.res_id),
                          found.res_model, found.res_id, found.name, found.partner_id,
                          found.branch_id, found.moment,
                          (found.moment AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                          found.amount, 0, 0, 0
                     FROM (%(orders)s) AS found
                    WHERE (found.moment AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                          BETWEEN %(first)s AND %(last)s
                RETURNING id""",
                replay=self.id,
                company=self.company_id.id,
                tz=self.company_id.sudo().customer_tz or "UTC",
                orders=SQL(" UNION ALL ").join(self._get_order_sources()),
                first=self.date_from,
                last=self.date_to,
            )
        )
        self.invalidate_recordset()

    def _get_order_sources(self):
        """Where orders of the past are; a module with a channel of its own adds its
        own, and says in ``loyalty.replay.order`` how they are read.

        :return: list of SQL, each selecting (res_model, res_id, name, partner_id,
            branch_id, moment, amount) of confirmed orders of the company: moment in
            UTC, amount in the company's currency
        """
        self.ensure_one()
        return [
            SQL(
                """SELECT 'sale.order' AS res_model, o.id AS res_id, o.name,
                          o.partner_id, o.branch_id, o.date_order AS moment,
                          o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1)
                          AS amount
                     FROM sale_order o
                    WHERE o.company_id = %s AND o.state = 'sale'
                      AND o.partner_id IS NOT NULL""",
                self.company_id.id,
            )
        ]
