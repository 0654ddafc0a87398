import operator as operators

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import report_period
from ..tools.local_date import local_today
from ..tools.payment_sources import Scope

VIEWER = "crm_segments.crm_segments_group_viewer"
# field of res.partner: what a customer did in the period, 0 for who did nothing
REPORT_FIGURES = {"report_paid": "paid", "report_order_count": "order_count"}
# Fields of which a customer may have several values: they came by two chats, bought
# through two channels. Grouping shows the customer under each, as it does with tags.
REPORT_FACETS = ("report_channel", "report_team_id")
REPORT_CONTEXT = ("report_period", "report_from", "report_to")
COMPARISONS = {
    "in": ("=", operators.eq),
    ">": (">", operators.gt),
    ">=": (">=", operators.ge),
    "<": ("<", operators.lt),
    "<=": ("<=", operators.le),
}


def _searches(name):
    """:return: search method of the field ``name``"""

    def search(self, operator, value):
        return self._search_report_field(name, operator, value)

    return search


class ResPartner(models.Model):
    """What customers did in the period of the report (R1-R5).

    The context holds the period (``report_period``; ``report_from`` and ``report_to``
    as ISO dates for the period "custom"); without one it is the current month where the
    company is. Everything is of the company one works in. One sub-query per statement
    adds up the period by customer; figures are read, searched, sorted and added up from
    it.
    """

    _inherit = "res.partner"

    report_paid = fields.Monetary(
        "Paid in the Period",
        currency_field="customer_currency_id",
        compute="_compute_report_figures",
        search=_searches("report_paid"),
        groups=VIEWER,
        help="Payments of the period, less what was paid back in it.",
    )
    report_order_count = fields.Integer(
        "Orders in the Period",
        compute="_compute_report_figures",
        search=_searches("report_order_count"),
        groups=VIEWER,
        help="Confirmed orders of the period.",
    )
    report_status = fields.Selection(
        [
            ("new", "New customers"),
            ("returning", "Bought before"),
            ("none", "No order in the period"),
        ],
        "New or Returning",
        compute="_compute_report_figures",
        search=_searches("report_status"),
        groups=VIEWER,
        help="New customers placed their first confirmed order in the period.",
    )
    report_active = fields.Boolean(
        "Active in the Period",
        compute="_compute_report_figures",
        search="_search_report_active",
        groups=VIEWER,
        help="Ordered, paid or wrote to the shop in the period.",
    )
    report_channel = fields.Selection(
        selection="_selection_report_channel",
        string="Chat Channel",
        compute="_compute_report_channel",
        search=_searches("report_channel"),
        groups=VIEWER,
        help="Through which the customer wrote to the shop in the period. A filter or "
        "a group finds each of several, a list shows the one used most.",
    )
    report_team_id = fields.Many2one(
        "crm.team",
        "Sales Channel",
        compute="_compute_report_team_id",
        search=_searches("report_team_id"),
        groups=VIEWER,
        help="Through which the customer ordered in the period. A filter or a group "
        "finds each of several, a list shows the one used most.",
    )

    @api.model
    def _selection_report_channel(self):
        return self.env["crm.contact.history"]._selection_channel()

    @api.model
    def _get_report_period(self):
        """:return: name of the period, its first and its last day"""
        context = self.env.context
        return report_period.period_days(
            context.get("report_period"),
            local_today(self.env),
            fields.Date.to_date(context.get("report_from")),
            fields.Date.to_date(context.get("report_to")),
        )

    @api.model
    def _get_report_scope(self, first=None, last=None, contact_ids=None):
        """:param first: first and last day, default those of the report's period
        :param contact_ids: list, limits to these contacts
        :return: ``tools.payment_sources.Scope``
        """
        if first is None:
            _name, first, last = self._get_report_period()
        company = self.env.company.sudo()
        tz, today = company.customer_tz, local_today(self.env)
        return Scope(
            company.id,
            tz,
            today,
            report_period.midnight_utc(today + report_period.DAY, tz),
            first,
            last,
            report_period.midnight_utc(first, tz),
            report_period.midnight_utc(last + report_period.DAY, tz),
            contact_ids,
        )

    @api.model
    def _report_orders(self, scope, column):
        """:param column: of crm.customer.order
        :return: SQL of (partner_id, column), the confirmed orders of the scope"""
        domain = Domain("company_id", "=", scope.company_id)
        domain &= Domain("status", "=", "confirmed")
        domain &= Domain("date_order", ">=", scope.first_utc)
        domain &= Domain("date_order", "<", scope.until_utc)
        if scope.contact_ids is not None:
            domain &= Domain("partner_id", "in", scope.contact_ids)
        orders = self.env["crm.customer.order"].sudo()
        queries = []
        # one by one, PostgreSQL leaves out the columns that nobody asked for
        for source in sorted(orders._customer_order_sources()):
            one = orders.with_context(crm_order_source=source)
            query = one._search(domain, order="id")
            query.order = None
            queries.append(query.select("partner_id", SQL.identifier(column)))
        return SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)

    @api.model
    def _report_messages(self, scope):
        """:return: Query on crm.contact.history, what customers wrote in the scope"""
        domain = Domain("company_id", "in", [scope.company_id, False])
        domain &= Domain("direction", "=", "in")
        domain &= Domain("date", ">=", scope.first_utc)
        domain &= Domain("date", "<", scope.until_utc)
        if scope.contact_ids is not None:
            domain &= Domain("partner_id", "in", scope.contact_ids)
        query = self.env["crm.contact.history"].sudo()._search(domain, order="id")
        query.order = None
        return query

    @api.model
    def _report_facet_rows(self, name, scope):
        """:param name: of REPORT_FACETS
        :return: SQL of (customer_id, value, times)"""
        if name == "report_team_id":
            rows = self._report_orders(scope, "team_id")
        else:
            rows = self._report_messages(scope).select("partner_id", "channel")
        return SQL(
            """SELECT p.commercial_partner_id AS customer_id, s.value, count(*) AS times
                 FROM (%s) AS s(partner_id, value)
                 JOIN res_partner p ON p.id = s.partner_id
                WHERE s.value IS NOT NULL
             GROUP BY p.commercial_partner_id, s.value""",
            rows,
        )

    @api.model
    def _report_activity(self, scope):
        """:return: SQL of (customer_id, order_count, paid): one row per customer who
        ordered, paid or wrote in the scope"""
        return SQL(
            """SELECT p.commercial_partner_id AS customer_id,
                      sum(s.order_count)::int AS order_count, sum(s.paid) AS paid
                 FROM (SELECT orders.partner_id, count(*) AS order_count, 0 AS paid
                         FROM (%(orders)s) AS orders GROUP BY orders.partner_id
                        UNION ALL
                       SELECT paid.partner_id, 0, sum(paid.amount)
                         FROM (%(payments)s) AS paid GROUP BY paid.partner_id
                        UNION ALL
                       SELECT wrote.partner_id, 0, 0
                         FROM (%(messages)s) AS wrote GROUP BY wrote.partner_id) AS s
                 JOIN res_partner p ON p.id = s.partner_id
             GROUP BY p.commercial_partner_id""",
            orders=self._report_orders(scope, "status"),
            payments=self.env["crm.customer.payment"]._scope_rows(scope),
            messages=self._report_messages(scope).select("partner_id"),
        )

    def _report_own_scope(self):
        """:return: the scope of the report, limited to these customers"""
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        contacts = contacts.search([("commercial_partner_id", "in", self._origin.ids)])
        return self._get_report_scope(contact_ids=contacts.ids)

    @api.depends_context("company", *REPORT_CONTEXT)
    def _compute_report_figures(self):
        scope = self._report_own_scope()
        rows = self.env.execute_query(self._report_activity(scope))
        figures = {id_: (orders, paid) for id_, orders, paid in rows}
        for partner in self:
            found = figures.get(partner._origin.id)
            orders, paid = found or (0, 0)
            partner.report_order_count = orders
            partner.report_paid = paid
            partner.report_active = bool(found)
            first = partner.customer_first_order_date
            bought_before = first and first < scope.first_day
            partner.report_status = (
                ("returning" if bought_before else "new") if orders else "none"
            )

    def _read_report_facet(self, name):
        """:return: dict of customer id to the value used most in the period"""
        rows = self._report_facet_rows(name, self._report_own_scope())
        query = SQL("SELECT customer_id, value FROM (%s) s ORDER BY times, value", rows)
        return dict(self.env.execute_query(query))

    @api.depends_context("company", *REPORT_CONTEXT)
    def _compute_report_channel(self):
        channels = self._read_report_facet("report_channel")
        for partner in self:
            partner.report_channel = channels.get(partner._origin.id)

    @api.depends_context("company", *REPORT_CONTEXT)
    def _compute_report_team_id(self):
        teams = self._read_report_facet("report_team_id")
        for partner in self:
            partner.report_team_id = teams.get(partner._origin.id)

    @api.model
    def _search_report_active(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = True in value
        if wanted and False in value:
            return Domain.TRUE

        def to_sql(model, alias, query):
            joined = model._join_report_activity(alias, query)
            customer = SQL.identifier(joined, "customer_id")
            return SQL("%s IS %s NULL", customer, SQL("NOT" if wanted else ""))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_report_field(self, name, operator, value):
        if name in REPORT_FACETS:
            return self._search_report_facet(name, operator, value)
        if operator not in COMPARISONS:
            return NotImplemented
        sign, holds = COMPARISONS[operator]
        empty = 0 if name in REPORT_FIGURES else "none"
        values = [item or empty for item in value] if operator == "in" else [value]
        idle_too = any(holds(empty, item) for item in values)

        def to_sql(model, alias, query):
            field = model._field_to_sql(alias, name, query)
            if name in REPORT_FIGURES and not idle_too:
                # without COALESCE, PostgreSQL need not read those who did nothing
                joined = model._join_report_activity(alias, query)
                field = SQL.identifier(joined, REPORT_FIGURES[name])
            found = (SQL("%s %s %s", field, SQL(sign), item) for item in values)
            return SQL("(%s)", SQL(" OR ").join(found) or SQL("FALSE"))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_report_facet(self, name, operator, value):
        """Customers with one of the values; False finds those without any."""
        if operator in ("any", "any!", "ilike", "like", "=like", "=ilike"):
            if name != "report_team_id":
                return NotImplemented
            teams = self.env["crm.team"].with_context(active_test=False)
            if operator not in ("any", "any!"):
                value = Domain("display_name", operator, value)
            operator, value = "in", teams.search(value).ids
        if operator != "in":
            return NotImplemented
        rows = self._report_facet_rows(name, self._get_report_scope())
        wanted = [item for item in value if item]

        def to_sql(_model, alias, _query):
            id_ = SQL.identifier(alias, "id")
            found = SQL(
                "%s IN (SELECT customer_id FROM (%s) AS s WHERE value = ANY(%s))",
                *(id_, rows, wanted),
            )
            if len(wanted) == len(value):
                return found
            return SQL(
                "(%s OR %s NOT IN (SELECT customer_id FROM (%s) AS s))",
                *(found, id_, rows),
            )

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in (*REPORT_FIGURES, "report_status") or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = self._join_report_activity(alias, query)
        if field_expr in REPORT_FIGURES:
            value = SQL.identifier(joined, REPORT_FIGURES[field_expr])
            return SQL("COALESCE(%s, 0)", value)
        first_order = self._field_to_sql(alias, "customer_first_order_date", query)
        return SQL(
            """CASE WHEN COALESCE(%s, 0) = 0 THEN 'none'
                    WHEN %s < %s THEN 'returning' ELSE 'new' END""",
            SQL.identifier(joined, "order_count"),
            first_order,
            self._get_report_period()[1],
        )

    def _join_report_activity(self, alias, query):
        """:return: alias of what the customer did in the period in ``query``"""
        joined = query.make_alias(alias, "crm_report")
        # asked for each figure; a join that is built again may differ by the clock
        if joined not in query._joins:
            self._join_customers(
                query, joined, alias, self._report_activity(self._get_report_scope())
            )
        return joined

    @api.model
    def _join_customers(self, query, joined, alias, rows):
        """:param rows: SQL with a column ``customer_id``, joined under this alias"""
        query.add_join(
            "LEFT JOIN",
            joined,
            SQL("(%s)", rows),
            SQL(
                "%s = %s",
                SQL.identifier(joined, "customer_id"),
                SQL.identifier(alias, "id"),
            ),
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec not in REPORT_FACETS:
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[groupby_spec], "read")
        joined = query.make_alias(alias, groupby_spec)
        rows = self._report_facet_rows(groupby_spec, self._get_report_scope())
        self._join_customers(query, joined, alias, rows)
        return SQL.identifier(joined, "value")
