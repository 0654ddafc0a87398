from odoo import api, fields, models

from ..tools import metric_rfm


class CrmRfmCut(models.Model):
    """The borders between the scores of a shop's customers on one day.

    Written by the full pass over the customers' figures; between two of them customers
    are scored by the newest row, without looking at each other (tools/metric_rfm.py).
    """

    _name = "crm.rfm.cut"
    _description = "Borders of Customer Scores"
    _order = "day desc, id desc"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date("Measured On", required=True, readonly=True)
    customers = fields.Integer(
        "Customers with Orders", readonly=True, help="Those who have a score."
    )
    recency_5 = fields.Date("Recency 5 From", readonly=True)
    recency_4 = fields.Date("Recency 4 From", readonly=True)
    recency_3 = fields.Date("Recency 3 From", readonly=True)
    recency_2 = fields.Date("Recency 2 From", readonly=True)
    frequency_1 = fields.Integer("Frequency 1 Up To", readonly=True)
    frequency_2 = fields.Integer("Frequency 2 Up To", readonly=True)
    frequency_3 = fields.Integer("Frequency 3 Up To", readonly=True)
    frequency_4 = fields.Integer("Frequency 4 Up To", readonly=True)
    monetary_1 = fields.Monetary("Money 1 Up To", readonly=True)
    monetary_2 = fields.Monetary("Money 2 Up To", readonly=True)
    monetary_3 = fields.Monetary("Money 3 Up To", readonly=True)
    monetary_4 = fields.Monetary("Money 4 Up To", readonly=True)

    group_grid = fields.Html(
        "Customers per Group", compute="_compute_group_grid", sanitize=False
    )

    # A constraint, not an index: INSERT .. ON CONFLICT needs the columns only.
    _day_uniq = models.Constraint(
        "UNIQUE(company_id, day)", "Scores are measured once per company and day."
    )

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("What the groups mean")

    @api.depends_context("lang")
    def _compute_group_grid(self):
        for cut in self:
            cut.group_grid = self.env["ir.qweb"]._render(
                "crm_segments.rfm_group_grid", cut._group_grid_values()
            )

    def _group_grid_values(self):
        """:return: dict of what the page of the groups shows: ``groups`` in their order
        and ``rows`` of the grid, the most valuable first
        """
        self.ensure_one()
        metric = self.env["crm.customer.metric"]
        counts = self._count_cells()
        meanings = self._group_meanings()
        groups = {
            key: {"key": key, "name": name, "count": 0, "meaning": meanings[key]}
            for key, name in metric._fields["rfm_group"]._description_selection(
                self.env
            )
        }
        rows = []
        for value in reversed(metric_rfm.SCORES):
            cells = []
            for recency in metric_rfm.SCORES:
                group = groups[metric_rfm.GRID[recency, value]]
                count = counts.get((recency, value), 0)
                group["count"] += count
                cells.append({"group": group, "count": count})
            rows.append({"value": value, "cells": cells})
        return {"groups": list(groups.values()), "rows": rows, "cut": self}

    def _count_cells(self):
        """:return: {(recency, value): number of customers}, one query"""
        counts = {}
        for recency, often, money, count in self.env["crm.customer.metric"]._read_group(
            [("company_id", "=", self.company_id.id), ("rfm_recency", ">", 0)],
            ["rfm_recency", "rfm_frequency", "rfm_monetary"],
            ["__count"],
        ):
            cell = recency, metric_rfm.value(often, money)
            counts[cell] = counts.get(cell, 0) + count
        return counts

    @api.model
    def _group_meanings(self):
        """:return: {group: what it means and what helps}"""
        return {
            "champions": self.env._(
                "Your best customers: they came lately, come often and spend much. "
                "Thank them, show them what is new first."
            ),
            "loyal": self.env._(
                "They order well and again. Ask what they think, offer what fits to "
                "what they buy."
            ),
            "promising": self.env._(
                "They came lately, but have not bought much yet. Give a reason for the "
                "next order."
            ),
            "needs_attention": self.env._(
                "Neither here lately nor long away. Remind them of the shop."
            ),
            "at_risk": self.env._(
                "They bought well and have been away for some time. Write to them in "
                "person."
            ),
            "almost_lost": self.env._(
                "They bought well and have been away longest. Call them: they are "
                "worth your best offer."
            ),
            "dormant": self.env._(
                "They bought little, long ago. A greeting now and then is enough."
            ),
        }

    @api.model
    def action_explain_groups(self):
        """Open the page of what the groups mean, for the company one works in.

        :return: action
        """
        cut = self.search([("company_id", "=", self.env.company.id)], limit=1)
        if not cut:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._(
                        "The customers are being counted. Come back in a minute."
                    ),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.crm_rfm_cut_action"
        )
        return {**action, "res_id": cut.id}

    def action_open_customers(self):
        """:return: action that opens the customers, one heading for each group"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.res_partner_customer_action"
        )
        context = {
            "crm_customer": True,
            "res_partner_search_mode": "customer",
            "search_default_group_rfm": 1,
        }
        return {**action, "context": context}
