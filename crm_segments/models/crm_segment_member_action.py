import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_customer_metric import CONFLICTS

_logger = logging.getLogger(__name__)

BATCH = 200
TODO = {"enter": "enter_todo", "leave": "leave_todo"}
TIMES = {"enter": "entered", "leave": "left"}
# So often within a day the actions of one event run for one customer. Actions that undo
# each other (one adds the tag that another takes away) would alternate for ever.
DAILY = 3


class CrmSegmentMember(models.Model):
    """Doing once for each customer what the segment says.

    What is done and the mark that it is done are committed together: a job that is
    killed anywhere does it once all the same.
    """

    _inherit = "crm.segment.member"

    @api.model
    def _cron_run_actions(self):
        """Run what waits, batch by batch."""
        cron = self.env["ir.cron"]
        waiting = Domain("enter_todo", "=", True) | Domain("leave_todo", "=", True)
        retrying = self.env["crm.customer.metric"]._retrying
        left = cron._commit_progress(remaining=self.sudo().search_count(waiting))
        while left and (done := retrying(self._run_waiting)):
            remaining = self.sudo().search_count(waiting)
            left = cron._commit_progress(done, remaining=remaining)

    @api.model
    def _run_waiting(self, limit=BATCH):
        """Run the actions of the oldest rows that wait, in the order of time.

        :return: number of rows
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """SELECT id FROM crm_segment_member WHERE enter_todo OR leave_todo
                 ORDER BY id LIMIT %s FOR UPDATE""",
                limit,
            ),
            log_exceptions=False,
        )
        rows = self.sudo().browse(id_ for (id_,) in self.env.cr.fetchall())
        events = sorted(
            (row[TIMES[event]], row.id, event, row)
            for row in rows
            for event in TODO
            if row[TODO[event]]
        )
        groups = []
        for _time, _id, event, row in events:
            # one after the other, not all of a kind together: the order matters
            if not groups or groups[-1][:2] != [row.segment_id, event]:
                groups.append([row.segment_id, event, self.browse()])
            groups[-1][2] |= row
        for segment, event, group in groups:
            self._run_event(segment, event, group)
        return len(rows)

    @api.model
    def _run_event(self, segment, event, rows):
        """Run the actions of one event for rows of one segment; whom they fail for is
        told on the action, and the others are not kept waiting."""
        actions = segment.action_ids.filtered(
            lambda action: action.enabled and action.event == event
        )
        held = self._find_held_back(event, rows)
        if held:
            segment._note_held_back(held.partner_id)
        partners = (rows - held).partner_id
        failed = None
        try:
            with self.env.cr.savepoint():
                for action in actions if partners else ():
                    failed = action
                    action._run(partners)
        except CONFLICTS:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if len(rows) > 1:
                for row in rows:
                    self._run_event(segment, event, row)
                return
            _logger.warning("%s of %s failed", failed, segment, exc_info=True)
            failed.error_message = f"{partners.display_name}: {error}"[:500]
        self.env.cr.execute(
            SQL(
                "UPDATE crm_segment_member SET %s = FALSE WHERE id = ANY(%s)",
                SQL.identifier(TODO[event]),
                rows.ids,
            ),
            log_exceptions=False,
        )
        rows.invalidate_recordset([TODO[event]], flush=False)

    @api.model
    def _find_held_back(self, event, rows):
        """:return: those of ``rows`` that are one more than ``DAILY`` of the same
        customer in the same segment within a day"""
        found = self.env.execute_query(
            SQL(
                """SELECT done.id FROM crm_segment_member done
                    WHERE done.id = ANY(%(ids)s)
                      AND (SELECT count(*) FROM crm_segment_member before
                            WHERE before.partner_id = done.partner_id
                              AND before.segment_id = done.segment_id
                              AND before.%(time)s > done.%(time)s - interval '1 day'
                              AND (before.%(time)s, before.id)
                                  <= (done.%(time)s, done.id)) > %(daily)s""",
                ids=rows.ids,
                time=SQL.identifier(TIMES[event]),
                daily=DAILY,
            )
        )
        return rows.browse(id_ for (id_,) in found)
