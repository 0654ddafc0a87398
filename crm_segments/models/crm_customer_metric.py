import logging

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools import metric_rfm, metric_sources, metric_sql

_logger = logging.getLogger(__name__)

REFRESH_BATCH = 10_000  # rows of the queue per transaction
# Fifths of fewer customers move with every order, and cost nothing to measure.
FEW_CUSTOMERS = 1_000
MAX_TRIES = 5
# A customer deleted or merged while its row is written is a conflict, too.
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, psycopg2.errors.ForeignKeyViolation)


class CrmCustomerMetric(models.Model):
    """One narrow row per customer and company, written by SQL only.

    Customer = commercial partner.  Not columns of res.partner: that row is wide,
    hot and locked by the people who edit it.
    """

    _name = "crm.customer.metric"
    _description = "Customer Metrics"
    _order = "amount_paid desc, id"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_count = fields.Integer(
        "Orders", readonly=True, help="Confirmed orders, until today."
    )
    order_count_all = fields.Integer(
        "Orders of Any Status",
        readonly=True,
        help="Quotations and cancelled orders included.",
    )
    amount_total = fields.Monetary(
        "Ordered", readonly=True, help="Confirmed orders, in company currency."
    )
    amount_total_all = fields.Monetary("Ordered, Any Status", readonly=True)
    amount_paid = fields.Monetary(
        "Paid",
        readonly=True,
        help="Paid on posted invoices, less refunds, and online payments of orders "
        "that have no posted invoice yet.",
    )
    first_order_date = fields.Date("First Order", readonly=True)
    last_order_date = fields.Date("Last Order", readonly=True)
    average_order = fields.Monetary(readonly=True, aggregator="avg")
    average_gap_days = fields.Float(
        "Days Between Orders",
        readonly=True,
        aggregator="avg",
        help="From the first to the last confirmed order, divided by the number of "
        "gaps between them. Empty with fewer than two orders.",
    )
    lifecycle = fields.Selection(
        [
            ("new", "New"),
            ("regular", "Regular"),
            ("occasional", "Occasional"),
            ("lapsed", "Lapsed"),
            ("prospect", "Prospect"),
        ],
        "Customer Group by Orders",
        required=True,
        readonly=True,
    )

    rhythm_lapse_date = fields.Date(
        "Overdue From",
        readonly=True,
        help="From this day on the customer has been silent for longer than is usual "
        "for this customer (see the settings). Empty with fewer than three orders.",
    )
    rfm_recency = fields.Integer(
        "Recency Score",
        readonly=True,
        aggregator="avg",
        help="5: among the fifth of the customers who ordered last.",
    )
    rfm_frequency = fields.Integer(
        "Frequency Score",
        readonly=True,
        aggregator="avg",
        help="5: among the fifth of the customers with most confirmed orders.",
    )
    rfm_monetary = fields.Integer(
        "Money Score",
        readonly=True,
        aggregator="avg",
        help="5: among the fifth of the customers with the largest sum of orders.",
    )
    rfm_group = fields.Selection(
        [
            ("champions", "Champions"),
            ("loyal", "Loyal"),
            ("promising", "Promising"),
            ("needs_attention", "Needs attention"),
            ("at_risk", "At risk"),
            ("almost_lost", "Almost lost"),
            ("dormant", "Dormant"),
        ],
        "Customer Group by Value",
        readonly=True,
        help="By how recently, how often and for how much the customer orders, "
        "beside the shop's other customers.",
    )

    # A constraint, not an index: INSERT .. ON CONFLICT needs the columns only.
    _customer_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "A customer has one row per company."
    )
    _amount_paid_idx = models.Index("(company_id, amount_paid)")
    _amount_total_idx = models.Index("(company_id, amount_total)")
    _lifecycle_idx = models.Index("(company_id, lifecycle)")

    @api.model
    def _metric_sources(self, param, scoped):
        """The places customers' figures come from. Override to add one.

        :param param: ``tools.metric_sql.Param``: the company and the day
        :param bool scoped: only contacts in the CTE ``scope`` are recomputed
        :return: list of SQL made by ``tools.metric_sql.source``
        """
        return [
            metric_sources.sale_orders(param, scoped),
            metric_sources.invoices(param, scoped),
            metric_sources.transactions(param, scoped),
        ]

    @api.model
    def _metric_params(self, as_of=None, company_ids=None):
        """:return: list of ``tools.metric_sql.Param``, one per company"""
        query = metric_sql.params(
            fields.Datetime.now(), fields.Date.to_date(as_of), company_ids
        )
        return [metric_sql.Param(*row) for row in self.env.execute_query(query)]

    @api.model
    def _metric_diff(self, param, partner_ids=None, measure=False):
        """:return: SQL WITH clause whose ``diff`` holds the rows to change"""
        sources = self._metric_sources(param, partner_ids is not None)
        return metric_sql.diff_ctes(param, sources, partner_ids, measure)

    @api.model
    def _store_metrics(self, param, partner_ids=None):
        """Recompute one company and write what changed, in one statement.

        :param partner_ids: list of commercial partners; default everybody, whose RFM
            cut points are measured anew
        :return: number of rows (written, deleted, drifted: differing in more than the
            groups)
        """
        measure = partner_ids is None
        diff = self._metric_diff(param, partner_ids, measure)
        query = metric_sql.store_changes(diff, param, measure)
        self.env.cr.execute(query, log_exceptions=False)
        written, deleted, drifted = self.env.cr.fetchone()
        if written or deleted:
            self._forget_metrics()
        return written, deleted, drifted

    @api.model
    def _forget_metrics(self):
        """Drop what is cached of the rows, which were written by SQL."""
        self.invalidate_model(flush=False)
        self.env["res.partner"]._invalidate_customer_metrics()

    @api.model
    def _rescore(self, param):
        """Measure the RFM cut points on the rows of one company as they are stored."""
        self.env.cr.execute(metric_rfm.rescore(param), log_exceptions=False)
        self._forget_metrics()

    @api.model
    def _lock_metrics(self):
        """Let one transaction at a time recompute.

        LOCK TABLE takes no snapshot: as the first statement of a transaction it
        makes sure that the figures are computed from everything the previous
        writer saw. The mode excludes itself and nothing that users do.
        """
        self.env.cr.execute(
            SQL("LOCK TABLE crm_customer_metric IN SHARE UPDATE EXCLUSIVE MODE"),
            log_exceptions=False,
        )

    @api.model
    def _rebuild(self, as_of=None, company_ids=None):
        """Recompute every customer; only rows that changed are written.

        :param as_of: local date (date or ISO string) to look back from; orders
            after it do not count. Default: each company's today.
        :param company_ids: list of ids to limit the pass to some companies
        :return: number of rows written or deleted
        """
        self._lock_metrics()
        self.env.flush_all()
        self._plan_for_everybody()
        stored = map(self._store_metrics, self._metric_params(as_of, company_ids))
        return sum(written + deleted for written, deleted, _drifted in stored)

    @api.model
    def _plan_for_everybody(self):
        """Until the end of the transaction: memory for hashes of a million rows, and
        orders read from the covering index in its own order, not by random access.
        """
        self.env.cr.execute(
            SQL(
                "SELECT set_config('work_mem', '128MB', true),"
                " set_config('random_page_cost', '1.1', true)"
            )
        )

    @api.model
    def _plan_for_some(self):
        """Until the end of the transaction: a thousand customers are found by indexes,
        and not by reading every invoice and payment of the shop.
        """
        self.env.cr.execute(SQL("SELECT set_config('random_page_cost', '1.1', true)"))

    @api.model
    def _refresh_dirty(self, limit=None):
        """Recompute the customers whose orders or payments changed.

        Takes rows from the queue and recomputes in the same transaction: a change
        that is committed meanwhile has its own row, which stays.

        :param limit: at most this many rows of the queue; default all
        :return: number of rows taken from the queue
        """
        self._lock_metrics()
        self.env.flush_all()
        queue = self.env["crm.customer.metric.dirty"].sudo()
        queue._queue_pending()
        taken = queue._take(limit)
        self._plan_for_some()
        everybody = {company for partner, company in taken if not partner}
        for param in self._metric_params():
            company_id = param.company_id
            partner_ids = {
                partner
                for partner, company in taken
                if partner and company in (company_id, None)
            }
            if everybody & {company_id, None} or not param.cut_id:
                self._store_metrics(param)
            elif partner_ids:
                self._store_metrics(param, sorted(partner_ids))
                if param.cut_customers < FEW_CUSTOMERS:
                    self._rescore(param)
        return len(taken)

    @api.model
    def _check_metrics(self, as_of=None):
        """Compare the stored rows with a fresh computation; writes nothing.

        Scores are compared by the stored cut points, as long as there are any.

        :return: list of dicts partner_id, company_id, stored, expected (the rows
            as dicts, None when there is none)
        """
        self.env.flush_all()
        names = ("partner_id", "stored", "expected")
        return [
            {"company_id": param.company_id, **dict(zip(names, row, strict=True))}
            for param in self._metric_params(as_of)
            for row in self.env.execute_query(
                metric_sql.differences(
                    self._metric_diff(param, measure=not param.cut_id)
                )
            )
        ]

    @api.model
    def _retrying(self, job):
        """Run ``job()`` in the cron's transaction, again after a conflict.

        Odoo retries web requests after a serialization failure, but not crons.
        """
        for attempt in range(1, MAX_TRIES + 1):
            try:
                return job()
            except CONFLICTS:
                self.env.cr.rollback()
                if attempt == MAX_TRIES:
                    raise
                _logger.info("Conflict while recomputing customers, trying again")

    @api.model
    def _cron_refresh_dirty(self):
        """Recompute the queued customers, batch by batch."""
        cron = self.env["ir.cron"]
        queue = self.env["crm.customer.metric.dirty"].sudo()
        # the commit starts a transaction whose snapshot is taken after the lock
        cron._commit_progress(remaining=queue.search_count([]))
        while taken := self._retrying(lambda: self._refresh_dirty(REFRESH_BATCH)):
            if not cron._commit_progress(taken, remaining=queue.search_count([])):
                break

    @api.model
    def _cron_rebuild(self):
        """Once per company and local day, soon after midnight: time alone moves
        customers, and whatever the queue missed is found and reported.
        """
        self._cron_refresh_dirty()
        cron = self.env["ir.cron"]
        company_ids = self._companies_of_a_new_day()
        left = cron._commit_progress(remaining=len(company_ids))
        for company_id in company_ids:
            if not left:
                break
            self._retrying(lambda: self._rebuild_new_day(company_id))  # noqa: B023
            left = cron._commit_progress(1)

    @api.model
    def _companies_of_a_new_day(self):
        """:return: ids of the companies without a full pass on their local today"""
        companies = self.env["res.company"].sudo()
        return [
            param.company_id
            for param in self._metric_params()
            if companies.browse(param.company_id).customer_metric_day != param.as_of
        ]

    @api.model
    def _rebuild_new_day(self, company_id):
        """The full pass of one company, remembered as done for its local today."""
        self._lock_metrics()
        self._plan_for_everybody()
        (param,) = self._metric_params(company_ids=[company_id])
        written, deleted, drifted = self._store_metrics(param)
        company = self.env["res.company"].sudo().browse(company_id)
        company.customer_metric_day = param.as_of
        _logger.info(
            "Customers of company %s on %s: %s rows written, %s deleted, of which %s"
            " differed in more than the groups",
            company_id,
            param.as_of,
            written,
            deleted,
            drifted,
        )
