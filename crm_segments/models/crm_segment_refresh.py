import logging

import psycopg2

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import segment_sql
from .crm_customer_metric import CONFLICTS

_logger = logging.getLogger(__name__)

REFRESH_BATCH = 10_000  # changed customers per transaction
# In a database with at most so many contacts whoever saves a segment sees it filled.
SMALL = 20_000


class CrmSegment(models.Model):
    """Keeping memberships up to date.

    Two recomputes of one segment never overlap: the jobs take a lock before anything
    else (a lock takes no snapshot), and every recompute begins by updating the row of
    the segment, so that one with an older snapshot fails and is tried again.
    """

    _inherit = "crm.segment"

    # -- one segment ---------------------------------------------------------------

    def _recompute_members(self, partner_ids=None):
        """Bring the memberships of one segment up to date.

        :param partner_ids: list of the customers who may have changed; default
            everybody
        :return: number of changes
        """
        self.ensure_one()
        segment = self.sudo()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_segment SET refreshed_at = %s WHERE id = %s",
                now,
                self.id,
            ),
            log_exceptions=False,
        )
        if segment.kind == "dynamic" and segment.sample == "count":
            partner_ids = None  # who is drawn depends on all the others
        query = segment._customers_query(partner_ids).select()
        statement = segment_sql.store_changes(
            segment, query, now, partner_ids, segment._waiting_actions()
        )
        self.env.flush_query(statement)
        self.env.cr.execute(statement, log_exceptions=False)
        changes = sum(self.env.cr.fetchone())
        if changes or partner_ids is None or not segment.filled_at:
            segment._store_count(now)
        self.env["crm.segment.member"].invalidate_model(flush=False)
        self.env["res.partner"]._invalidate_segments()
        return changes

    def _store_count(self, now):
        """Write the number of members, and that the segment works."""
        self.env.cr.execute(
            SQL(
                """UPDATE crm_segment
                      SET member_count = (
                              SELECT count(*) FROM crm_segment_member WHERE %s),
                          filled_at = COALESCE(filled_at, %s)
                    WHERE id = %s""",
                segment_sql.open_rows(self.id),
                now,
                self.id,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(
            ["member_count", "filled_at", "refreshed_at"], flush=False
        )

    def _recompute_safely(self, partner_ids=None):
        """Recompute; what is wrong with this segment must not stop the others.

        :return: number of changes, 0 when the rule does not work
        """
        try:
            with self.env.cr.savepoint(flush=False):
                changes = self._recompute_members(partner_ids)
        except CONFLICTS:
            raise
        except Exception as error:
            _logger.info("Segment %s stopped", self, exc_info=True)
            self.env.invalidate_all(flush=False)
            self._set_broken(error)
            return 0
        if partner_ids is None:
            self._set_ready()
        if changes and (partner_ids is None or self.sudo().sample == "count"):
            # others changed than those whom the segments that read this one look at
            self.env["crm.segment.dirty"].sudo()._add_segments(self._get_parents().ids)
        return changes

    def _set_broken(self, error):
        """Stop this segment, keep its members, and tell who looks after it."""
        segment = self.sudo()
        reason = self._broken_reason(error)
        news = segment.state != "broken"
        segment.write({"state": "broken", "error_message": reason[:1000]})
        if news:
            segment._tell_broken()

    def _broken_reason(self, error):
        """:return: what is wrong, in the words of whoever enters such a rule"""
        lang = self.sudo().user_id.lang or self.env.user.lang
        try:
            self.sudo().with_context(lang=lang)._check_rule()
        except ValidationError as wrong:
            return str(wrong)
        reason = str(error).strip() or type(error).__name__
        return reason.splitlines()[0] if isinstance(error, psycopg2.Error) else reason

    def _tell_broken(self):
        user = self.user_id
        if not user.active or not user._is_internal():
            return
        self.with_context(lang=user.lang).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.with_context(lang=user.lang).env._(
                "The segment %(name)s has stopped", name=self.name
            ),
            note=self.error_message,
            user_id=user.id,
        )

    def _set_ready(self):
        segment = self.sudo()
        if segment.state == "ready":
            return
        if segment.error_message:
            segment.activity_unlink(["mail.mail_activity_data_warning"])
        segment.write({"state": "ready", "error_message": False})

    # -- the queue -----------------------------------------------------------------

    def _queue_refresh(self):
        """Count all of these again, as soon as the job runs."""
        if self:
            self.sudo().write({"state": "running"})
            self.env["crm.segment.dirty"].sudo()._add_segments(self.ids)

    def _fill_at_once(self):
        """Whoever saves a segment of a small shop sees its customers; the job counts
        it again, for what changes meanwhile."""
        if self and self._is_small():
            self.env.flush_all()
            for segment in self:
                segment._recompute_safely()

    @api.model
    def _is_small(self):
        [(contacts,)] = self.env.execute_query(
            SQL("SELECT reltuples FROM pg_class WHERE oid = 'res_partner'::regclass")
        )
        return contacts <= SMALL

    @api.model
    @tools.ormcache()
    def _any_segment(self):
        """:return: bool; without segments no change has to be noted"""
        return bool(self.sudo().search_count([], limit=1))

    def _by_dependency(self):
        """:return: list of these segments, those that others read first"""
        children = {segment: segment._get_children() & self for segment in self}
        ordered, placed = [], set()

        def place(segment):
            if segment not in placed:
                placed.add(segment)
                for child in children[segment]:
                    place(child)
                ordered.append(segment)

        for segment in self.sorted("id"):
            place(segment)
        return ordered

    @api.model
    def _lock_members(self):
        """Let one job at a time recompute; see ``_lock_metrics``."""
        self.env.cr.execute(
            SQL("LOCK TABLE crm_segment_member IN SHARE UPDATE EXCLUSIVE MODE"),
            log_exceptions=False,
        )

    @api.model
    def _refresh_dirty(self, limit=None):
        """Recompute, in all segments, the customers who may have changed.

        :param limit: at most this many rows of the queue; default all
        :return: number of rows taken from the queue
        """
        queue = self._begin_refresh()
        taken = queue._take_customers(limit)
        if taken:
            segments = self.sudo().search([("state", "!=", "broken")])
            segments = segments.filtered(lambda segment: segment._follows_changes())
            for company, mine in segments.grouped("company_id").items():
                partner_ids = {
                    partner_id
                    for partner_id, company_id in taken
                    if company_id in (None, company.id)
                }
                if partner_ids:
                    for segment in mine._by_dependency():
                        segment._recompute_safely(sorted(partner_ids))
        return len(taken)

    def _follows_changes(self):
        """Whether the change of one customer counts at once. Who is drawn for a sample
        by number depends on everybody: a large shop draws at night."""
        drawn = self.kind == "dynamic" and self.sample == "count"
        return not drawn or self._is_small()

    @api.model
    def _refresh_next(self):
        """Recompute as a whole the first of the segments that wait for it, children
        before those who read them.

        :return: number of segments that waited
        """
        queue = self._begin_refresh()
        ids = queue._waiting_segments()
        waiting = self.sudo().search([("id", "in", ids)])
        queue._forget_segments(set(ids) - set(waiting.ids))
        for segment in waiting._by_dependency()[:1]:
            queue._forget_segments(segment.ids)
            segment._recompute_safely()
        return len(waiting)

    @api.model
    def _begin_refresh(self):
        """:return: the queue, after the lock"""
        self._lock_members()
        self.env.flush_all()
        queue = self.env["crm.segment.dirty"].sudo()
        queue._queue_pending()
        return queue

    def _get_parents(self):
        """:return: the segments that read the members of this one"""
        others = self.sudo().search([("company_id", "=", self.company_id.id)])
        return others.filtered(lambda other: self in other._get_children())

    @api.model
    def _refresh_all(self):
        """Recompute everything that waits, in one transaction."""
        while self._refresh_dirty():
            pass
        while self._refresh_next():
            pass

    @api.model
    def _cron_refresh(self):
        """Work off the queue: changed customers first, then whole segments, one per
        transaction."""
        cron = self.env["ir.cron"]
        retrying = self.env["crm.customer.metric"]._retrying
        # the commit starts a transaction whose snapshot is taken after the lock
        left = cron._commit_progress(remaining=1)
        while left and (taken := retrying(lambda: self._refresh_dirty(REFRESH_BATCH))):
            left = cron._commit_progress(taken, remaining=1)
        while left and (waiting := retrying(self._refresh_next)):
            left = cron._commit_progress(1, remaining=waiting)
        if left:
            cron._commit_progress(1, remaining=0)

    @api.model
    def _queue_company(self, company_id):
        """Count all segments of a company again: its day is over."""
        segments = self.sudo().search([("company_id", "=", company_id)])
        self.env["crm.segment.dirty"].sudo()._add_segments(segments.ids)
