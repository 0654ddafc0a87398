from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MailingMailing(models.Model):
    """What a campaign by LINE takes: messages of the month, and money by the plan."""

    _inherit = "mailing.mailing"

    line_cost = fields.Monetary(
        "Cost by the Plan",
        compute="_compute_line_cost",
        help="Messages times what one costs, as entered at the Official Account.",
    )
    line_left = fields.Integer("Messages Left Now", compute="_compute_line_cost")
    line_left_after = fields.Integer("Left After", compute="_compute_line_cost")
    line_missing = fields.Integer("Messages Missing", compute="_compute_line_cost")
    line_limited = fields.Boolean(compute="_compute_line_cost")

    @api.depends("sms_messages", "mailing_type", "company_id", "state")
    def _compute_line_cost(self):
        names = ("line_cost", "line_left", "line_left_after", "line_missing")
        for mailing in self:
            mailing.update({**dict.fromkeys(names, 0), "line_limited": False})
            if mailing.mailing_type != "line" or not mailing.recipient_choice:
                continue
            channel = mailing._line_channel()
            count = mailing.sms_messages
            if mailing.state == "draft":
                mailing.line_cost = count * channel.message_price
            else:
                mailing.line_cost = mailing._line_cost_so_far()
            left = channel._get_left(marketing=True)
            if left is None:
                continue
            needed = count if mailing.state == "draft" else 0
            mailing.line_limited = True
            mailing.line_left = left
            mailing.line_left_after = max(left - needed, 0)
            mailing.line_missing = max(needed - left, 0)

    def _line_cost_so_far(self):
        """:return: what was sent and what waits"""
        self.env["crm.line.message"].flush_model()
        [(cost,)] = self.env.execute_query(
            SQL(
                """SELECT sum(cost) FROM crm_line_message
                    WHERE mailing_id = %s AND state NOT IN ('failed', 'cancelled')""",
                self._origin.id,
            )
        )
        return float(cost or 0)

    def _check_ready(self):
        result = super()._check_ready()
        if self.line_missing:
            raise UserError(self._get_line_missing())
        return result

    def _get_line_missing(self):
        return self.env._(
            "%(needed)s messages are needed and %(left)s are left for campaigns this "
            "month. Choose fewer customers, change the plan on LINE, or wait for next "
            "month.",
            needed=f"{self.sms_messages:,}",
            left=f"{self.line_left:,}",
        )

    @api.depends("line_title", "line_button", "sms_messages")
    def _compute_campaign_warnings(self):
        return super()._compute_campaign_warnings()

    def _campaign_warnings(self):
        found = super()._campaign_warnings()
        if self.mailing_type != "line" or self.state != "draft":
            return found
        if self.line_missing:
            found.append(self._get_line_missing())
        if not self._line_channel().channel_id:
            found.append(
                self.env._("Connect the LINE Official Account of the shop first.")
            )
        return found
