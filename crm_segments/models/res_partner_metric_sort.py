from odoo import api, models
from odoo.tools import SQL

from .res_partner_metric import DATES, METRIC_FIELDS, NUMBERS


class ResPartner(models.Model):
    """Sorting, grouping and adding up by figures that are no columns of the table."""

    _inherit = "res.partner"

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        column = limit and self._sorted_down_by_number(order)
        if column:
            page = self._search_best_page(
                column, domain, offset, limit, order, **options
            )
            if page is not None:
                return page
        return super()._search(domain, offset, limit, order, **options)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Figures in ORDER BY, GROUP BY and aggregates: by a join of the row."""
        column = METRIC_FIELDS.get(field_expr)
        if column is None or query is None:
            if field_expr == "customer_currency_id" and query is not None:
                return SQL("%s::int", self.env.company.currency_id.id)
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = self._join_customer_metric(alias, query)
        value = SQL.identifier(joined, column)
        if column == "lifecycle":
            member_number = self._field_to_sql(alias, "member_number", query)
            return SQL(
                "COALESCE(%s, CASE WHEN %s IS NOT NULL THEN 'prospect' END)",
                value,
                member_number,
            )
        return SQL("COALESCE(%s, 0)", value) if column in NUMBERS else value

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Customers without orders come last when the latest order comes first."""
        dated = METRIC_FIELDS.get(field_name) in DATES
        if dated and direction.code == "DESC" and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _join_customer_metric(self, alias, query, kind="LEFT JOIN"):
        """:return: alias of the customer's row of this company in ``query``"""
        joined = query.make_alias(alias, "crm_metric")
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(joined, "partner_id"),
            SQL.identifier(alias, "id"),
            SQL.identifier(joined, "company_id"),
            self.env.company.id,
        )
        query.add_join(kind, joined, "crm_customer_metric", condition)
        return joined

    @api.model
    def _sorted_down_by_number(self, order):
        """:return: the column of the figure that ``order`` puts first, when it is a
        number with the largest on top; else None
        """
        words = (order or "").partition(",")[0].lower().split()
        column = METRIC_FIELDS.get(words[0]) if words else None
        return column if column in NUMBERS and words[1:] == ["desc"] else None

    @api.model
    def _search_best_page(self, column, domain, offset, limit, order, **options):
        """A page of the customers with the largest figure, from the figure's index.

        Customers without a row count as 0 and can only be found by reading all of
        them; as long as the page is full of customers above 0, none of them is on it.

        :param column: of crm_customer_metric, what ``order`` begins with
        :return: Query of the page, or None when customers without a row may be on it
        """
        rest = order.partition(",")[2]
        # pylint: disable-next=super-method-mismatch
        query = super()._search(domain, offset, limit, order="id", **options)
        if query.is_empty():
            return query
        joined = self._join_customer_metric(self._table, query, kind="JOIN")
        value = SQL.identifier(joined, column)
        terms = [SQL("%s DESC", value)]
        if rest.strip():
            terms.append(self._order_to_sql(rest, query))
        query.order = SQL(", ").join(filter(None, terms))
        page = self.env.execute_query(
            query.select(SQL.identifier(self._table, "id"), value)
        )
        if len(page) < limit or page[-1][1] <= 0:
            return None
        return self.browse(row[0] for row in page)._as_query()
