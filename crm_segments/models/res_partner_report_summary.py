from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .res_partner_report import REPORT_FACETS, REPORT_FIGURES

# Properties of which each customer has one value or none.
PROPERTIES = ("customer_group_id", "customer_lifecycle")
PARTS = """
    WITH listed AS MATERIALIZED (%(listed)s),
         chosen(name, value, customer_id) AS MATERIALIZED (%(chosen)s)
    SELECT CASE GROUPING(report_status, customer_group_id, customer_lifecycle)
                WHEN 3 THEN 'report_status' WHEN 5 THEN 'customer_group_id'
                ELSE 'customer_lifecycle' END,
           COALESCE(report_status, customer_group_id::text, customer_lifecycle),
           count(*), sum(report_order_count), sum(report_paid)
      FROM listed
  GROUP BY GROUPING SETS ((report_status), (customer_group_id), (customer_lifecycle))
     UNION ALL
    SELECT name, value, count(*), NULL, NULL FROM chosen GROUP BY name, value
     UNION ALL
    SELECT 'wrote', NULL, count(DISTINCT customer_id), NULL, NULL
      FROM chosen WHERE name = 'report_channel'"""


class ResPartner(models.Model):
    """The figures above the customers of the report."""

    _inherit = "res.partner"

    @api.model
    @api.readonly
    def get_report_period(self):
        """:return: dict period (name), from and to (ISO dates, both included)"""
        name, first, last = self._get_report_period()
        return {"period": name, "from": first.isoformat(), "to": last.isoformat()}

    @api.model
    @api.readonly
    def web_search_read(
        self,
        domain,
        specification,
        offset=0,
        limit=None,
        order=None,
        count_limit=None,
    ):
        """A page of the report and the number of its customers by one statement: to
        count them, the period is added up as for the page."""
        if "report_period" not in self.env.context or not limit or not count_limit:
            return super().web_search_read(
                domain, specification, offset, limit, order, count_limit
            )
        many = max(count_limit, offset + limit)
        found = self._search(domain, order=order, limit=many).get_result_ids()
        page = self.browse(found[offset : offset + limit])
        return {
            "length": min(len(found), count_limit),
            "records": page.web_read(specification),
        }

    @api.model
    @api.readonly
    def get_customer_report(self, domain):
        """Count and add up the customers that the report lists.

        :param domain: domain on res.partner; the period is in the context
        :return: dict of ``currency_id``; ``numbers``, dict of customers, new,
            returning, orders, paid (company currency) and wrote (customers, or None
            while no chat channel is connected); ``blocks``, list of dict name, parts:
            the customers by one property, largest first, each part a dict label,
            count, mark (most, least or False) and the domain that finds its customers
        :raises AccessError: the user may not see customers' figures
        """
        self._check_report_access()
        parts = self._read_report_parts(domain)
        by_status = parts["report_status"]
        counts = {status: count for status, count, _orders, _paid in by_status}
        return {
            "currency_id": self.env.company.currency_id.id,
            "numbers": {
                "customers": sum(counts.values()),
                "new": counts.get("new", 0),
                "returning": counts.get("returning", 0),
                "orders": sum(row[2] or 0 for row in by_status),
                "paid": sum(row[3] or 0 for row in by_status),
                "wrote": parts["wrote"][0][1],
            },
            "blocks": [
                self._prepare_report_block(name, parts[name], name == "report_channel")
                for name in (*PROPERTIES, *REPORT_FACETS)
            ],
        }

    @api.model
    def _read_report_parts(self, domain):
        """Everything by one statement: each would add up the period again.

        :return: dict of a property, and "wrote", to list of (value, number of
            customers, orders, paid); of channels those that somebody used"""
        for name in REPORT_FACETS:
            self._check_field_access(self._fields[name], "read")
        query = self._search(domain, order="id")
        query.order = None
        names = ("report_status", *PROPERTIES, *REPORT_FIGURES)
        terms = (
            SQL("%s AS %s", self._field_to_sql(self._table, name, query), alias)
            for name, alias in zip(names, map(SQL.identifier, names), strict=True)
        )
        listed = query.select(SQL("%s.id", SQL.identifier(self._table)), *terms)
        scope = self._get_report_scope()
        chosen = SQL(" UNION ALL ").join(
            SQL(
                """SELECT %s, facet.value::text, listed.id
                     FROM listed JOIN (%s) AS facet ON facet.customer_id = listed.id""",
                name,
                self._report_facet_rows(name, scope),
            )
            for name in REPORT_FACETS
        )
        rows = self.env.execute_query(SQL(PARTS, listed=listed, chosen=chosen))
        parts = defaultdict(list)
        for name, value, *numbers in rows:
            is_id = value and name in self and self._fields[name].relational
            parts[name].append((int(value) if is_id else value, *numbers))
        return parts

    @api.model
    def _check_report_access(self):
        """:raises AccessError: the user may not see what customers bought"""
        self.env["crm.customer.order"].check_access("read")

    @api.model
    def _prepare_report_block(self, name, rows, marks):
        """:param rows: list of (value, number of customers, ...)
        :param marks: mark the part with most and the one with fewest customers
        :return: dict, see `get_customer_report`"""
        field = self._fields[name]
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
        else:
            records = self.env[field.comodel_name].sudo()
            records = records.browse(row[0] for row in rows if row[0])
            labels = {record.id: record.display_name for record in records}
        rows = sorted(rows, key=lambda row: (-row[1], labels.get(row[0]) or ""))
        parts = [
            {
                "label": labels.get(value) or self.env._("None"),
                "count": count,
                "mark": False,
                "domain": [(name, "=", value or False)],
            }
            for value, count, *_sums in rows
        ]
        if marks and len(parts) > 1:
            parts[0]["mark"], parts[-1]["mark"] = "most", "least"
        return {"name": name, "parts": parts}

    @api.model
    def get_report_orders_action(self, domain):
        """:param domain: domain on res.partner
        :return: action of the orders of these customers in the report's period"""
        _name, first, last = self._get_report_period()
        return self._prepare_report_action(
            "crm.customer.order",
            self.env._("Orders in the Period"),
            [("order_day", ">=", first), ("order_day", "<=", last)]
            + [("status", "=", "confirmed")],
            domain,
            ("list", "kanban", "graph", "pivot"),
        )

    @api.model
    def get_report_payments_action(self, domain):
        """:param domain: domain on res.partner
        :return: action of the payments of these customers in the report's period"""
        _name, first, last = self._get_report_period()
        return self._prepare_report_action(
            "crm.customer.payment",
            self.env._("Payments in the Period"),
            [("day", ">=", first), ("day", "<=", last)],
            domain,
            ("graph", "list", "pivot"),
        )

    @api.model
    def _prepare_report_action(self, model, title, period, domain, views):
        """:param list period: domain on ``model`` of the days
        :return: action of what the customers in ``domain`` did"""
        own = [("company_id", "=", self.env.company.id)]
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "views": [(False, view) for view in views],
            "domain": [*own, *period, ("customer_id", "any", list(domain))],
            "context": self._get_report_context(),
        }

    @api.model
    def _get_report_context(self):
        """:return: dict, the period of the report as the context has it"""
        name, first, last = self._get_report_period()
        return {
            "report_period": name,
            "report_from": first.isoformat(),
            "report_to": last.isoformat(),
        }

    def action_report_orders(self):
        """:return: action of the customer's orders in the report's period"""
        return self.get_report_orders_action([("id", "in", self.ids)])

    @api.model
    def get_report_top_action(self, number):
        """:param number: how many customers per month
        :return: action of the best payers of each month: those of the report's period,
            twelve months at least"""
        number = self.env["crm.customer.top"]._clean_number(number)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Best %(number)s of Each Month", number=number),
            "res_model": "crm.customer.top",
            "views": [(False, "list"), (False, "kanban")],
            "domain": [("company_id", "=", self.env.company.id)],
            "context": {
                **self._get_report_context(),
                "report_top": number,
                "group_by": ["month:month"],
            },
        }
