from odoo import api, models
from odoo.tools import SQL, groupby

# What Odoo calls the states of a delivery, and which of its own it may follow.
TRACKER = {
    "cancelled": "canceled",
    "sending": "process",
    "unknown": "process",
    "accepted": "pending",
    "delivered": "sent",
    "failed": "error",
    "refused": "error",
}


class SmsDelivery(models.Model):
    """Odoo's own records of a message are told what becomes of it: the notification of
    a document, the trace of a mailing. They never go back, either."""

    _inherit = "sms.delivery"

    @api.model
    def _tell_followers(self, uuids):
        """:param uuids: of deliveries whose state has changed"""
        if not uuids:
            return
        rows = self.env.execute_query(
            SQL(
                """SELECT uuid, state, failure_type, failure_text,
                          coalesce(native, FALSE), coalesce(trace_id, 0)
                     FROM sms_delivery WHERE uuid = ANY(%s)""",
                list(uuids),
            )
        )
        self._tell_trackers([row for row in rows if row[4]])
        self._tell_traces([row for row in rows if row[5]])

    @api.model
    def _tell_trackers(self, rows):
        rows = [row for row in rows if row[1] in TRACKER]
        for (state, failure, text), group in groupby(rows, lambda row: row[1:4]):
            trackers = self.env["sms.tracker"].sudo()
            found = trackers.search([("sms_uuid", "in", [row[0] for row in group])])
            if not found:
                continue
            if state in ("failed", "refused"):
                found._action_update_from_sms_state(
                    "error", self._native_failure(failure), text or False
                )
            else:
                found._action_update_from_sms_state(TRACKER[state])

    @api.model
    def _native_failure(self, failure):
        """:return: a failure type that Odoo's notifications and traces know"""
        known = self.env["mailing.trace"]._fields["failure_type"].get_values(self.env)
        notices = self.env["mail.notification"]._fields["failure_type"]
        both = set(known) & set(notices.get_values(self.env))
        return failure if failure in both else "unknown"

    @api.model
    def _tell_traces(self, rows):
        """Campaigns have a trace per message: all at once, by SQL."""
        rows = [row for row in rows if row[1] in TRACKER]
        if not rows:
            return
        traces = self.env["mailing.trace"]
        traces.flush_model(["trace_status", "sent_datetime", "failure_type"])
        said = [
            (row[5], self._trace_status(row[1]), self._trace_failure(*row[1:4]))
            for row in rows
        ]
        self.env.cr.execute(
            SQL(
                """UPDATE mailing_trace AS trace
                      SET trace_status = said.status, failure_type = said.failure,
                          sent_datetime = CASE WHEN said.status IN ('pending', 'sent')
                              THEN coalesce(trace.sent_datetime,
                                            now() AT TIME ZONE 'UTC')
                              ELSE trace.sent_datetime END,
                          write_date = now() AT TIME ZONE 'UTC'
                     FROM unnest(%s, %s::varchar[], %s::varchar[])
                          AS said(id, status, failure)
                    WHERE trace.id = said.id
                      AND trace.trace_status NOT IN ('open', 'reply', 'cancel')
                      AND trace.trace_status <> said.status""",
                [row[0] for row in said],
                [row[1] for row in said],
                [row[2] for row in said],
            )
        )
        traces.invalidate_model(flush=False)

    @api.model
    def _trace_status(self, state):
        return {"canceled": "cancel"}.get(TRACKER[state], TRACKER[state])

    @api.model
    def _trace_failure(self, state, failure, _text):
        return self._native_failure(failure) if state in ("failed", "refused") else None
