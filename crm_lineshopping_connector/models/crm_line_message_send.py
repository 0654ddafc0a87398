import logging
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_segments.tools import session_lock
from odoo.addons.crm_segments.tools.lost_races import in_transaction

from ..tools import line_batches
from ..tools.line_batches import THREADS, Batch, Row
from .crm_line_message_queue import PRIORITY

_logger = logging.getLogger(__name__)

# So much is uncertain after a crash, and a one-time code waits no longer for its turn.
SLICE = 500
# Messages that are of one customer only are single calls.
ALONE_MOST = 80
# LINE knows a retry key for a day; nothing is sent again after this.
KEY_HOURS = 23
# Of the advisory locks: this table.
LOCK_SPACE = 1_902_714_211


class CrmLineMessage(models.Model):
    """The sender: takes what waits, slice by slice.

    A slice is marked as being sent, each call of it under a key of its own, and that is
    committed; then LINE is called with no transaction open; then what LINE said is
    written. Whatever breaks in between leaves rows that are being sent: the next run
    gives them to LINE again, in the same calls under the same keys, and LINE takes each
    key once.
    """

    _inherit = "crm.line.message"

    @api.model
    def _cron_send(self):
        """Send what waits, until nothing does or the time is up."""
        self._send_waiting(self.env["ir.cron"]._commit_progress)

    @api.model
    def _send_waiting(self, commit):
        """:param commit: as ``ir.cron._commit_progress``"""
        self.flush_model()
        in_transaction(self.env, self._drop_late, lambda _done: commit())
        for channel in self._channels_with_work():
            if not channel._lock_sender():
                continue  # somebody sends for this one right now
            try:
                seconds = self._send_channel(channel, commit)
            except Exception:
                # One account's trouble is no reason to keep the others waiting.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.exception("LINE account %s: a slice failed", channel.id)
                seconds = True
            finally:
                channel._unlock_sender()
            if not seconds:
                return
        commit(0, remaining=0)

    @api.model
    def _channels_with_work(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_line_channel c
                    WHERE active AND EXISTS (
                          SELECT FROM crm_line_message m
                           WHERE m.channel_id = c.id AND m.direction = 'out'
                             AND m.state IN ('queued', 'sending'))
                 ORDER BY id"""
            )
        )
        return self.env["crm.line.channel"].sudo().browse(id_ for (id_,) in rows)

    @api.model
    def _send_channel(self, channel, commit):
        """:return: what the last commit returned: false when the time is up"""
        if channel._is_paused():
            return True
        try:
            apis = [channel._api() for _thread in range(THREADS)]
        except UserError as error:
            why = str(error)
            _done, seconds = in_transaction(
                self.env, lambda: channel._stop_by_trouble(why), lambda _done: commit()
            )
            return seconds
        try:
            return self._send_slices(channel, apis, commit)
        finally:
            for one in apis:
                one.close()

    @api.model
    def _send_slices(self, channel, apis, commit):
        if not self._read_quota(channel, apis[0], commit):
            return False
        # each once in a run: what stays uncertain waits for its time
        left_behind, seconds = in_transaction(
            self.env, lambda: self._left_behind(channel), lambda _batches: commit()
        )
        while seconds:
            if left_behind:
                batches, left_behind = left_behind[:THREADS], left_behind[THREADS:]
            else:
                batches, seconds = in_transaction(
                    self.env, lambda: self._take(channel), lambda _taken: commit()
                )
            if not batches:
                return seconds
            # Nothing of the database is touched until LINE has answered.
            said = line_batches.send(apis, batches)
            go_on, seconds = in_transaction(
                self.env,
                lambda said=said: self._finish(channel, said),
                lambda _done, said=said: commit(len(said), remaining=1),
            )
            if not go_on:
                return seconds
        return seconds

    @api.model
    def _read_quota(self, channel, one_api, commit):
        if not channel._is_quota_due():
            return True
        commit()
        said = channel._ask_quota_safely(one_api)
        if not said:
            return True
        _done, seconds = in_transaction(
            self.env, lambda: channel._note_quota(said), lambda _done: commit()
        )
        return seconds

    # -- taking a slice ----------------------------------------------------------------

    @api.model
    def _left_behind(self, channel):
        """What an earlier run gave to LINE without writing what became of it, and what
        LINE did not answer about.

        :return: list of Batch, exactly as they were
        """
        self._fail_forgotten(channel)
        rows = self.env.execute_query(
            SQL(
                """SELECT id, recipient, coalesce(secret_content, content::text),
                          retry_key, purpose, alone
                     FROM crm_line_message
                    WHERE channel_id = %(channel)s AND state = 'sending'
                      AND (next_try_at IS NULL OR next_try_at <= %(now)s)
                 ORDER BY %(priority)s, id""",
                channel=channel.id,
                now=fields.Datetime.now(),
                priority=PRIORITY,
            )
        )
        groups = {}
        for row in map(lambda values: Row(*values), rows):
            groups.setdefault(row.retry_key, []).append(row)
        return [
            Batch(key, tuple(group), repeated=True) for key, group in groups.items()
        ]

    @api.model
    def _fail_forgotten(self, channel):
        """LINE would take a key of more than a day ago as a new one: what was uncertain
        for so long is not given to it again, whoever was away in between."""
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_line_message
                    WHERE channel_id = %s AND state = 'sending' AND taken_at < %s""",
                channel.id,
                fields.Datetime.now() - timedelta(hours=KEY_HOURS),
            )
        )
        self._fail(
            [id_ for (id_,) in rows],
            "unknown",
            self.env._("LINE did not say within a day whether it took the message."),
        )

    @api.model
    def _take(self, channel):
        """Mark the next messages as being sent.

        :return: list of Batch
        """
        while rows := self._next_rows(channel):
            # when all of them have just ended, the next ones are looked at
            if kept := self._without_refusing(channel, rows):
                break
        batches = self._as_batches(kept) if rows else []
        self._mark(batches)
        self._note_missing(channel)
        return batches

    @api.model
    def _next_rows(self, channel):
        """:return: [Row], as many as the month and a slice allow, locked"""
        left = channel._get_left()
        size = SLICE if left is None else min(SLICE, left)
        rows = self._lock_rows(channel, SQL("purpose <> 'marketing_line'"), size)
        space = channel._get_left(marketing=True)
        space = size - len(rows) if space is None else min(size, space) - len(rows)
        if space > 0:
            free = SQL(
                "purpose = 'marketing_line' AND (%s)", self._may_leave(channel, space)
            )
            rows += self._lock_rows(channel, free, space)
        return rows

    @api.model
    def _may_leave(self, channel, space):
        """:param int space: how many are asked for
        :return: SQL condition on advertising that may leave now; modules add theirs"""
        return SQL("TRUE")

    @api.model
    def _lock_rows(self, channel, condition, limit):
        """:return: [Row], the most urgent first"""
        if limit <= 0:
            return []
        rows = self.env.execute_query(
            SQL(
                """SELECT id, recipient, coalesce(secret_content, content::text),
                          retry_key, purpose, alone
                     FROM crm_line_message
                    WHERE channel_id = %(channel)s AND state = 'queued'
                      AND direction = 'out'
                      AND (next_try_at IS NULL OR next_try_at <= %(now)s)
                      AND %(condition)s
                 ORDER BY %(priority)s, id
                    LIMIT %(limit)s
                      FOR UPDATE""",
                channel=channel.id,
                now=fields.Datetime.now(),
                condition=condition,
                priority=PRIORITY,
                limit=limit,
            )
        )
        return [Row(*row) for row in rows]

    @api.model
    def _without_refusing(self, channel, rows):
        """Take out what cannot arrive or is not wanted any more.

        :return: the other rows
        """
        ids = [row.id for row in rows]
        gone = {row.id for row in rows if not row.recipient or not row.content}
        # unlinked, or somebody else's now: it says what is not theirs
        gone |= self._ids_where(
            ids,
            SQL(
                """purpose <> 'chat' AND EXISTS (
                       SELECT FROM res_partner p
                    LEFT JOIN crm_line_user u ON u.id = m.line_user_id
                        WHERE p.id = m.partner_id
                          AND COALESCE(u.partner_id, 0)
                              NOT IN (p.id, p.commercial_partner_id))"""
            ),
        )
        blocked = self._ids_where(
            ids,
            SQL(
                """EXISTS (SELECT FROM crm_line_user u
                            WHERE u.id = m.line_user_id
                              AND u.friend_state = 'blocked')"""
            ),
        )
        unwanted = self._ids_where(
            ids,
            SQL(
                """purpose = 'marketing_line' AND NOT EXISTS (
                       SELECT FROM res_partner p WHERE p.id = m.partner_id AND %s)""",
                self.env["crm.consent"]._given_by(
                    SQL("p.commercial_partner_id"), "marketing_line", channel.company_id
                ),
            ),
        )
        self._fail(gone, "gone", self.env._("There is no LINE account any more."))
        self._fail(
            blocked - gone,
            "blocked",
            self.env._("The customer is no friend of the account any more."),
        )
        self._fail(
            unwanted - blocked - gone,
            "consent",
            self.env._("The customer has not agreed to advertising by LINE."),
        )
        return [row for row in rows if row.id not in gone | blocked | unwanted]

    @api.model
    def _ids_where(self, ids, condition):
        if not ids:
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT m.id FROM crm_line_message m WHERE m.id = ANY(%s) AND %s",
                ids,
                condition,
            )
        )
        return {id_ for (id_,) in rows}

    @api.model
    def _as_batches(self, rows):
        """:return: list of Batch: equal ones together, the others alone, and of these
        only so many at once"""
        same = {}
        for row in rows:
            # nobody may stand twice in one call
            mine = same.setdefault(row.content, {})
            mine.setdefault(row.recipient, row)
        alone = [
            replace(row, alone=True)
            for row in rows
            if row.alone
            or len(same[row.content]) == 1
            or same[row.content][row.recipient] is not row
        ]
        chosen = {row.id for row in alone}
        together = [row for row in rows if row.id not in chosen]
        return line_batches.batches_of([*alone[:ALONE_MOST], *together])

    @api.model
    def _mark(self, batches):
        rows = [
            (row.id, batch.key, row.alone) for batch in batches for row in batch.rows
        ]
        if not rows:
            return
        ids, keys, alone = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message m
                      SET state = 'sending', retry_key = taken.key,
                          alone = coalesce(taken.alone, FALSE),
                          tries = tries + 1, next_try_at = NULL,
                          taken_at = %s
                     FROM unnest(%s, %s, %s::bool[]) AS taken(id, key, alone)
                    WHERE m.id = taken.id""",
                fields.Datetime.now(),
                ids,
                keys,
                alone,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _note_missing(self, channel):
        """Staff are told when something waits for messages of the next month."""
        if channel._get_left() == 0:
            if self._is_waiting(channel, SQL("TRUE")):
                channel._stop_by_quota("all")
        elif channel._get_left(marketing=True) == 0:
            if self._is_waiting(channel, SQL("purpose = 'marketing_line'")):
                channel._stop_by_quota("marketing")

    @api.model
    def _is_waiting(self, channel, condition):
        """:return: whether any message on which an SQL condition holds could leave"""
        [(found,)] = self.env.execute_query(
            SQL(
                """SELECT EXISTS (
                          SELECT FROM crm_line_message
                           WHERE channel_id = %s AND state = 'queued'
                             AND direction = 'out'
                             AND (next_try_at IS NULL OR next_try_at <= %s)
                             AND %s)""",
                channel.id,
                fields.Datetime.now(),
                condition,
            )
        )
        return found


class CrmLineChannel(models.Model):
    _inherit = "crm.line.channel"

    def _stop_by_trouble(self, message):
        """LINE takes nothing by these settings: tell staff, and try again later."""
        why = self.env._(
            "LINE does not take messages by these settings: %(message)s",
            message=message or "-",
        )
        if self._pause_sending(why, 10):
            self._tell_managers(
                lambda env: env._(
                    "%(name)s: LINE does not take messages. Test the connection.",
                    name=self.name,
                )
            )

    def _lock_sender(self):
        """:return: whether nobody sends for this account; then it is this one's until
        it says otherwise or its connection ends, though no transaction is open"""
        return session_lock.try_take(self.env.cr, (LOCK_SPACE, self.id))

    def _unlock_sender(self):
        session_lock.give_back(self.env.cr, (LOCK_SPACE, self.id))
