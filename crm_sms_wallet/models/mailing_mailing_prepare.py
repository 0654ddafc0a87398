import logging
import secrets
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.cron_turn import turn_deadline
from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

from ..tools import sms_links, sms_parts
from ..tools.text_findings import TextFindings
from .mailing_mailing_text import CODE_LENGTH

_logger = logging.getLogger(__name__)

OFFICER = "crm_segments.crm_segments_group_officer"
# So many are prepared while the user waits.
SMALL = 2000
CHUNK = 2000
# A turn of the job, well below the two minutes after which a server ends a job.
TURN_SECONDS = 50
# Letters of coupon codes: none that looks like another one. 32 of them, so that the
# remainder of a random byte is as random.
LETTERS = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_TABLE = bytes(LETTERS[byte % len(LETTERS)] for byte in range(256))


def random_code():
    """:return: a code nobody guesses (50 bits)"""
    return secrets.token_bytes(CODE_LENGTH).translate(CODE_TABLE).decode()


class MailingMailing(models.Model):
    """Preparing a campaign: who gets it, each text, its parts and what it costs.

    The recipients are noted by one statement; the texts follow in batches, each
    committed by the job, so that memory stays flat and a job that was cut off goes on
    where it was. Whatever changes meanwhile makes the campaign stale and ends it.
    """

    _inherit = "mailing.mailing"

    prepare_run = fields.Char(readonly=True, copy=False)
    prepare_last = fields.Integer(readonly=True, copy=False)
    prepare_progress = fields.Float(compute="_compute_prepare_progress")

    @api.depends("prepare_done", "prepare_total")
    def _compute_prepare_progress(self):
        for mailing in self:
            total = max(mailing.prepare_total, 1)
            mailing.prepare_progress = 100.0 * mailing.prepare_done / total

    def _check_officer(self):
        """:raise AccessError: only officers send"""
        if not self.env.user.has_group(OFFICER) and not self.env.su:
            raise AccessError(self.env._("Officers prepare and send campaigns."))
        self.check_access("write")

    def action_prepare(self):
        """Count the recipients, the messages and their cost.

        :raise UserError: nobody is chosen, or a text is wrong
        """
        self.ensure_one()
        self._check_officer()
        self._check_not_sent()
        if not self.recipient_choice:
            raise UserError(self.env._("Choose who gets it first."))
        if self._has_own_queue():
            self._check_texts()
        small = self._is_small_choice()
        mailing = self.sudo()
        mailing._begin_prepare()
        if small:
            mailing._prepare(float("inf"), commit=False)
        else:
            self.env.ref("crm_sms_wallet.mailing_prepare_cron").sudo()._trigger()
        return True

    def _is_small_choice(self):
        """:return: bool, whether the user can wait for it"""
        query = SQL(
            "SELECT count(*) FROM (SELECT FROM (%s) AS chosen LIMIT %s) AS limited",
            self._chosen_sql(),
            SMALL + 1,
        )
        self.env.flush_all()
        self.env.cr.execute(query)
        return self.env.cr.fetchone()[0] <= SMALL

    def _begin_prepare(self):
        self.write(
            {
                "prepare_state": "preparing",
                "prepare_run": secrets.token_hex(8),
                "prepare_user_id": self.env.uid,
                "prepare_last": 0,
                "prepare_done": 0,
                "prepare_total": -1,
                "prepare_error": False,
                "sms_messages": 0,
                "sms_parts": 0,
                "text_findings": False,
            }
        )

    @api.model
    def _cron_prepare(self):
        """Prepare what waits, the oldest first."""
        deadline = turn_deadline(self.env, TURN_SECONDS)
        if deadline is None:
            return
        waiting = self.sudo().search([("prepare_state", "=", "preparing")], order="id")
        for mailing in waiting:
            if not mailing._prepare_safely(deadline):
                return
        self.env["ir.cron"]._commit_progress(0, remaining=0)

    def _prepare_safely(self, deadline):
        """Prepare one; what is wrong with it does not concern the next ones.

        :return: False when the time of the job is over
        """
        try:
            return self._prepare(deadline)
        except LOST_RACES:
            # somebody changed it meanwhile: look at it again in the next turn
            self.env.cr.rollback()
            self.env.invalidate_all()
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            return False
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            self._prepare_failed(error)
            return True

    def _prepare_failed(self, error):
        if not isinstance(error, UserError):
            _logger.error("Campaign %s cannot be prepared", self, exc_info=error)
        why = self.env._("Something went wrong on the server. Try again.")
        if isinstance(error, UserError):
            why = str(error)
        self.write({"prepare_state": "failed", "prepare_error": why})
        self._commit_prepared(0)

    def _prepare(self, deadline, commit=True):
        """Go on preparing.

        :param deadline: of ``time.monotonic()``
        :param bool commit: after each batch, as a job does
        :return: False when the time is over before the end
        """
        self.ensure_one()
        self = self.with_company(self.company_id)
        if self.prepare_total < 0:
            self._forget_messages()
            # before the look at the segments: what happens after it counts as a change
            self.prepared_at = fields.Datetime.now()
            self.prepare_total = self._note_recipients()
            if commit and not self._commit_prepared(1):
                return True
        if self._has_own_queue():
            batch = self._message_batches()
            while batch.write_next():
                if commit and not self._commit_prepared(1):
                    return True
                if time.monotonic() > deadline:
                    return False
        self.write({"prepare_state": "ready", "prepare_done": self.prepare_total})
        return not commit or self._commit_prepared(0) or True

    def _commit_prepared(self, remaining):
        """Commit a batch.

        :return: bool, whether to go on: nobody changed the campaign meanwhile"""
        self.env.flush_all()
        run = self.prepare_run
        self.env["ir.cron"]._commit_progress(1, remaining=remaining)
        # the cache of thousands of records would only make each batch slower
        self.env.invalidate_all()
        return (self.prepare_state, self.prepare_run) == ("preparing", run)

    def _forget_messages(self):
        """Take back what was prepared before; nothing of it was ever sent."""
        self.env.flush_all()
        for queue in self._own_queues().values():
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE mailing_id = %s AND state = 'draft'",
                    SQL.identifier(queue._table),
                    self.id,
                )
            )
            queue.invalidate_model(flush=False)

    def _message_batches(self):
        """:return: what writes the messages of this campaign; modules with a channel
        of their own return theirs"""
        return MessageBatches(self)


class MessageBatches:
    """Writes the messages of a campaign, batch by batch, in the order of recipients."""

    def __init__(self, mailing):
        self.mailing = mailing
        self.env = mailing.env
        texts = mailing._message_texts()
        self.templates = {
            letter: mailing._message_template(text, save=True)
            for letter, text in texts.items()
        }
        self.with_codes = bool(mailing.coupon_program_ref)
        self.findings = TextFindings(mailing.text_findings)
        # what was prepared before the job was cut off has taken its credits already
        self.quote = mailing._credit_quote()
        self.quote.take(mailing.sms_parts)

    def write_next(self):
        """:return: bool, whether there was a batch"""
        rows = self._read()
        if not rows:
            return False
        codes = [random_code() if self.with_codes else None for _row in rows]
        tokens = [sms_links.token() for _row in rows]
        texts = self._texts(rows, tokens, codes)
        counts = [sms_parts.number(text) for text in texts]
        parts = [count[0] for count in counts]
        prices = [self.quote.take(count) for count in parts]
        self._insert(rows, tokens, codes, texts, counts, prices)
        self.findings.add(texts, parts)
        self.mailing.write(
            {
                "prepare_last": rows[-1][0],
                "prepare_done": self.mailing.prepare_done + len(rows),
                "sms_messages": self.mailing.sms_messages + len(rows),
                "sms_parts": self.mailing.sms_parts + sum(parts),
                "text_findings": self.findings.values(),
            }
        )
        self.env["res.partner"].invalidate_model(flush=False)
        return True

    def _read(self):
        """:return: rows (assignment, customer, variant) of those who come next"""
        return self.env.execute_query(
            SQL(
                """SELECT id, partner_id, variant FROM mailing_assignment
                    WHERE %s AND id > %s AND partner_id IS NOT NULL
                 ORDER BY id LIMIT %s""",
                self.mailing._treated(),
                self.mailing.prepare_last,
                CHUNK,
            )
        )

    def _texts(self, rows, tokens, codes):
        """:return: list of the texts as they are sent"""
        customers = {}
        for _id, partner_id, letter in rows:
            customers.setdefault(letter, []).append(partner_id)
        rendered = {
            letter: self.mailing._render_messages(self.templates[letter], ids)
            for letter, ids in customers.items()
        }
        fill = self.mailing._fill_marks
        return [
            fill(rendered[letter][partner_id], token, code)
            for (_id, partner_id, letter), token, code in zip(
                rows, tokens, codes, strict=True
            )
        ]

    def _insert(self, rows, tokens, codes, texts, counts, prices):
        ids = [row[0] for row in rows]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sms_delivery (
                    uuid, token, company_id, mailing_id, partner_id, number, text,
                    purpose, sender, parts, encoding, price, state, waiting, user_id)
                SELECT replace(gen_random_uuid()::text, '-', ''), m.token,
                       a.company_id, a.mailing_id, a.partner_id, a.number, m.text,
                       'marketing_sms', %(sender)s, m.parts, m.encoding, m.price,
                       'draft', FALSE, %(user)s
                  FROM unnest(%(ids)s::int[], %(tokens)s, %(texts)s, %(parts)s::int[],
                              %(encodings)s, %(prices)s::numeric[])
                       AS m(id, token, text, parts, encoding, price)
                  JOIN mailing_assignment a ON a.id = m.id
              ORDER BY m.id
                """,
                ids=ids,
                tokens=tokens,
                texts=texts,
                parts=[count[0] for count in counts],
                encodings=[count[1] for count in counts],
                prices=prices,
                sender=self.mailing._sender_name(),
                user=self.mailing.prepare_user_id.id or None,
            )
        )
        if self.with_codes:
            self.env.cr.execute(
                SQL(
                    """UPDATE mailing_assignment a SET code = m.code
                         FROM unnest(%s::int[], %s) AS m(id, code) WHERE a.id = m.id""",
                    ids,
                    codes,
                )
            )
