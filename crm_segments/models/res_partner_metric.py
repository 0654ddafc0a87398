from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.partner_rows import partners_with

# field of res.partner: column of crm_customer_metric
METRIC_FIELDS = {
    "customer_lifecycle": "lifecycle",
    "customer_order_count": "order_count",
    "customer_order_count_all": "order_count_all",
    "customer_amount_total": "amount_total",
    "customer_amount_total_all": "amount_total_all",
    "customer_amount_paid": "amount_paid",
    "customer_first_order_date": "first_order_date",
    "customer_last_order_date": "last_order_date",
    "customer_average_gap_days": "average_gap_days",
    "customer_rhythm_lapse_date": "rhythm_lapse_date",
    "customer_rfm_group": "rfm_group",
    "customer_rfm_recency": "rfm_recency",
    "customer_rfm_frequency": "rfm_frequency",
    "customer_rfm_monetary": "rfm_monetary",
}
DATES = {"first_order_date", "last_order_date", "rhythm_lapse_date"}
NUMBERS = {
    "order_count",
    "order_count_all",
    "amount_total",
    "amount_total_all",
    "amount_paid",
    "average_gap_days",
    "rfm_recency",
    "rfm_frequency",
    "rfm_monetary",
}


def _searches(column):
    """:return: search method of the partner field that shows ``column``"""

    def search(self, operator, value):
        return self._search_customer_metric(column, operator, value)

    return search


class ResPartner(models.Model):
    """The customer's figures in the company one works in.

    Not stored: they are read from, searched and sorted by crm_customer_metric.
    """

    _inherit = "res.partner"

    metric_ids = fields.One2many(
        "crm.customer.metric", "partner_id", "Metrics", readonly=True, copy=False
    )
    customer_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_customer_currency_id",
        help="Currency of the company one works in.",
    )
    customer_lifecycle = fields.Selection(
        selection="_selection_customer_lifecycle",
        string="Customer Group by Orders",
        compute="_compute_customer_metrics",
        search=_searches("lifecycle"),
    )
    customer_order_count = fields.Integer(
        "Confirmed Orders",
        compute="_compute_customer_metrics",
        search=_searches("order_count"),
    )
    customer_order_count_all = fields.Integer(
        "Orders of Any Status",
        compute="_compute_customer_metrics",
        search=_searches("order_count_all"),
    )
    customer_amount_total = fields.Monetary(
        "Ordered",
        currency_field="customer_currency_id",
        compute="_compute_customer_metrics",
        search=_searches("amount_total"),
    )
    customer_amount_total_all = fields.Monetary(
        "Ordered, Any Status",
        currency_field="customer_currency_id",
        compute="_compute_customer_metrics",
        search=_searches("amount_total_all"),
    )
    customer_amount_paid = fields.Monetary(
        "Paid",
        currency_field="customer_currency_id",
        compute="_compute_customer_metrics",
        search=_searches("amount_paid"),
    )
    customer_first_order_date = fields.Date(
        "First Order",
        compute="_compute_customer_metrics",
        search=_searches("first_order_date"),
    )
    customer_last_order_date = fields.Date(
        "Last Order",
        compute="_compute_customer_metrics",
        search=_searches("last_order_date"),
    )
    customer_average_gap_days = fields.Float(
        "Days Between Orders",
        digits=(16, 1),
        aggregator="avg",
        compute="_compute_customer_metrics",
        search=_searches("average_gap_days"),
    )
    customer_rhythm_lapse_date = fields.Date(
        "Overdue From",
        compute="_compute_customer_metrics",
        search=_searches("rhythm_lapse_date"),
        help="From this day on the customer has been silent for longer than is usual "
        "for this customer.",
    )
    customer_rfm_group = fields.Selection(
        selection="_selection_customer_rfm_group",
        string="Customer Group by Value",
        compute="_compute_customer_metrics",
        search=_searches("rfm_group"),
        help="By how recently, how often and for how much the customer orders, "
        "beside the shop's other customers.",
    )
    customer_rfm_recency = fields.Integer(
        "Recency Score",
        aggregator="avg",
        compute="_compute_customer_metrics",
        search=_searches("rfm_recency"),
        help="5: among the fifth of the customers who ordered last.",
    )
    customer_rfm_frequency = fields.Integer(
        "Frequency Score",
        aggregator="avg",
        compute="_compute_customer_metrics",
        search=_searches("rfm_frequency"),
        help="5: among the fifth of the customers with most confirmed orders.",
    )
    customer_rfm_monetary = fields.Integer(
        "Money Score",
        aggregator="avg",
        compute="_compute_customer_metrics",
        search=_searches("rfm_monetary"),
        help="5: among the fifth of the customers with the largest sum of orders.",
    )

    @api.depends_context("company")
    def _compute_customer_currency_id(self):
        self.customer_currency_id = self.env.company.currency_id

    @api.depends("member_number")
    @api.depends_context("company")
    def _compute_customer_metrics(self):
        rows = self._read_customer_metrics()
        for partner in self:
            row = rows.get(partner._origin.id)
            if row is None:
                row = (partner.member_number and "prospect", *self._no_metrics())
            for name, value in zip(METRIC_FIELDS, row, strict=True):
                partner[name] = value

    def _search_customer_metric(self, column, operator, value):
        """Domain on partners for a condition on one figure of the company.

        A customer without orders has no row: every number is 0 and every date is
        empty there, and the group is "prospect".
        """
        condition = Domain(column, operator, value)
        metric = self.env["crm.customer.metric"]
        if column != "lifecycle":
            if metric.new({}).filtered_domain(condition):
                return self._customer_metric_rows(~condition, exists=False)
            return self._customer_metric_rows(condition)
        matching = self._customer_metric_rows(condition)
        no_row = self._customer_metric_rows(Domain.TRUE, exists=False)
        if metric.new({"lifecycle": "prospect"}).filtered_domain(condition):
            matching |= no_row & Domain("member_number", "!=", False)
        if metric.new({}).filtered_domain(condition):
            matching |= no_row & Domain("member_number", "=", False)
        return matching

    @api.model
    def _selection_customer_lifecycle(self):
        lifecycle = self.env["crm.customer.metric"]._fields["lifecycle"]
        return lifecycle._description_selection(self.env)  # in the user's language

    @api.model
    def _selection_customer_rfm_group(self):
        group = self.env["crm.customer.metric"]._fields["rfm_group"]
        return group._description_selection(self.env)

    def _write_multi(self, vals_list):
        if any("commercial_partner_id" in vals for vals in vals_list):
            self._queue_commercial_change(vals_list)
        return super()._write_multi(vals_list)

    def _queue_commercial_change(self, vals_list):
        """Orders of these contacts move from one customer to another: queue both.

        :param vals_list: new column values, one dict per record
        """
        moved = self.env.execute_query(
            SQL(
                """SELECT id, commercial_partner_id FROM res_partner
                    WHERE id = ANY(%s) AND commercial_partner_id IS NOT NULL""",
                list(self._ids),
            )
        )
        before = dict(moved)
        after = {
            record.id: vals["commercial_partner_id"]
            for record, vals in zip(self, vals_list, strict=True)
            if "commercial_partner_id" in vals and record.id in before
        }
        self.env["crm.customer.metric.dirty"]._add_pairs(
            (partner, None)
            for partner_id, new in after.items()
            if new != before[partner_id]
            for partner in (before[partner_id], new)
            if partner
        )

    @api.model
    def _no_metrics(self):
        """:return: list of the figures, beside the group, of one without orders"""
        return [
            0 if column in NUMBERS else False
            for column in list(METRIC_FIELDS.values())[1:]
        ]

    def _read_customer_metrics(self):
        """:return: {partner id: tuple in the order of METRIC_FIELDS}, one query"""
        query = SQL(
            """SELECT partner_id, %s FROM crm_customer_metric
                WHERE company_id = %s AND partner_id = ANY(%s)""",
            SQL(", ").join(map(SQL.identifier, METRIC_FIELDS.values())),
            self.env.company.id,
            list(self._origin._ids),
        )
        return {row[0]: row[1:] for row in self.env.execute_query(query)}

    @api.model
    def _invalidate_customer_metrics(self):
        """Forget the cached figures; they are written by SQL."""
        self.invalidate_model([*METRIC_FIELDS, "metric_ids"], flush=False)

    @api.model
    def _customer_metric_rows(self, condition, exists=True):
        """Domain on partners with a row in this company that meets ``condition``.

        :param condition: Domain on crm.customer.metric
        :param exists: False for the partners without such a row
        """
        company = Domain("company_id", "=", self.env.company.id)
        metric = self.env["crm.customer.metric"].sudo()
        return partners_with(metric, company & condition, exists)

    @api.model
    def _customer_lifecycle_counts(self, domain):
        """Number of customers per group, for tabs; one query.

        :param domain: domain on res.partner
        :return: dict lifecycle: count, every group present
        """
        counts = dict.fromkeys(dict(self._selection_customer_lifecycle()), 0)
        customers = Domain(domain) & Domain("member_number", "!=", False)
        query = self._search(customers, order="id")
        query.order = None
        group = self._field_to_sql(self._table, "customer_lifecycle", query)
        query.groupby = group
        counts.update(self.env.execute_query(query.select(group, SQL("count(*)"))))
        return counts
