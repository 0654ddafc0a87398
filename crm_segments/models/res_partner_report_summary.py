from odoo import api, models
from odoo.fields import Domain


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
        by_status, by_group, by_lifecycle = self._read_grouping_sets(
            domain,
            [["report_status"], ["customer_group_id"], ["customer_lifecycle"]],
            ["__count", "report_order_count:sum", "report_paid:sum"],
        )
        by_channel = self._read_report_group(domain, "report_channel")
        by_team = self._read_report_group(domain, "report_team_id")
        counts = {status: count for status, count, _orders, _paid in by_status}
        wrote = Domain(domain) & Domain("report_channel", "!=", False)
        return {
            "currency_id": self.env.company.currency_id.id,
            "numbers": {
                "customers": sum(counts.values()),
                "new": counts.get("new", 0),
                "returning": counts.get("returning", 0),
                "orders": sum(row[2] or 0 for row in by_status),
                "paid": sum(row[3] or 0 for row in by_status),
                "wrote": self.search_count(wrote) if by_channel else 0,
            },
            "blocks": [
                self._prepare_report_block("customer_group_id", by_group),
                self._prepare_report_block("customer_lifecycle", by_lifecycle),
                self._prepare_report_block("report_channel", by_channel, marks=True),
                self._prepare_report_block("report_team_id", by_team),
            ],
        }

    @api.model
    def _check_report_access(self):
        """:raises AccessError: the user may not see what customers bought"""
        self.env["crm.customer.order"].check_access("read")

    @api.model
    def _read_report_group(self, domain, name):
        """:return: list of (value, number of customers) of those who have one"""
        return [row for row in self._read_group(domain, [name], ["__count"]) if row[0]]

    @api.model
    def _prepare_report_block(self, name, rows, marks=False):
        """:param rows: list of (value, number of customers, ...)
        :param marks: mark the part with most and the one with fewest customers
        :return: dict, see `get_customer_report`"""
        field = self._fields[name]
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
        else:
            records = self.env[field.comodel_name].browse(row[0].id for row in rows)
            labels = {record: record.sudo().display_name for record in records}
        rows = sorted(rows, key=lambda row: -row[1])
        parts = [
            {
                "label": labels.get(value) or self.env._("None"),
                "count": count,
                "mark": False,
                "domain": [(name, "=", getattr(value, "id", value) or False)],
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
