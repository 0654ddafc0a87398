from odoo import fields, models
from odoo.tools import SQL

from ..tools.queue_api import QueueApi


class ResCompany(models.Model):
    """How a company's messages are sent."""

    _inherit = "res.company"

    sms_unknown_days = fields.Integer(
        "Days until Unknown Counts as Sent",
        default=3,
        help="When the gateway cannot tell whether a message was sent, its credits are "
        "held for so long and then count as used.",
    )
    sms_codes_per_number = fields.Integer(
        "One-Time Codes per Number and Day",
        default=10,
        help="More are not sent: codes to strangers' numbers cost money.",
    )
    sms_codes_per_day = fields.Integer("One-Time Codes per Day", default=1000)
    # Written by whoever asks for a code, so that two who ask at once wait for each
    # other (or one is repeated) and the limits hold.
    sms_code_asked_at = fields.Datetime(readonly=True, copy=False)
    sms_credits_missing_since = fields.Datetime(
        "Messages Wait for Credits Since", readonly=True, copy=False
    )

    _sms_limits_positive = models.Constraint(
        "CHECK (sms_unknown_days >= 0 AND sms_codes_per_number >= 0"
        " AND sms_codes_per_day >= 0)",
        "These limits cannot be negative.",
    )

    def _get_sms_api_class(self):
        """A company with a gateway of ours: what Odoo sends goes into our queue."""
        if self.env["crm.sms.gateway"]._of_company(self):
            return QueueApi
        return super()._get_sms_api_class()

    def _note_credits_missing(self, missing):
        """Whether messages of this company wait because its wallet is empty."""
        if missing == bool(self.sms_credits_missing_since):
            return
        # By SQL: the row of a company is read by everybody all the time.
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET sms_credits_missing_since = %s WHERE id = %s",
                fields.Datetime.now() if missing else None,
                self.id,
            )
        )
        self.invalidate_recordset(["sms_credits_missing_since"])
