from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.local_date import midnight_utc
from ..tools.planner import half_of_all

# Conditions on all the orders of a customer that meet the others.
TOTALS = {
    "matching_count": SQL("count(*)"),
    "matching_amount": SQL("sum(found.amount_total)"),
}
# Columns of the view that are computed from others.
COMPUTED = {"weekday", "hour", "status"}
COMPARISONS = {
    ">": SQL(">"),
    ">=": SQL(">="),
    "<": SQL("<"),
    "<=": SQL("<="),
}


class ResPartner(models.Model):
    """The customer's orders of every channel, in the company one works in."""

    _inherit = "res.partner"

    customer_order_ids = fields.One2many(
        "crm.customer.order",
        string="Orders of All Channels",
        compute="_compute_customer_order_ids",
        search="_search_customer_order_ids",
        groups="crm_segments.crm_segments_group_viewer",
    )

    @api.depends_context("company")
    def _compute_customer_order_ids(self):
        orders = self.env["crm.customer.order"].search(
            [
                ("customer_id", "in", self._origin.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_customer = orders.grouped("customer_id")
        for partner in self:
            partner.customer_order_ids = by_customer.get(partner._origin)

    @api.model
    def _search_customer_order_ids(self, operator, value):
        """Conditions on orders, all met by one order; with ``matching_count`` or
        ``matching_amount`` by the orders that meet the others together."""
        if operator not in ("in", "any", "any!", "not any", "not any!"):
            return NotImplemented
        sudo = operator.endswith("!")
        orders = self.env["crm.customer.order"].sudo(sudo or self.env.su)
        orders = orders.with_context(allowed_company_ids=self.env.company.ids)
        if operator == "in":
            ids = [order_id for order_id in value if order_id]
            found = Domain("id", "in", ids)
            if False not in value:
                return self._customers_with_orders(orders, found)
            none = self._customers_with_orders(orders, Domain.TRUE, exists=False)
            return none | self._customers_with_orders(orders, found)
        if not isinstance(value, Domain):
            value = Domain("id", operator.removeprefix("not "), value)
        value = value.optimize(orders)
        return self._customers_with_orders(
            orders, value, exists=not operator.startswith("not")
        )

    @api.model
    def _customers_with_orders(self, orders, domain, exists=True):
        """Domain on the partners with (or without) such orders.

        :param orders: crm.customer.order, with the rights to search by
        :param Domain domain: on orders, see :meth:`_search_customer_order_ids`
        """
        children = _children(domain, "|")
        if len(children) > 1 and any(
            condition.field_expr in TOTALS for condition in domain.iter_conditions()
        ):
            combine = Domain.OR if exists else Domain.AND
            return combine(
                self._customers_with_orders(orders, child, exists) for child in children
            )
        totals, plain = [], []
        for child in _children(domain, "&"):
            is_total = getattr(child, "field_expr", None) in TOTALS
            (totals if is_total else plain).append(child)
        plain = Domain.AND(plain).map_conditions(
            lambda condition: self._condition_for_many(orders, condition)
        )
        found = self._query_customers_with_orders(orders, plain)
        if not totals:
            return _exists(found, exists)
        met_by_none = all(_is_met_by_none(condition) for condition in totals)
        having = SQL(" AND ").join(self._total_to_sql(cond) for cond in totals)
        if met_by_none:
            # who has no such order meets it too: leave out those who do not
            having, exists = SQL("NOT (%s)", having), not exists
        return _exists(
            SQL(
                "SELECT found.customer_id FROM (%s) AS found GROUP BY 1 HAVING %s",
                found,
                having,
            ),
            exists,
        )

    @api.model
    def _query_customers_with_orders(self, orders, domain):
        """One sub-query per source, so that PostgreSQL can begin with the most
        selective condition: in a union it would read every order.

        :return: SQL that selects (customer_id, amount_total) of each order
        """
        queries = []
        for source in sorted(orders._customer_order_sources()):
            query = orders.with_context(crm_order_source=source)._search(
                domain, order="id"
            )
            query.order = None
            table = orders._table
            queries.append(
                query.select(
                    SQL.identifier(table, "customer_id"),
                    SQL.identifier(table, "amount_total"),
                )
            )
        return SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)

    @api.model
    def _condition_for_many(self, orders, condition):
        """:return: a condition on orders as PostgreSQL plans it best"""
        name, operator, day = condition.field_expr, condition.operator, condition.value
        if name in COMPUTED:
            return _half_of_all(condition.optimize_full(orders))
        if name != "order_day" or operator not in COMPARISONS or not day:
            return condition
        # the time in UTC has an index and takes no computing
        if operator in (">", "<="):
            day = fields.Date.add(day, days=1)
        begin = midnight_utc(self.env.company, day)
        return Domain("date_order", ">=" if operator[0] == ">" else "<", begin)

    @api.model
    def _total_to_sql(self, condition):
        """:return: SQL of a condition on all the orders found"""
        total = TOTALS[condition.field_expr]
        if condition.field_expr == "matching_amount":
            digits = self.env.company.currency_id.decimal_places
            total = SQL("round(%s, %s)", total, digits)
        if condition.operator in COMPARISONS:
            comparison = COMPARISONS[condition.operator]
            return SQL("%s %s %s", total, comparison, condition.value)
        if condition.operator == "in":
            return SQL("%s = ANY(%s)", total, [value or 0 for value in condition.value])
        raise UserError(
            self.env._("Compare the number and total of orders with a single number.")
        )


def _children(domain, operator):
    """:return: list of the conditions that ``operator`` joins"""
    if getattr(domain, "OPERATOR", None) == operator:
        return list(domain.children)
    return [domain]


def _is_met_by_none(condition):
    """:return: whether a customer without orders meets a condition on totals"""
    value = condition.value
    match condition.operator:
        case ">":
            return value < 0
        case ">=":
            return value <= 0
        case "<":
            return value > 0
        case "<=":
            return value >= 0
        case _:
            return any(not number for number in value)


def _half_of_all(condition):
    """:return: Domain that means the same, see :mod:`..tools.planner`"""

    def to_sql(model, alias, query):
        return half_of_all(condition._to_sql(model, alias, query))

    return Domain.custom(to_sql=to_sql)


def _exists(found, exists):
    """:return: Domain on the partners that ``found`` names, as a join: NOT (.. IN ..)
    would be a scan per partner"""

    def to_sql(_model, alias, _query):
        return SQL(
            "%s (SELECT FROM (%s) AS found WHERE found.customer_id = %s)",
            SQL("EXISTS" if exists else "NOT EXISTS"),
            found,
            SQL.identifier(alias, "id"),
        )

    return Domain.custom(to_sql=to_sql)
