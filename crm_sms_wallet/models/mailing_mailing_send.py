import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_zone
from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

from ..tools import campaign_sql, send_plan
from ..tools.quiet_hours import next_allowed, windows
from .mailing_mailing_prepare import SMALL

_logger = logging.getLogger(__name__)

# What a message waits in, before anything is known about it.
WAITING = ("draft", "queued", "sending")


class MailingMailing(models.Model):
    """Sending what was prepared: when each message may leave, pause, resume, cancel,
    and the end."""

    _inherit = "mailing.mailing"

    not_before = fields.Datetime("Sending Begins", compute="_compute_not_before")
    waiting_count = fields.Integer("Still Waiting", compute="_compute_waiting_count")

    @api.depends("schedule_date", "hours_from", "hours_until", "company_id")
    def _compute_not_before(self):
        for mailing in self:
            mailing.not_before = mailing._next_allowed()

    def _next_allowed(self, moment=None):
        """:param moment: naive UTC; default: the scheduled time, or now
        :return: when the next message may leave (naive UTC)"""
        moment = moment or max(
            self.schedule_date or fields.Datetime.now(), fields.Datetime.now()
        )
        if not self._has_own_queue():
            return moment
        zone = local_zone(self.env, self.company_id or self.env.company)
        return next_allowed(zone, self.hours_from, self.hours_until, moment)

    def _compute_waiting_count(self):
        counts = {}
        for queue in self._own_queues().values():
            groups = queue._read_group(
                [("mailing_id", "in", self._origin.ids), ("state", "in", WAITING)],
                ["mailing_id"],
                ["__count"],
            )
            counts.update({mailing.id: count for mailing, count in groups})
        for mailing in self:
            mailing.waiting_count = counts.get(mailing._origin.id, 0)

    # -- launch --------------------------------------------------------------------

    def action_confirm_send(self):
        """:return: the dialog that shows the cost and asks"""
        self.ensure_one()
        self._check_officer()
        self._check_ready()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send"),
            "res_model": "mailing.campaign.send",
            "view_mode": "form",
            "target": "new",
            "context": {"default_mailing_id": self.id},
        }

    def _check_ready(self):
        """:raise UserError: what would be sent is not what was prepared"""
        self._check_not_sent()
        if self.prepare_state == "stale":
            raise UserError(
                self.env._("This was changed after it was prepared. Prepare it again.")
            )
        if self.prepare_state != "ready":
            raise UserError(self.env._("Prepare the campaign first."))
        if not self.treated_count:
            raise UserError(self.env._("Nobody would get this message."))
        if self.mailing_type == "sms":
            blocked = [why for level, why in self._text_warnings() if level == "block"]
            if blocked:
                raise UserError("\n".join(blocked))
        if self.credits_missing:
            raise UserError(
                self.env._(
                    "%(count)s SMS credits are missing. Buy credits first.",
                    count=f"{self.credits_missing:,}",
                )
            )

    def _launch(self):
        """Send it now or as scheduled; it stays as it is from now on."""
        self.ensure_one()
        if not self._has_own_queue():
            return self.action_put_in_queue()
        self._check_officer()
        self._check_ready()
        mailing = self.sudo()
        now = fields.Datetime.now()
        mailing.write({"state": "in_queue", "paused": False})
        later = mailing.schedule_date and mailing.schedule_date > now
        if not later and mailing.sms_messages <= SMALL:
            mailing._start_sending()
        else:
            cron = self.env.ref("crm_sms_wallet.mailing_send_cron").sudo()
            cron._trigger(mailing.schedule_date if later else now)
        return True

    def _start_sending(self):
        """Let the messages go, except those of people who said no meanwhile."""
        self.ensure_one()
        self._skip_who_said_no()
        self._issue_codes()
        self._plan_times()
        if self.mailing_type == "sms":
            self.env["mailing.trace"]._note_deliveries(self)
        self.write({"state": "sending"})
        self._message_queue()._queue_mailing(self)
        self._wake_sender_later()

    def _wake_sender_later(self):
        """The sender sleeps until the first message may leave."""
        moment = self._next_allowed()
        if moment > fields.Datetime.now():
            self._message_queue()._wake_sender([moment])

    def _skip_who_said_no(self):
        """Consent and stops count at the moment of sending, and nobody gets a message
        who was deleted."""
        channel = self._campaign_channel()
        agreed = self._agreed(channel)
        self.env.flush_all()
        self.env.cr.execute(campaign_sql.skip_who_said_no(self, channel, agreed))
        self.env["mailing.assignment"].invalidate_model(flush=False)
        if self._has_own_queue():
            self._cancel_skipped(self._message_queue())
        self.invalidate_recordset(flush=False)

    def _cancel_skipped(self, queue):
        """Take back the prepared messages of those who are skipped now."""
        table = SQL.identifier(queue._table)
        queue._cancel_where(
            SQL(
                """mailing_id = %(mailing)s AND state = 'draft' AND NOT EXISTS (
                       SELECT FROM mailing_assignment a
                        WHERE a.mailing_id = %(table)s.mailing_id
                          AND a.partner_id = %(table)s.partner_id
                          AND a.skip_reason = 'none')""",
                mailing=self.id,
                table=table,
            ),
            "stopped",
            self.env._("The customer said no before it was sent."),
        )

    def _plan_times(self):
        """When each waiting message may leave: within the hours, at the rate."""
        queue = self._message_queue()
        queue.flush_model()
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM %s WHERE %s",
                SQL.identifier(queue._table),
                self._waiting_deliveries(),
            )
        )
        zone = local_zone(self.env, self.company_id)
        moment = max(self.schedule_date or fields.Datetime.now(), fields.Datetime.now())
        open_hours = windows(zone, self.hours_from, self.hours_until, moment)
        spans = send_plan.spans(open_hours, moment, count, self.rate_per_minute)
        self.env.cr.execute(
            send_plan.set_times(
                *(self._waiting_deliveries(), spans, self.rate_per_minute),
                table=queue._table,
                column=queue._campaign_time,
            )
        )
        queue.invalidate_model([queue._campaign_time], flush=False)

    def _waiting_deliveries(self):
        """:return: SQL condition on the messages: what has not left"""
        return SQL("mailing_id = %s AND state IN ('draft', 'queued')", self.id)

    # -- pause, resume, cancel -----------------------------------------------------

    def action_pause(self):
        """Let nothing more leave; what is on its way arrives."""
        self._check_officer()
        for mailing in self._is_campaign():
            if mailing.state not in ("in_queue", "sending"):
                raise UserError(self.env._("Nothing is being sent."))
        self.sudo().write({"paused": True})
        return True

    def action_resume(self):
        """Go on, at the next time that is allowed."""
        self._check_officer()
        for mailing in self.sudo().filtered("paused"):
            mailing.paused = False
            if mailing.state == "sending":
                mailing._plan_times()
                mailing._message_queue()._wake_sender()
                mailing._wake_sender_later()
        self.env.ref("crm_sms_wallet.mailing_send_cron").sudo()._trigger()
        return True

    def action_cancel(self):
        """Take back what has not left. A campaign of which nothing has left yet can be
        changed again."""
        campaigns = self._is_campaign()
        if campaigns:
            campaigns._check_officer()
        for mailing in campaigns.sudo():
            if mailing.state == "in_queue":
                mailing.write({"state": "draft", "paused": False})
            elif mailing.state == "sending":
                if mailing._has_own_queue():
                    mailing._message_queue()._cancel_mailing(mailing)
                mailing.write({"campaign_cancelled": True, "paused": False})
                mailing._finish_sending()
            elif mailing.state == "done":
                raise UserError(self.env._("Everything was sent already."))
        if others := self - campaigns:
            return super(MailingMailing, others).action_cancel()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sending(self):
        """Without their campaign, its messages would know neither pause nor hours.

        :raise UserError: some of them wait"""
        for mailing in self._has_own_queue().sudo():
            if mailing.state in ("in_queue", "sending"):
                raise UserError(
                    self.env._("This campaign is on its way. Cancel it first.")
                )
            mailing._forget_messages()

    # -- the end -------------------------------------------------------------------

    def _finish_sending(self):
        """Campaigns of which nothing waits any more are done; the traces follow."""
        if not self:
            return
        self.env["mailing.trace"]._follow_deliveries(self)
        waiting = set()
        for queue in self._own_queues().values():
            queue.flush_model()
            rows = self.env.execute_query(
                SQL(
                    """SELECT DISTINCT mailing_id FROM %s
                        WHERE mailing_id = ANY(%s) AND state = ANY(%s)""",
                    SQL.identifier(queue._table),
                    self.ids,
                    list(WAITING),
                )
            )
            waiting.update(id_ for (id_,) in rows)
        done = self.filtered(lambda m: m.state == "sending" and m.id not in waiting)
        done.write({"state": "done", "sent_date": fields.Datetime.now()})

    @api.model
    def _cron_send_campaigns(self):
        """Start what is due, finish what is done."""
        cron = self.env["ir.cron"]
        campaigns = self.sudo().search(
            [
                ("recipient_choice", "!=", False),
                ("mailing_type", "in", list(self._own_queues())),
                ("state", "in", ("in_queue", "sending")),
                ("paused", "=", False),
            ],
            order="id",
        )
        now = fields.Datetime.now()
        due = campaigns.filtered(
            lambda m: (
                m.state == "in_queue"
                and (not m.schedule_date or m.schedule_date <= now)
            )
        )
        cron._commit_progress(remaining=len(due) + 1)
        for mailing in due:
            mailing._start_safely()
        self._cancel_again()
        campaigns.filtered(lambda m: m.state == "sending")._finish_sending()
        cron._commit_progress(1, remaining=0)

    def _start_safely(self):
        """Start one: unless somebody has stopped it since it was found, and whatever is
        wrong with it does not concern the next ones."""
        if self.state != "in_queue" or self.paused:
            return
        try:
            self._start_sending()
            self.env["ir.cron"]._commit_progress(1)
        except LOST_RACES:
            self.env.cr.rollback()
            self.env.invalidate_all()
            _logger.info("Campaign %s: lost a race, started in the next run", self.id)
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            self._start_failed(error)
            self.env["ir.cron"]._commit_progress(1)

    def _start_failed(self, error):
        """Back to draft, with what is wrong: it is prepared and sent again by hand."""
        why = self.env._("Something went wrong on the server. Try again.")
        if isinstance(error, UserError):
            why = str(error)
        else:
            _logger.error("Campaign %s cannot be started", self.id, exc_info=error)
        self.write({"state": "draft", "prepare_state": "failed", "prepare_error": why})

    @api.model
    def _cancel_again(self):
        """What was on its way when a campaign was cancelled, and which the gateway has
        not taken, waits again: it is taken back, too."""
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        cancelled = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [("campaign_cancelled", "=", True), *self._sms_open_domain(companies)]
            )
        )
        for mailing in cancelled._has_own_queue():
            mailing._message_queue()._cancel_mailing(mailing)
