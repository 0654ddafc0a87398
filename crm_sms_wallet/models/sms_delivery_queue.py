import re
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools import cron_turn

from ..tools import sms_links, sms_parts
from ..tools.delivery_states import sql_moves_to

# A code that is this old opens nothing any more.
CODE_MINUTES = 5
_CODE = re.compile(r"\d{4,}")


def masked(text):
    """:return: the text of a one-time code without the code"""
    return _CODE.sub(lambda match: "•" * len(match.group()), text)


class SmsDelivery(models.Model):
    """How messages come into the queue and leave it unsent."""

    _inherit = "sms.delivery"
    _campaign_time = "not_before"

    native = fields.Boolean(
        readonly=True, help="Comes from a message of Odoo's own, which is told."
    )

    @api.model
    def _queue(self, vals_list):
        """Put single messages into the queue; they leave after this transaction.

        Campaigns insert their rows themselves, see :meth:`_queue_mailing`.

        :param vals_list: dicts with company_id, number (E.164) and text, and as it
            applies purpose, partner_id, sender, not_before, uuid, token, user_id,
            mailing_id, trace_id, retry_of_id, res_model, res_id, native
        :return: the deliveries (superuser)
        """
        rows = [self._prepare_queued(vals) for vals in vals_list]
        deliveries = self.sudo().create(rows)
        if deliveries:
            self._wake_sender({row.get("not_before") or None for row in rows})
        return deliveries

    @api.model
    def _prepare_queued(self, vals):
        text = vals["text"]
        parts, encoding = sms_parts.number(text)
        company = self.env["res.company"].sudo().browse(vals["company_id"])
        row = {
            "uuid": uuid4().hex,
            "token": sms_links.token(),
            "user_id": self.env.uid,
            **vals,
            "state": "queued",
            "waiting": True,
            "queued_at": fields.Datetime.now(),
            "parts": parts,
            "encoding": encoding,
            "price": parts * company.sms_default_rate,
        }
        if vals.get("purpose") == "code":
            row.update(text=masked(text), secret_text=text)
        return row

    @api.model
    def _wake_sender(self, moments=(None,)):
        """Let the sender run now, and when a message may leave.

        :param moments: datetimes, None for now
        """
        cron_turn.wake(self.env.ref("crm_sms_wallet.ir_cron_sms_send"), moments)

    @api.model
    def _queue_mailing(self, mailing):
        """Let the prepared messages of a campaign go.

        :return: how many
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery
                      SET state = 'queued', waiting = TRUE, queued_at = %s
                    WHERE mailing_id = %s AND state = 'draft'""",
                fields.Datetime.now(),
                mailing.id,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model(["state", "waiting", "queued_at"])
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
    def _cancel_where(self, condition, failure_type, reason):
        """Cancel what waits. Messages that a gateway has refused and that wait for
        another try have left the queue once: they end as refused.

        :param SQL condition: on rows of sms_delivery
        :return: how many
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE sms_delivery
                      SET state = CASE WHEN %(cancellable)s
                                       THEN 'cancelled' ELSE 'refused' END,
                          waiting = FALSE, secret_text = NULL,
                          failure_type = %(type)s, failure_text = %(reason)s
                    WHERE (%(condition)s)
                      AND (%(cancellable)s
                           OR (waiting AND state IN ('sending', 'unknown')))
                RETURNING uuid, native OR trace_id <> 0""",
                cancellable=sql_moves_to(SQL("state"), SQL("'cancelled'")),
                condition=condition,
                type=failure_type,
                reason=str(reason),
            )
        )
        self.invalidate_model()
        self._tell_followers([uuid for uuid, followed in rows if followed])
        return len(rows)

    @api.model
    def _drop_late_codes(self):
        """A code that could not be sent in time is never sent."""
        return self._cancel_where(
            SQL(
                """purpose = 'code' AND waiting AND queued_at
                   < %s::timestamp - make_interval(mins => %s)""",
                fields.Datetime.now(),
                CODE_MINUTES,
            ),
            "late",
            self.env._("The code ended before it could be sent."),
        )
