from odoo import api, fields, models
from odoo.tools import SQL

PENDING = "crm_segments.segment_pending"


class CrmSegmentDirty(models.Model):
    """What has to be looked at again: customers who changed, segments whose rule did.

    Insert-only and without keys, like the queue of the figures: a change that comes
    while the same customer is being looked at has a row of its own, which stays.
    """

    _name = "crm.segment.dirty"
    _description = "Memberships to Recompute"
    _log_access = False

    segment_id = fields.Integer(
        "Segment ID", help="Set: everybody in this segment; the customer is empty."
    )
    partner_id = fields.Integer("Customer ID")
    company_id = fields.Integer("Company ID", help="Empty: segments of any company.")

    @api.model
    def _pending(self):
        """:return: {"partners", "segments": set of ids} changed in this transaction"""
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {"partners": set(), "segments": set()}
            self.env.cr.precommit.add(self.sudo()._queue_pending)
        return data[PENDING]

    @api.model
    def _add_partners(self, partner_ids):
        """Note contacts that changed, in any company; their customers follow at the
        commit."""
        if partner_ids and self.env["crm.segment"]._any_segment():
            self._pending()["partners"].update(partner_ids)

    @api.model
    def _add_segments(self, segment_ids):
        if segment_ids:
            self._pending()["segments"].update(segment_ids)

    @api.model
    def _add_query(self, customers):
        """Note many customers by one statement, at once.

        :param SQL customers: selects (id of res.partner, company id or null)
        """
        if self.env["crm.segment"]._any_segment():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO crm_segment_dirty (partner_id, company_id) %s",
                    customers,
                )
            )
            self._wake()

    @api.model
    def _queue_pending(self):
        """Write the collected changes to the queue and wake the job."""
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if not pending:
            return
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_segment_dirty (partner_id, segment_id)
                   SELECT partner_id, NULL::int
                     FROM unnest(%(partners)s::int[]) AS partner_id
                    UNION
                   SELECT commercial_partner_id, NULL::int FROM res_partner
                    WHERE id = ANY(%(partners)s) AND commercial_partner_id IS NOT NULL
                    UNION ALL
                   SELECT NULL::int, segment_id FROM unnest(%(segments)s::int[])
                       AS segment_id""",
                partners=list(pending["partners"]),
                segments=list(pending["segments"]),
            )
        )
        self._wake()

    @api.model
    def _wake(self):
        cron = self.env.ref(
            "crm_segments.crm_segment_cron_refresh", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _take_customers(self, limit=None):
        """Remove rows of customers from the queue.

        :param limit: number of rows, oldest first; default all
        :return: list of (partner id, company id or None)
        """
        self.env.cr.execute(
            SQL(
                """DELETE FROM crm_segment_dirty WHERE id IN (
                       SELECT id FROM crm_segment_dirty WHERE partner_id IS NOT NULL
                        ORDER BY id LIMIT %s)
                   RETURNING partner_id, company_id""",
                limit,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()

    @api.model
    def _waiting_segments(self):
        """:return: list of ids of the segments that wait to be counted as a whole"""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT segment_id FROM crm_segment_dirty
                    WHERE segment_id IS NOT NULL"""
            )
        )
        return [segment_id for (segment_id,) in rows]

    @api.model
    def _forget_segments(self, segment_ids):
        """Remove the rows of segments from the queue."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_segment_dirty WHERE segment_id = ANY(%s)",
                list(segment_ids),
            ),
            log_exceptions=False,
        )
