import logging

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.lost_races import LOST_RACES, in_transaction

_logger = logging.getLogger(__name__)

BATCH = 200
KEPT_DAYS = 30


class CrmLineEvent(models.Model):
    """Events of LINE are worked off by a job, in the order in which they happened."""

    _inherit = "crm.line.event"

    error = fields.Char("What Went Wrong", readonly=True)

    _user_idx = models.Index("(user_id)")
    _done_idx = models.Index("(received_at) WHERE state = 'done'")

    @api.model
    def _event_handlers(self):
        """Modules and other files add theirs. A method is called once for each event,
        as superuser, on the crm.line.user (one record) who did it: ``method(payload,
        happened_at)``, with LINE's event as a dict. It writes to the database only:
        when another event of the same batch loses a race, all are done again.

        :return: {LINE's type of event: name of a method of crm.line.user}
        """
        return {"follow": "_on_follow", "unfollow": "_on_unfollow"}

    @api.model
    def _cron_process(self):
        """Work off what has come, and learn the names of new friends."""
        commit = self.env["ir.cron"]._commit_progress
        if self._process_waiting(commit):
            self.env["crm.line.user"]._read_profiles(commit)

    @api.model
    def _process_waiting(self, commit):
        """:param commit: as ``ir.cron._commit_progress``
        :return: whether all is done; else the time was up"""
        while True:
            count, seconds = in_transaction(
                self.env,
                self._process_batch,
                lambda count: commit(count, remaining=self._count_waiting()),
            )
            if not count:
                return True
            if not seconds:
                return False

    @api.model
    def _count_waiting(self):
        return self.sudo().search_count([("state", "=", "new")], limit=10_000)

    @api.model
    def _process_batch(self):
        """:return: number of events that were worked off"""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_line_event WHERE state = 'new'
                 ORDER BY happened_at, id LIMIT %s FOR UPDATE SKIP LOCKED""",
                BATCH,
            )
        )
        events = self.sudo().browse(id_ for (id_,) in rows)
        users = events._get_line_users()
        handlers = self._event_handlers()
        for event in events:
            event._process(users.get((event.channel_id, event.user_id)), handlers)
        return len(events)

    def _get_line_users(self):
        """:return: {(channel, LINE's user id): crm.line.user}"""
        users = self.env["crm.line.user"]
        found = {}
        for channel, events in self.grouped("channel_id").items():
            for line_user in users._of(channel, events.mapped("user_id")):
                found[channel, line_user.user_id] = line_user
        return found

    def _process(self, line_user, handlers):
        """One event: what goes wrong in it is kept with it, the others go on."""
        name = handlers.get(self.kind)
        try:
            with self.env.cr.savepoint():
                if line_user:
                    line_user._note_seen(self.happened_at)
                    if name:
                        getattr(line_user, name)(self.payload or {}, self.happened_at)
                self.write({"state": "done", "error": False})
                self.env.flush_all()
        except LOST_RACES:
            raise
        except Exception as error:
            # the text of the error may hold what the customer wrote: the kind only
            _logger.error("LINE event %s (%s): %s", self.id, self.kind, type(error))
            self.env.invalidate_all(flush=False)
            self.write({"state": "failed", "error": type(error).__name__})

    def action_retry(self):
        """Work off failed events again; only administrators read them."""
        self.check_access("read")
        self.sudo().filtered(lambda event: event.state == "failed").state = "new"
        self._trigger()

    @api.model
    def _trigger(self):
        self.env.ref("crm_lineshopping_connector.ir_cron_line_events").sudo()._trigger()

    @api.autovacuum
    def _gc_events(self):
        """Long after LINE would send them again."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM crm_line_event
                    WHERE state = 'done' AND received_at < %s""",
                fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS),
            )
        )
