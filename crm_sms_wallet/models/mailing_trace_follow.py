from odoo import api, fields, models
from odoo.tools import SQL

from .mailing_assignment import SKIP_REASONS

# What a trace says of a message in each state, and how far along that is.
STATUS = {
    "draft": "outgoing",
    "queued": "outgoing",
    "sending": "process",
    "unknown": "process",
    "accepted": "pending",
    "failed": "error",
    "refused": "error",
    "delivered": "sent",
    "cancelled": "cancel",
}
RANK = {
    "outgoing": 0,
    "process": 1,
    "pending": 2,
    "error": 3,
    "cancel": 3,
    "sent": 4,
    "open": 5,
    "reply": 6,
}
FAILURE = {
    "no_number": "sms_number_missing",
    "bad_number": "sms_number_format",
    "opted_out": "sms_optout",
    "stopped": "sms_optout",
    "blacklisted": "sms_blacklist",
    "duplicate": "sms_duplicate",
    "deleted": "unknown",
}


class MailingTrace(models.Model):
    """Odoo's own traces of a campaign, so that its lists and figures show it. They
    follow the deliveries, by statements on all of them; never back."""

    _inherit = "mailing.trace"

    @api.model
    def _note_deliveries(self, mailing):
        """One trace per message, and one per customer who is skipped and why."""
        now = fields.Datetime.now()
        self.env.flush_all()
        columns = SQL(
            """trace_type, model, res_id, mass_mailing_id, campaign_id, sms_number,
               sms_code, trace_status, failure_type, create_uid, create_date,
               write_uid, write_date"""
        )
        stamps = SQL("%s, %s, %s, %s", self.env.uid, now, self.env.uid, now)
        self.env.cr.execute(
            SQL(
                """
                WITH noted AS (
                    INSERT INTO mailing_trace (%(columns)s)
                    SELECT 'sms', 'res.partner', d.partner_id, %(mailing)s,
                           %(campaign)s, d.number, left(d.token, 3), 'outgoing', NULL,
                           %(stamps)s
                      FROM sms_delivery d
                     WHERE d.mailing_id = %(mailing)s AND d.state = 'draft'
                       AND d.partner_id IS NOT NULL
                 RETURNING id, res_id
                )
                UPDATE sms_delivery d SET trace_id = noted.id FROM noted
                 WHERE d.mailing_id = %(mailing)s AND d.state = 'draft'
                   AND d.partner_id = noted.res_id
                """,
                columns=columns,
                mailing=mailing.id,
                campaign=mailing.campaign_id.id or None,
                stamps=stamps,
            )
        )
        reasons = [name for name, _label in SKIP_REASONS if name != "none"]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mailing_trace (%(columns)s)
                SELECT 'sms', 'res.partner', a.partner_id, %(mailing)s, %(campaign)s,
                       a.number, left(md5(a.id::text), 3), 'cancel', why.failure,
                       %(stamps)s
                  FROM mailing_assignment a
                  JOIN unnest(%(reasons)s, %(failures)s) AS why(reason, failure)
                    ON why.reason = a.skip_reason
                 WHERE a.mailing_id = %(mailing)s AND a.partner_id IS NOT NULL
                   AND a.arm = 'treated'
                """,
                columns=columns,
                mailing=mailing.id,
                campaign=mailing.campaign_id.id or None,
                stamps=stamps,
                reasons=reasons,
                failures=[FAILURE.get(name, "unknown") for name in reasons],
            )
        )
        self.invalidate_model(flush=False)
        self.env["sms.delivery"].invalidate_model(["trace_id"], flush=False)

    @api.model
    def _follow_deliveries(self, mailings=None, delivery_ids=None):
        """Let the traces say what became of the messages.

        :param mailings: of these campaigns
        :param delivery_ids: of these messages
        :return: number of traces that changed
        """
        if delivery_ids is None:
            condition = SQL("d.mailing_id = ANY(%s)", mailings.ids)
        else:
            condition = SQL("d.id = ANY(%s)", list(delivery_ids))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mailing_trace t
                   SET trace_status = s.status,
                       sent_datetime = COALESCE(t.sent_datetime, d.sent_at),
                       failure_type = CASE WHEN s.status = 'error'
                                           THEN 'sms_not_delivered' END,
                       failure_reason = CASE WHEN s.status = 'error'
                                             THEN d.failure_text END
                  FROM sms_delivery d
                  JOIN unnest(%(states)s, %(statuses)s, %(ranks)s::int[])
                       AS s(state, status, rank) ON s.state = d.state
                 WHERE %(condition)s AND t.id = d.trace_id
                   AND s.rank > %(rank_now)s
                """,
                states=list(STATUS),
                statuses=list(STATUS.values()),
                ranks=[RANK[status] for status in STATUS.values()],
                condition=condition,
                rank_now=SQL(
                    "(CASE t.trace_status %s ELSE 0 END)",
                    SQL(" ").join(
                        SQL("WHEN %s THEN %s", name, rank)
                        for name, rank in RANK.items()
                    ),
                ),
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return count
