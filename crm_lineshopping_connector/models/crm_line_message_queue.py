import json
import re
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.crm_segments.tools import cron_turn

OFFICER = "crm_segments.crm_segments_group_officer"
# Codes before answers in a chat before notices before advertising.
PRIORITY = SQL(
    "CASE purpose WHEN 'code' THEN 0 WHEN 'chat' THEN 1 WHEN 'service' THEN 2"
    " ELSE 3 END"
)
# A code that is this old opens nothing any more.
CODE_MINUTES = 5
# A notice that could not leave for so long is no news any more.
NOTICE_HOURS = 48
_CODE = re.compile(r"\d{4,}")


def masked(text):
    """:return: the text of a one-time code without the code"""
    return _CODE.sub(lambda match: "•" * len(match.group()), text or "")


def text_message(text):
    """:return: a text as LINE takes it"""
    return {"type": "text", "text": text}


class CrmLineMessage(models.Model):
    """How messages come into the queue, and leave it unsent."""

    _inherit = "crm.line.message"

    recipient = fields.Char(
        "LINE User ID",
        readonly=True,
        groups="base.group_system",
        help="Emptied as soon as the message has left.",
    )
    secret_content = fields.Text(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="What is sent in place of the content. Emptied as soon as it has left.",
    )
    alone = fields.Boolean(
        readonly=True, help="Sent to this customer only, not to several at once."
    )
    taken_at = fields.Datetime(readonly=True, help="First given to LINE.")
    failure_kind = fields.Selection(
        [
            ("blocked", "Not a friend any more"),
            ("consent", "Has not agreed"),
            ("late", "Too late"),
            ("refused", "Refused by LINE"),
            ("unknown", "Perhaps sent"),
            ("cancelled", "Cancelled"),
            ("gone", "No LINE account"),
        ],
        "Kind of Failure",
        readonly=True,
    )

    # what the sender takes next, and what it left behind
    _queued_idx = models.Index(
        "(channel_id, (CASE purpose WHEN 'code' THEN 0 WHEN 'chat' THEN 1"
        " WHEN 'service' THEN 2 ELSE 3 END), id)"
        " WHERE state = 'queued' AND direction = 'out'"
    )
    _open_idx = models.Index("(channel_id) WHERE state = 'sending'")
    _codes_idx = models.Index("(line_user_id, queued_at) WHERE purpose = 'code'")

    @api.depends("partner_id", "line_user_id")
    def _compute_display_name(self):
        for message in self:
            name = message.partner_id.name or message.line_user_id.sudo().line_name
            message.display_name = name or self.env._("LINE message")

    @api.model
    def _queue(self, vals_list):
        """Put messages into the queue; they leave after this transaction.

        Campaigns insert their rows themselves.

        :param vals_list: dicts with channel_id, line_user_id and text or content, and
            as it applies purpose, partner_id, next_try_at, user_id, res_model, res_id;
            is_secret: the content is not kept, and the text names nothing secret
        :return: the messages (superuser)
        """
        messages = self.sudo().create([self._prepare_queued(v) for v in vals_list])
        if messages:
            self._wake_sender(set(messages.mapped(lambda m: m.next_try_at or None)))
        return messages

    @api.model
    def _prepare_queued(self, vals):
        line_user = self.env["crm.line.user"].sudo().browse(vals["line_user_id"])
        channel = self.env["crm.line.channel"].sudo().browse(vals["channel_id"])
        content = vals.get("content") or [text_message(vals["text"])]
        row = {
            "company_id": channel.company_id.id,
            "partner_id": line_user.partner_id.id,
            "purpose": "service",
            "user_id": self.env.uid,
            **vals,
            "content": content,
            "direction": "out",
            "state": "queued",
            "recipient": line_user.user_id,
            "retry_key": str(uuid4()),
            "queued_at": fields.Datetime.now(),
        }
        secret = row.pop("is_secret", False)
        if row["purpose"] == "code":
            secret, row["text"] = True, masked(vals.get("text"))
        if secret:
            row.update(content=False, secret_content=json.dumps(content))
        return row

    @api.model
    def _wake_sender(self, moments=(None,)):
        """Let the sender run now, and when a message may leave.

        :param moments: datetimes, None for now
        """
        cron = self.env.ref("crm_lineshopping_connector.ir_cron_line_send")
        cron_turn.wake(cron, moments)

    @api.model
    def _cancel_where(self, condition, kind, reason):
        """Cancel what waits. What is on its way arrives.

        :param SQL condition: on rows of crm_line_message
        :return: how many
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message
                      SET state = 'cancelled', recipient = NULL, secret_content = NULL,
                          failure_kind = %s, failure = %s
                    WHERE (%s) AND direction = 'out' AND state IN ('draft', 'queued')
                """,
                kind,
                str(reason),
                condition,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        return count

    @api.model
    def _drop_late(self):
        """What could not be sent in time is never sent: a code that has ended, and a
        notice that waited for the messages of the next month."""
        self._cancel_where(
            SQL(
                """purpose = 'service' AND state = 'queued' AND queued_at
                   < %s::timestamp - make_interval(hours => %s)""",
                fields.Datetime.now(),
                NOTICE_HOURS,
            ),
            "late",
            self.env._("The notice could not be sent for two days."),
        )
        return self._cancel_where(
            SQL(
                """purpose = 'code' AND queued_at
                   < %s::timestamp - make_interval(mins => %s)""",
                fields.Datetime.now(),
                CODE_MINUTES,
            ),
            "late",
            self.env._("The code ended before it could be sent."),
        )

    # -- by staff ----------------------------------------------------------------------

    can_retry = fields.Boolean(compute="_compute_can_retry")

    @api.depends("state", "purpose", "direction", "line_user_id")
    def _compute_can_retry(self):
        for message in self:
            message.can_retry = (
                message.state in ("failed", "cancelled")
                and message.direction == "out"
                and message.purpose != "code"
                and bool(message.sudo().line_user_id)
                and bool(message.content)
            )

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Only officers send messages."))
        self.check_access("read")

    def action_retry(self):
        """Send these messages again. Never a code that has ended.

        :raise UserError: none of them can be sent again
        """
        self._check_officer()
        # two who press at once: the second is repeated, and finds it in the queue
        self.env.cr.execute(
            SQL(
                "UPDATE crm_line_message SET tries = tries WHERE id = ANY(%s)", self.ids
            )
        )
        self.invalidate_recordset()
        chosen = self.filtered("can_retry").sudo()
        if not chosen:
            raise UserError(
                self.env._(
                    "Only messages that were not sent or were cancelled can be sent "
                    "again. A code that has ended is asked for anew."
                )
            )
        for message in chosen:
            message.write(
                {
                    "state": "queued",
                    "recipient": message.line_user_id.user_id,
                    "retry_key": str(uuid4()),
                    "tries": 0,
                    "taken_at": False,
                    "next_try_at": False,
                    "failure": False,
                    "failure_kind": False,
                    "queued_at": fields.Datetime.now(),
                }
            )
        self._wake_sender()
        return True

    def action_cancel(self):
        """Take back what waits."""
        self._check_officer()
        count = self._cancel_where(
            SQL("id = ANY(%s)", self.ids),
            "cancelled",
            self.env._("Cancelled by %(user)s.", user=self.env.user.name),
        )
        if not count:
            raise UserError(self.env._("None of these messages waits any more."))
        return True
