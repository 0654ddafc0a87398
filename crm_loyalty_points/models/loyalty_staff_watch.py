import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..tools import basket as engine
from ..tools import staff_watch_sql
from ..tools.said_day import said_day

_logger = logging.getLogger(__name__)

MANAGER = "crm_segments.crm_segments_group_manager"
BATCH = 500
KEEP_DAYS = 90


class LoyaltyStaffWatch(models.Model):
    """Points per operator of a period, and what a manager should look at.

    Totals and most findings are a few statements over the ledger. Then every award with
    the engine's arithmetic is counted again from what was frozen on it, in a job.
    """

    _name = "loyalty.staff.watch"
    _description = "Staff Watch"
    _order = "date_to desc, id desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._today().replace(day=1)
    )
    date_to = fields.Date("To", required=True, default=lambda self: self._today())
    origin = fields.Selection(
        [("manual", "By hand"), ("night", "Every night")],
        required=True,
        readonly=True,
        default="manual",
    )
    state = fields.Selection(
        [("draft", "New"), ("running", "Running"), ("done", "Done")],
        required=True,
        readonly=True,
        default="draft",
    )
    last_entry_id = fields.Integer(readonly=True)
    check_count = fields.Integer("Awards to Count Again", readonly=True)
    checked_count = fields.Integer("Counted Again", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many("loyalty.staff.watch.line", "watch_id", readonly=True)
    finding_ids = fields.One2many("loyalty.staff.finding", "watch_id", readonly=True)
    finding_count = fields.Integer("Findings", compute="_compute_finding_count")

    @api.model
    def _today(self):
        return self.env.company._get_local_moment().date()

    @api.depends("checked_count", "check_count", "state")
    def _compute_progress(self):
        for watch in self:
            share = watch.checked_count / watch.check_count if watch.check_count else 0
            watch.progress = 100 if watch.state == "done" else min(100 * share, 99)

    @api.depends("finding_ids")
    def _compute_finding_count(self):
        groups = self.env["loyalty.staff.finding"]._read_group(
            [("watch_id", "in", self.ids)], ["watch_id"], ["__count"]
        )
        counts = {watch.id: count for watch, count in groups}
        for watch in self:
            watch.finding_count = counts.get(watch.id, 0)

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for watch in self:
            watch.display_name = self.env._(
                "Staff watch %(first)s - %(last)s",
                first=said_day(self.env, watch.date_from),
                last=said_day(self.env, watch.date_to),
            )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(watch.date_from > watch.date_to for watch in self):
            raise ValidationError(self.env._("The first day is after the last one."))

    # -- actions -------------------------------------------------------------------

    def action_start(self):
        """Look at the period; the counting goes on in the background.

        :raise AccessError: for anybody but managers
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers watch the staff."))
        self.check_access("write")
        self.sudo()._begin()
        self.env.ref("crm_loyalty_points.loyalty_staff_watch_cron")._trigger()

    def action_cancel(self):
        """Stop counting; what was found stays."""
        self.filtered(lambda watch: watch.state == "running").state = "done"

    def action_view_findings(self):
        """:return: what was found, by kind"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_staff_finding_action"
        )
        action["domain"] = [("watch_id", "=", self.id)]
        action["context"] = {"search_default_group_kind": 1}
        return action

    # -- the job -------------------------------------------------------------------

    @api.model
    def _cron_watch(self):
        """Count what is waiting; once a day look at the day before.

        A batch per transaction: a job that dies goes on where it was.
        """
        self._begin_night()
        progress = self.env["ir.cron"]._commit_progress
        running = self.search([("state", "=", "running")], order="id")
        seconds = progress(
            remaining=sum(w.check_count - w.checked_count for w in running)
        )
        for watch in running:
            while seconds and watch.state == "running":
                seconds = progress(watch._count_batch())
                watch.invalidate_recordset()

    @api.model
    def _begin_night(self):
        """Look at yesterday, in each company, once; forget old quiet days."""
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            here = self.with_company(company)
            day = here._today() - timedelta(1)
            domain = [("company_id", "=", company.id), ("origin", "=", "night")]
            if here.search_count([*domain, ("date_to", ">=", day)], limit=1):
                continue
            here.create(
                {
                    "company_id": company.id,
                    "date_from": day,
                    "date_to": day,
                    "origin": "night",
                }
            )._begin()
            old = here.search(
                [
                    *domain,
                    ("state", "=", "done"),
                    ("date_to", "<", day - timedelta(KEEP_DAYS)),
                ]
            )
            old.filtered(lambda watch: not watch.finding_count).unlink()

    def _begin(self):
        """Sum up the operators, and find all that statements can find."""
        self.env.flush_all()
        for watch in self:
            watch.finding_ids.unlink()
            watch.line_ids.unlink()
            watch.flush_recordset()
            scope = staff_watch_sql.Scope(
                watch.id, watch.company_id.id, watch.date_from, watch.date_to
            )
            staff_watch_sql.sum_up(self.env, scope)
            staff_watch_sql.find(self.env, scope)
            count = staff_watch_sql.count_awards(self.env, scope)
            watch.write(
                {
                    "state": "running" if count else "done",
                    "last_entry_id": 0,
                    "check_count": count,
                    "checked_count": 0,
                }
            )
        self.env.invalidate_all()

    def _count_batch(self, batch=BATCH):
        """Count the next awards again.

        :return: how many were counted
        """
        self.ensure_one()
        scope = staff_watch_sql.Scope(
            self.id, self.company_id.id, self.date_from, self.date_to
        )
        rows = staff_watch_sql.awards(self.env, scope, self.last_entry_id, batch)
        wrong = []
        for entry_id, why in rows:
            counted = self._count_again(why)
            if counted is None or str(counted) != why["points"]:
                wrong.append((entry_id, counted))
        staff_watch_sql.add_wrong(self.env, scope, wrong)
        self.write(
            {
                "last_entry_id": rows[-1][0] if rows else self.last_entry_id,
                "checked_count": self.checked_count + len(rows),
                "state": "running" if len(rows) == batch else "done",
            }
        )
        self.flush_recordset()
        return len(rows)

    @api.model
    def _count_again(self, why):
        """:param dict why: the arithmetic that was frozen on an award
        :return: Decimal points by the engine, None when it makes no sense"""
        try:
            return engine.compute(*engine.thaw(why)).points
        except (ArithmeticError, KeyError, TypeError, ValueError):
            return None
