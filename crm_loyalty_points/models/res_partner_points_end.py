from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .res_partner_visits import COMPARED


class ResPartner(models.Model):
    """The next day on which points of a customer end, in the company one works in."""

    _inherit = "res.partner"

    points_end_date = fields.Date(
        "Next Points End",
        compute="_compute_points_end_date",
        search="_search_points_end_date",
        help="The last day of the points that end first. Empty when none end.",
    )

    @api.depends_context("company")
    def _compute_points_end_date(self):
        customers = self._origin.commercial_partner_id
        condition = SQL("partner.id = ANY(%s)", customers.ids)
        days = dict(self.env.execute_query(self._points_end_query(condition)))
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.points_end_date = days.get(customer.id)

    def _search_points_end_date(self, operator, value):
        """No day, when no points end, is before or after any day; contacts count as
        themselves."""
        if operator == "in":
            return Domain.OR(self._points_end_domain("=", each) for each in value)
        if operator in COMPARED:
            return self._points_end_domain(operator, value)
        return NotImplemented

    @api.model
    def _points_end_domain(self, operator, value):
        day = fields.Date.to_date(value)
        if not day and operator != "=":
            return Domain.FALSE

        def having(first):
            return SQL("%s %s %s", first, COMPARED[operator], day)

        query = self._points_end_query(SQL("TRUE"), having if day else None)
        rows = SQL("(SELECT id FROM (%s) AS ends)", query)
        return Domain("id", "in" if day else "not in", rows)

    @api.model
    def _points_end_query(self, condition, having=None):
        """:return: SQL for (customer id, day), see ``_ending_awards_query``"""
        return self._ending_awards_query(SQL("min(award.expiry)"), condition, having)
