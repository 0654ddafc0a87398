from odoo import api, fields, models
from odoo.tools import SQL


class CrmLineMessage(models.Model):
    """What LINE said of the messages it was given."""

    _inherit = "crm.line.message"

    @api.model
    def _finish(self, channel, said):
        """Write what became of some calls.

        :param said: list of line_batches.Said
        :return: whether to go on
        """
        by_kind = {}
        for one in said:
            by_kind.setdefault(one.what, []).append(one)
        self._note_accepted(channel, by_kind.pop("accepted", []))
        for one in by_kind.pop("refused", []):
            self._fail(one.batch.ids, "refused", one.message)
        self._note_unknown(channel, by_kind.pop("unknown", []))
        self._again(by_kind.pop("split", []), alone=True)
        self._not_taken(by_kind.pop("not_sent", []))
        for kind, group in by_kind.items():
            self._not_taken(group)
            self._stop_for(channel, kind, group[0].message)
        self.invalidate_model(flush=False)
        return not by_kind

    @api.model
    def _note_accepted(self, channel, said):
        rows = [
            (row.id, one.line_message_id or None)
            for one in said
            for row in one.batch.rows
        ]
        if not rows:
            return
        ids, numbers = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message m
                      SET state = 'accepted', sent_at = %s, recipient = NULL,
                          secret_content = NULL, failure = NULL, failure_kind = NULL,
                          next_try_at = NULL, line_message_id = taken.number
                     FROM unnest(%s, %s::text[]) AS taken(id, number)
                    WHERE m.id = taken.id AND m.state = 'sending'""",
                fields.Datetime.now(),
                ids,
                numbers,
            )
        )
        channel._note_sent(self.env.cr.rowcount)

    @api.model
    def _fail(self, ids, kind, why):
        """These are not sent, for good."""
        if not ids:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message
                      SET state = 'failed', failure_kind = %s, failure = %s,
                          recipient = NULL, secret_content = NULL
                    WHERE id = ANY(%s)""",
                kind,
                str(why or "")[:500],
                list(ids),
            )
        )

    @api.model
    def _note_unknown(self, channel, said):
        """Nobody knows: again with the same key, later and later, for a day."""
        if not said:
            return
        ids = [id_ for one in said for id_ in one.batch.ids]
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message
                      SET next_try_at = %s::timestamp + make_interval(
                              mins => least(power(2, tries - 1), 60)::int),
                          tries = tries + 1, failure = %s
                    WHERE id = ANY(%s) AND state = 'sending'
                RETURNING next_try_at""",
                fields.Datetime.now(),
                said[0].message[:500],
                ids,
            )
        )
        moments = {moment for (moment,) in self.env.cr.fetchall()}
        if moments:
            self._wake_sender([min(moments)])

    @api.model
    def _not_taken(self, said):
        """LINE took nothing this time. What it may have taken before keeps its key and
        is tried again when the stop ends: under a new key it would arrive twice."""
        self._again([one for one in said if not one.batch.repeated])

    @api.model
    def _again(self, said, alone=False):
        """LINE took none of these: back into the queue, each with a key of its own."""
        ids = [id_ for one in said for id_ in one.batch.ids]
        if not ids:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message
                      SET state = 'queued', retry_key = gen_random_uuid()::text,
                          taken_at = NULL, next_try_at = NULL, alone = %s OR alone
                    WHERE id = ANY(%s) AND state = 'sending'""",
                alone,
                ids,
            )
        )

    @api.model
    def _stop_for(self, channel, kind, message):
        """:param str kind: see line_batches.STOPPING"""
        if kind == "quota":
            # it is used up, whatever was counted here
            if channel.quota_type == "limited":
                channel.quota_used = max(channel.quota_used, channel.quota_limit)
            channel._pause_sending(channel._get_quota_words("all")(self.env), 10)
            channel._stop_by_quota("all")
        elif kind == "rate":
            channel._pause_sending(self.env._("LINE asks to send more slowly."))
        else:
            channel._stop_by_trouble(message)
