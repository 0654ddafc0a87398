from odoo import api, fields, models
from odoo.tools import SQL

PENDING = "crm_segments.metric_pending"


class CrmCustomerMetricDirty(models.Model):
    """Customers whose figures must be recomputed: one row per change.

    Insert-only, without a unique key: under REPEATABLE READ a keyed queue loses
    the change that arrives while the same customer is being recomputed. Plain
    integers without foreign keys, so that nothing ever waits for the queue.

    Changed records are collected in memory and turned into rows by one statement
    just before the commit, whatever the number of changes.
    """

    _name = "crm.customer.metric.dirty"
    _description = "Customers to Recompute"
    _log_access = False

    partner_id = fields.Integer(
        "Commercial Partner ID", help="Empty: every customer of the company."
    )
    company_id = fields.Integer("Company ID", help="Empty: every company.")

    @api.model
    def _pending(self):
        """:return: the changes of this transaction that are not queued yet:
        {"pairs": {(partner id, company id)}, model name: {record id}}
        """
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {"pairs": set()}
            self.env.cr.precommit.add(self.sudo()._queue_pending)
        return data[PENDING]

    @api.model
    def _add_records(self, records):
        """Queue the customers of ``records``, as they are at the commit."""
        if records:
            pending = self._pending()
            pending.setdefault(records._name, set()).update(records._ids)

    @api.model
    def _add_pairs(self, pairs):
        """Queue customers.

        :param pairs: iterable of (commercial partner id or None for all of the
            company, company id or None for all companies)
        """
        pairs = set(pairs)
        if pairs:
            self._pending()["pairs"] |= pairs

    @api.model
    def _queue_pending(self):
        """Write the collected changes to the queue and wake the cron."""
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if not pending:
            return
        selects = self._pending_selects(pending)
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_customer_metric_dirty (partner_id, company_id) %s",
                SQL(" UNION ").join(selects),
            )
        )
        cron = self.env.ref(
            "crm_segments.crm_customer_metric_cron_refresh", raise_if_not_found=False
        )
        if self.env.cr.rowcount and cron:
            cron._trigger()

    @api.model
    def _pending_selects(self, pending):
        """:return: list of SQL, each selecting (partner, company) to queue"""
        pairs = pending.pop("pairs")
        selects = [
            self.env[name]._metric_customers(list(ids)) for name, ids in pending.items()
        ]
        if pairs or not selects:
            selects.append(
                SQL(
                    "SELECT * FROM unnest(%s::int[], %s::int[])",
                    [partner for partner, _company in pairs],
                    [company for _partner, company in pairs],
                )
            )
        return selects

    @api.model
    def _take(self, limit=None):
        """Remove rows from the queue.

        :param limit: number of rows, oldest first; default all
        :return: set of (partner id or None, company id or None), as many as rows
            taken at most
        """
        oldest = SQL()
        if limit is not None:
            oldest = SQL(
                "WHERE id IN (SELECT id FROM crm_customer_metric_dirty"
                " ORDER BY id LIMIT %s)",
                limit,
            )
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_customer_metric_dirty %s"
                " RETURNING partner_id, company_id",
                oldest,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()
