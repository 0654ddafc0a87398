from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.report_period import whole_months

DEFAULT_NUMBER, MAX_NUMBER = 10, 1000
MONTHS = 12
COLUMNS = {
    "id": "int8",
    "customer_id": "int4",
    "company_id": "int4",
    "month": "date",
    "place": "int4",
    "amount": "numeric",
}


class Ranking(tuple):
    """The columns of all rows. A class of its own, which no request can bring along."""

    __slots__ = ()


class CrmCustomerTop(models.Model):
    """The customers who paid most in each month (R5).

    Rows are made for the months of the report's period, twelve at least, and the number
    of places in the context (``report_top``), for the company one works in.
    """

    _name = "crm.customer.top"
    _inherit = "crm.customer.row"
    _description = "Best Customers of a Month"
    _auto = False
    _order = "month desc, place"
    _rec_name = "customer_id"

    customer_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(readonly=True)
    place = fields.Integer(readonly=True, aggregator=None)
    amount = fields.Monetary("Paid", readonly=True)
    phone = fields.Char(related="customer_id.phone")
    category_id = fields.Many2many(related="customer_id.category_id", readonly=True)

    @api.model
    def _clean_number(self, number):
        """:return: how many places are shown, at least one"""
        return max(1, min(int(number or DEFAULT_NUMBER), MAX_NUMBER))

    @property
    def _table_query(self):
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        ranking = self.env.context.get("crm_top_ranking")
        if not isinstance(ranking, Ranking):
            return SQL("SELECT %s FROM (%s) AS ranked", names, self._ranking_query())
        arrays = SQL(", ").join(
            SQL("%s::%s[]", list(values), SQL(column_type))
            for values, column_type in zip(ranking, COLUMNS.values(), strict=True)
        )
        return SQL("SELECT * FROM unnest(%s) AS ranked(%s)", arrays, names)

    @api.model
    @api.readonly
    def web_search_read(self, *args, **kwargs):
        """The same page, from one ranking; see `_with_ranking`."""
        ranked = super(CrmCustomerTop, self._with_ranking())
        return ranked.web_search_read(*args, **kwargs)

    @api.model
    @api.readonly
    def web_read_group(self, *args, **kwargs):
        """The same months, from one ranking; see `_with_ranking`."""
        ranked = super(CrmCustomerTop, self._with_ranking())
        return ranked.web_read_group(*args, **kwargs)

    def _with_ranking(self):
        """:return: the model with everybody ranked once for the whole request, which
        opens each month by a search of its own"""
        self.check_access("read")
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM (%s) AS ranked",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                self._ranking_query(),
            )
        )
        columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
        return self.with_context(crm_top_ranking=Ranking(columns))

    @api.model
    def _ranking_query(self):
        """:return: SQL of the COLUMNS"""
        partners = self.env["res.partner"]
        _name, first, last = partners._get_report_period()
        first, last = whole_months(first, last, at_least=MONTHS)
        scope = partners._get_report_scope(first, last)
        return SQL(
            """SELECT customer_id::int8 * 65536
                      + (EXTRACT(year FROM month) * 12 + EXTRACT(month FROM month))::int
                      AS id, customer_id, %s AS company_id, month, place, amount
                 FROM (SELECT p.commercial_partner_id AS customer_id, month,
                              sum(s.amount) AS amount,
                              row_number() OVER (
                                  PARTITION BY month
                                  ORDER BY sum(s.amount) DESC, p.commercial_partner_id
                              )::int AS place
                         FROM (SELECT partner_id, date_trunc('month', day)::date
                                      AS month, sum(amount) AS amount
                                 FROM (%s) AS paid GROUP BY 1, 2) AS s
                         JOIN res_partner p ON p.id = s.partner_id
                     GROUP BY p.commercial_partner_id, month) AS ranked
                WHERE place <= %s AND amount > 0""",
            scope.company_id,
            self.env["crm.customer.payment"]._scope_rows(scope),
            self._clean_number(self.env.context.get("report_top")),
        )
