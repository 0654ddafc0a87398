from datetime import datetime, timezone
from zoneinfo import available_timezones

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.myshop_windows import safe_end
from ..tools.pull_times import next_pull
from .crm_lineshopping_pull import FIRST, KINDS

JOB = "crm_lineshopping_connector.crm_lineshopping_cron_work"


class CrmLineshoppingShop(models.Model):
    """When the shop's orders are read: every day at a time of its own zone, and every
    few minutes if wanted. The moment is kept in UTC, whatever zone the server is in."""

    _inherit = "crm.lineshopping.shop"

    pull_time = fields.Float(
        "Every Day At",
        required=True,
        default=19.0,
        tracking=True,
        help="By the clock of the shop.",
    )
    tz = fields.Selection(
        "_selection_tz",
        "Time Zone",
        required=True,
        default="Asia/Bangkok",
        tracking=True,
    )
    every_minutes = fields.Integer(
        "Also Every (Minutes)",
        tracking=True,
        help="0 for once a day. At least 5.",
    )
    next_pull_at = fields.Datetime("Next Reading", readonly=True, copy=False)
    cursor_at = fields.Datetime(
        "Read Up To",
        readonly=True,
        copy=False,
        help="All changes until then are here. It moves when all of a span is read.",
    )
    pull_ids = fields.One2many("crm.lineshopping.pull", "shop_id", readonly=True)
    running_pull_id = fields.Many2one(
        "crm.lineshopping.pull", compute="_compute_running_pull_id"
    )
    pull_progress = fields.Float("Progress", compute="_compute_running_pull_id")
    pull_kind = fields.Selection(KINDS, "Why", compute="_compute_running_pull_id")
    order_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)
    trouble_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)
    flag_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)

    @api.model
    def _selection_tz(self):
        return [(name, name) for name in sorted(available_timezones()) if "/" in name]

    @api.depends("pull_ids.state")
    def _compute_running_pull_id(self):
        for shop in self:
            running = shop.pull_ids.filtered(lambda pull: pull.state == "running")
            pull = running.sorted(lambda one: (FIRST.index(one.kind), one.id))[:1]
            shop.running_pull_id = pull
            shop.pull_progress, shop.pull_kind = pull.progress, pull.kind

    def _compute_order_count(self):
        orders = self.env["crm.lineshopping.order"]
        by_shop = [("shop_id", "in", self.ids)]
        flagged = [*by_shop, ("flag_open", "=", True)]
        trouble = self.env["crm.lineshopping.exception"]
        counts = {
            name: dict(model._read_group(domain, ["shop_id"], ["__count"]))
            for name, model, domain in (
                ("order_count", orders, by_shop),
                ("flag_count", orders, flagged),
                ("trouble_count", trouble, by_shop),
            )
        }
        for shop in self:
            for name, per_shop in counts.items():
                shop[name] = per_shop.get(shop, 0)

    @api.constrains("pull_time", "every_minutes")
    def _check_schedule(self):
        for shop in self:
            if not 0 <= shop.pull_time < 24:
                raise ValidationError(
                    self.env._("The time of the day is between 00:00 and 23:59.")
                )
            if shop.every_minutes < 0 or 0 < shop.every_minutes < 5:
                raise ValidationError(
                    self.env._("At least 5 minutes between two readings, or 0.")
                )

    def write(self, vals):
        done = super().write(vals)
        if {"pull_time", "tz", "every_minutes"} & set(vals):
            for shop in self.sudo().filtered("next_pull_at"):
                shop.next_pull_at = shop._next_pull(fields.Datetime.now())
        return done

    def _next_pull(self, after):
        self.ensure_one()
        return next_pull(after, self.pull_time, self.tz, self.every_minutes)

    def _now_settled(self, skew=0.0):
        """:return: up to when all changes are certainly told by the service"""
        return safe_end(fields.Datetime.now(), skew)

    # -- buttons -----------------------------------------------------------------------

    def action_pull_now(self):
        """Read what changed since the last time, now."""
        self._check_ready()
        shop = self.sudo()
        if not shop._running_pulls(("schedule", "now")):
            shop._start_pull("now", self.env.user)
        shop.wait_until = False
        shop._wake_job()
        return self._tell(
            "info", self.env._("Orders are being read, see the progress here.")
        )

    def action_import_since(self):
        """Choose the day from which older orders are read."""
        self._check_ready()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Orders Since"),
            "res_model": "crm.lineshopping.since",
            "view_mode": "form",
            "target": "new",
            "context": {"default_shop_id": self.id},
        }

    def action_cancel_pull(self):
        """Stop what is being read; what is read stays."""
        self._check_editor()
        self.sudo()._running_pulls()._cancel()
        return True

    def _check_ready(self):
        self._check_editor()
        if self.state == "stopped":
            raise UserError(
                self.env._("LINE SHOPPING refuses the key. Test the connection first.")
            )
        if self.state != "active":
            raise UserError(self.env._("The shop is paused. Resume it first."))

    def action_open_orders(self):
        return self._open("crm_lineshopping_order_action")

    def action_open_flagged(self):
        action = self._open("crm_lineshopping_order_action")
        action["context"] = {"search_default_flagged": 1, "create": False}
        return action

    def action_open_trouble(self):
        return self._open("crm_lineshopping_exception_action")

    def action_open_pulls(self):
        return self._open("crm_lineshopping_pull_action")

    def _open(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_lineshopping_connector.{name}"
        )
        action["domain"] = [("shop_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    # -- pulls -------------------------------------------------------------------------

    def _running_pulls(self, kinds=None):
        domain = [("shop_id", "=", self.id), ("state", "=", "running")]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.env["crm.lineshopping.pull"].sudo().search(domain, order="id")

    def _start_pull(self, kind, user=None, start=None):
        """:param kind: see crm.lineshopping.pull
        :param start: UTC, default where reading stopped
        :return: the new crm.lineshopping.pull"""
        self.ensure_one()
        end = self._now_settled()
        start = min(start or self.cursor_at or end, end)
        return self.env["crm.lineshopping.pull"].create(
            {
                "shop_id": self.id,
                "kind": kind,
                "user_id": user.id if user else False,
                "start_at": start,
                "cursor_at": start,
                "end_at": end,
            }
        )

    def _start_due(self):
        """Begin what the schedule says. The next time is set at once, so that a job
        that is killed does not begin twice."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.next_pull_at and self.next_pull_at <= now:
            if not self._running_pulls(("schedule", "now")):
                self._start_pull("schedule")
            self.next_pull_at = self._next_pull(now)

    def _wake_job(self):
        """Let the job run soon, once for many calls."""
        job = self.env.ref(JOB).sudo()
        recent = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        domain = [("cron_id", "=", job.id), ("call_at", ">=", recent)]
        if not self.env["ir.cron.trigger"].sudo().search_count(domain, limit=1):
            job._trigger()
