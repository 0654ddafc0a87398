import logging
from datetime import timedelta

from pytz import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_zone

from ..tools.line_api import LineRefused, LineUnknown

_logger = logging.getLogger(__name__)

OFFICER = "crm_segments.crm_segments_group_officer"
MANAGER = "crm_segments.crm_segments_group_manager"
WARNING = "mail.mail_activity_data_warning"
# LINE is asked again after so long; in between what is sent is counted here.
FRESH = timedelta(minutes=30)
# While nothing can be sent: the shop may have changed its plan.
STOPPED_FRESH = timedelta(minutes=10)


class CrmLineChannel(models.Model):
    """How many messages of the month are left, and why nothing leaves."""

    _name = "crm.line.channel"
    _inherit = ["crm.line.channel", "mail.thread", "mail.activity.mixin"]

    quota_type = fields.Selection(
        [("unknown", "Not known yet"), ("none", "No limit"), ("limited", "Limited")],
        "Messages per Month",
        required=True,
        readonly=True,
        default="unknown",
    )
    quota_limit = fields.Integer("Monthly Messages", readonly=True)
    quota_used = fields.Integer("Used This Month", readonly=True)
    quota_read_at = fields.Datetime("Last Asked", readonly=True)
    quota_reserve = fields.Integer(
        "Kept for Notices (%)",
        default=10,
        help="Campaigns stop when only this part of the month's messages is left; "
        "notices, codes and answers in chats may use it.",
    )
    message_price = fields.Float(
        "Cost of a Message",
        digits=(16, 4),
        help="What a message costs by the plan of the Official Account, for the cost "
        "and the results of campaigns.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    quota_left = fields.Integer("Left This Month", compute="_compute_quota")
    quota_percent = fields.Float("Used (%)", compute="_compute_quota")
    quota_stopped = fields.Selection(
        [("marketing", "Campaigns stopped"), ("all", "Nothing is sent")],
        readonly=True,
        copy=False,
    )
    quota_told = fields.Char(readonly=True, copy=False, help="Month of the last word.")
    send_paused_until = fields.Datetime(readonly=True, copy=False)
    send_pauses = fields.Integer(readonly=True, copy=False)
    send_trouble = fields.Char("Why Nothing Leaves", readonly=True, copy=False)
    queued_count = fields.Integer("Waiting", compute="_compute_queued_count")

    _reserve_check = models.Constraint(
        "CHECK (quota_reserve BETWEEN 0 AND 100)", "A part is 0 to 100 percent."
    )

    @api.depends("quota_type", "quota_limit", "quota_used")
    def _compute_quota(self):
        for channel in self:
            limited = channel.quota_type == "limited"
            left = max(channel.quota_limit - channel.quota_used, 0)
            channel.quota_left = left if limited else 0
            used = 100.0 * channel.quota_used / max(channel.quota_limit, 1)
            channel.quota_percent = min(used, 100.0) if limited else 0.0

    def _compute_queued_count(self):
        groups = self.env["crm.line.message"]._read_group(
            [
                ("channel_id", "in", self._origin.ids),
                ("direction", "=", "out"),
                ("state", "in", ("queued", "sending")),
            ],
            ["channel_id"],
            ["__count"],
        )
        counts = {channel.id: count for channel, count in groups}
        for channel in self:
            channel.queued_count = counts.get(channel._origin.id, 0)

    def _get_left(self, marketing=False):
        """:return: how many messages may leave this month, None for any number, also
        of a company without an account"""
        if self.quota_type != "limited":
            return None
        reserve = self.quota_limit * self.quota_reserve // 100 if marketing else 0
        return max(self.quota_limit - self.quota_used - reserve, 0)

    def _is_quota_used_up(self):
        """:return: whether not even a notice can leave this month"""
        return self._get_left() == 0

    # -- asking LINE -------------------------------------------------------------------

    def action_read_quota(self):
        """Ask LINE how many messages are left."""
        self.ensure_one()
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Only officers send messages."))
        self.check_access("read")
        channel = self.sudo()
        channel._note_quota(channel._ask_quota(channel._api()))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _ask_quota(self, api):
        """:param api: LineApi
        :return: (type, limit, used)
        :raise LineRefused, LineUnknown:"""
        quota = api.call("GET", "/v2/bot/message/quota").body or {}
        used = api.call("GET", "/v2/bot/message/quota/consumption").body or {}
        kind = "limited" if quota.get("type") == "limited" else "none"
        return kind, int(quota.get("value") or 0), int(used.get("totalUsage") or 0)

    def _is_quota_due(self):
        """:return: whether what is known of the month is old, or of another month"""
        if not self.quota_read_at:
            return True
        fresh = STOPPED_FRESH if self.quota_stopped else FRESH
        age = fields.Datetime.now() - self.quota_read_at
        return age > fresh or self._month(self.quota_read_at) != self._month()

    def _ask_quota_safely(self, api):
        """:return: what `_ask_quota` returns, None when LINE does not say"""
        try:
            return self._ask_quota(api)
        except (LineRefused, LineUnknown) as error:
            _logger.info("LINE does not tell the quota: %s", error)
            return None

    def _note_quota(self, said):
        """:param said: see `_ask_quota`"""
        kind, limit, used = said
        self.write(
            {
                "quota_type": kind,
                "quota_limit": limit,
                "quota_used": used,
                "quota_read_at": fields.Datetime.now(),
            }
        )
        if self._get_left() != 0:
            marketing = self.quota_stopped and self._get_left(marketing=True) == 0
            self.quota_stopped = "marketing" if marketing else False

    def _note_sent(self, count):
        """Count what LINE took; added, so that nobody's count is lost."""
        self.env.cr.execute(
            SQL(
                "UPDATE crm_line_channel SET quota_used = quota_used + %s,"
                " send_pauses = 0, send_trouble = NULL WHERE id = %s",
                count,
                self.id,
            )
        )
        self.invalidate_recordset(["quota_used", "send_pauses", "send_trouble"])

    def _month(self, moment=None):
        """:return: the month at the shop, as 2026-01"""
        moment = (moment or fields.Datetime.now()).replace(tzinfo=UTC)
        return moment.astimezone(local_zone(self.env, self.company_id)).strftime(
            "%Y-%m"
        )

    # -- stops -------------------------------------------------------------------------

    def _stop_by_quota(self, which):
        """Nothing more leaves this month, and staff are told, once a month.

        :param str which: see `quota_stopped`
        """
        if self.quota_stopped != which:
            self.quota_stopped = which
        told = f"{self._month()}:{which}"
        if self.quota_told == told:
            return
        self.quota_told = told
        self._tell_managers(self._get_quota_words(which))

    def _get_quota_words(self, which):
        """:return: a function of an environment to a text in its language"""
        if which == "all":
            return lambda env: env._(
                "%(name)s: the messages of this month are used up. What waits leaves "
                "next month, or as soon as the plan on LINE is changed.",
                name=self.name,
            )
        return lambda env: env._(
            "%(name)s: LINE campaigns have stopped. The rest of this month's messages "
            "is kept for notices.",
            name=self.name,
        )

    def _pause_sending(self, why, minutes=None):
        """Let nothing leave for a while, longer each time.

        :param str why: shown on the form
        """
        minutes = minutes or min(2**self.send_pauses, 60)
        until = fields.Datetime.now() + timedelta(minutes=minutes)
        first = not self.send_trouble
        self.write(
            {
                "send_paused_until": until,
                "send_pauses": self.send_pauses + 1,
                "send_trouble": why,
            }
        )
        self.env["crm.line.message"]._wake_sender([until])
        return first

    def _is_paused(self):
        until = self.send_paused_until
        return bool(until) and until > fields.Datetime.now()

    def _tell_managers(self, words):
        """:param words: function of an environment to a text in its language"""
        managers = self.env.ref(MANAGER).sudo().all_user_ids
        for user in managers.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        ):
            reader = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            reader.activity_schedule(
                WARNING, user_id=user.id, summary=words(reader.env)
            )
