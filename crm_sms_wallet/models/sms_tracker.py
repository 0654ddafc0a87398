from odoo import models

# A customer who has tapped has certainly got the message.
BEYOND = ("open", "reply")


class SmsTracker(models.Model):
    """What Odoo's own traces lose: a tap is more than a delivery, and a mailing is
    done when nothing of it waits."""

    _inherit = "sms.tracker"

    def _update_sms_traces(
        self, trace_status, failure_type=False, failure_reason=False
    ):
        kept = self.filtered(lambda t: t.mailing_trace_id.trace_status not in BEYOND)
        return super(SmsTracker, kept)._update_sms_traces(
            trace_status, failure_type=failure_type, failure_reason=failure_reason
        )

    def _update_sms_mailings(self, trace_status, traces):
        if trace_status == "process":
            return super()._update_sms_mailings(trace_status, traces)
        traces.flush_recordset(["trace_status"])
        waiting = self.env["mailing.trace"]._read_group(
            [
                ("mass_mailing_id", "in", traces.mass_mailing_id.ids),
                ("trace_status", "=", "outgoing"),
                ("is_test_trace", "=", False),
            ],
            ["mass_mailing_id"],
        )
        unfinished = {mailing.id for (mailing,) in waiting}
        finished = traces.filtered(lambda t: t.mass_mailing_id.id not in unfinished)
        return super()._update_sms_mailings(trace_status, finished)
