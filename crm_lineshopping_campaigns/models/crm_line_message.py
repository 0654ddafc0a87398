from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_sms_wallet.tools import sms_links


class CrmLineMessage(models.Model):
    """Messages of campaigns: as those of SMS campaigns, in the queue of LINE."""

    _inherit = "crm.line.message"
    _campaign_time = "next_try_at"

    mailing_id = fields.Many2one(
        "mailing.mailing",
        "Campaign",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    token = fields.Char(
        readonly=True, copy=False, help="Names this message in its short links."
    )
    cost = fields.Float(digits=(16, 4), readonly=True, help="By the plan, if sent.")
    failure_kind = fields.Selection(selection_add=[("stopped", "Said no before")])

    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")

    @api.model
    def _queue_mailing(self, mailing):
        """Let the prepared messages of a campaign go.

        :return: how many
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message SET state = 'queued', queued_at = %s
                    WHERE mailing_id = %s AND state = 'draft'""",
                fields.Datetime.now(),
                mailing.id,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model(["state", "queued_at"])
        self._wake_sender()
        return count

    @api.model
    def _cancel_mailing(self, mailing, reason=""):
        """Take back what a campaign has not sent. What is on its way arrives.

        :return: how many messages
        """
        return self._cancel_where(
            SQL("mailing_id = %s", mailing.id),
            "cancelled",
            reason or self.env._("The campaign was cancelled."),
        )

    @api.model
    def _may_leave(self, channel, space):
        """Nothing of campaigns that are paused, or outside their hours."""
        barred = self.env["mailing.mailing"]._line_barred(channel.company_id)
        return SQL(
            "(%s) AND (mailing_id IS NULL OR mailing_id <> ALL(%s))",
            super()._may_leave(channel, space),
            list(barred),
        )

    @api.depends("mailing_id")
    def _compute_can_retry(self):
        result = super()._compute_can_retry()
        for message in self:
            mailing = message.sudo().mailing_id
            if mailing.campaign_cancelled or mailing.paused:
                message.can_retry = False
        return result

    @api.model
    def _new_token(self):
        return sms_links.token()
