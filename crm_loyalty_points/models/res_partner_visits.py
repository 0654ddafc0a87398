from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

COMPARED = {
    "=": SQL("="),
    "<": SQL("<"),
    "<=": SQL("<="),
    ">": SQL(">"),
    ">=": SQL(">="),
}


class ResPartner(models.Model):
    """When, and how often, a customer came in to the company one works in.

    Not stored: a partner is shared by companies, visits are not. Contacts show the
    visits of the customer they belong to.
    """

    _inherit = "res.partner"

    visit_ids = fields.One2many("crm.visit", "partner_id", "Visits", readonly=True)
    visit_count = fields.Integer(
        "Number of Visits",
        compute="_compute_visits",
        search="_search_visit_count",
        help="How often the customer came in: planned visits that took place, and "
        "walk-ins.",
    )
    last_visit_date = fields.Date(
        "Last Visit", compute="_compute_visits", search="_search_last_visit_date"
    )

    @api.depends_context("company")
    def _compute_visits(self):
        customers = self._origin.commercial_partner_id
        condition = SQL(
            "visit.partner_id IN (SELECT id FROM res_partner"
            " WHERE commercial_partner_id = ANY(%s))",
            customers.ids,
        )
        rows = self.env.execute_query(self._visits_query(condition))
        figures = {row[0]: row[1:] for row in rows}
        for partner in self:
            customer = partner._origin.commercial_partner_id
            count, last = figures.get(customer.id, (0, False))
            partner.visit_count = count
            partner.last_visit_date = last

    def _search_visit_count(self, operator, value):
        """A customer without visits has 0; contacts count as themselves."""
        return self._search_points_sum(operator, value, self._visit_sums)

    def _search_last_visit_date(self, operator, value):
        """Nobody's last visit, when empty, is before or after any day."""
        if operator == "in":
            return Domain.OR(self._last_visit_domain("=", each) for each in value)
        if operator in COMPARED:
            return self._last_visit_domain(operator, value)
        return NotImplemented

    @api.model
    def _visit_sums(self, condition, having):
        """:return: SQL for (customer id), see ``_search_points_sum``"""
        query = self._visits_query(condition, having(SQL("SUM(seen.visits)")))
        return SQL("SELECT customer_id AS id FROM (%s) AS visitors", query)

    @api.model
    def _last_visit_domain(self, operator, value):
        """:return: Domain of the customers whose last visit compares so. "Since" is
        read from the index over days; the others need each customer's last day."""
        if not value:
            if operator != "=":
                return Domain.FALSE
            return self._among(self._visits_query(SQL("TRUE")), "not in")
        day = fields.Date.to_date(value)
        if operator in (">", ">="):
            condition = SQL("visit.day %s %s", COMPARED[operator], day)
            return self._among(self._visits_query(condition), "in")
        having = SQL("MAX(seen.last) %s %s", COMPARED[operator], day)
        return self._among(self._visits_query(SQL("TRUE"), having), "in")

    @api.model
    def _among(self, query, operator):
        query = SQL("(SELECT customer_id FROM (%s) AS visitors)", query)
        return Domain("id", operator, query)

    @api.model
    def _visits_query(self, condition, having=None):
        """:return: SQL for (customer id, visits, last day) in this company

        Visits are counted per person by their index alone, and only then given to the
        customers.

        :param condition: SQL on ``visit``
        :param having: SQL on the sums of ``seen`` (visits, last) of a customer
        """
        self.env["crm.visit"].flush_model()
        self.flush_model(["commercial_partner_id"])
        return SQL(
            """SELECT person.commercial_partner_id AS customer_id,
                      SUM(seen.visits)::int, MAX(seen.last)
                 FROM (SELECT visit.partner_id, count(*) AS visits,
                              max(visit.day) AS last
                         FROM crm_visit visit
                        WHERE visit.state IN ('arrived', 'done')
                          AND visit.company_id = %s AND %s
                     GROUP BY visit.partner_id) AS seen
                 JOIN res_partner person ON person.id = seen.partner_id
             GROUP BY person.commercial_partner_id
               HAVING %s""",
            self.env.company.id,
            condition,
            having or SQL("TRUE"),
        )

    def unlink(self):
        self.check_access("unlink")
        self._erase_visits()
        return super().unlink()

    def _erase_visits(self):
        """Leave of the customers' visits only that somebody came; see `_erase`."""
        visits = self.env["crm.visit"].sudo()
        visits.search([("partner_id", "in", self.ids)])._erase()

    def action_check_in(self):
        """Check the customer in where the user works.

        :return: the form of the visit; pressed twice on a day it is the same one
        """
        self.ensure_one()
        branch = self.env["crm.branch"]._default_of(self.env.company)
        branches = self.env["crm.branch"].search_count(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        if branches and not branch:
            raise UserError(
                self.env._(
                    "At which branch? Set yours in your preferences (My Branch), or "
                    "add the visit under Visits and choose the branch there."
                )
            )
        visit = self.env["crm.visit"]._check_in(self, branch)
        return visit._get_records_action()

    def action_view_visits(self):
        """:return: the customer's visits, planned ones as well"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.crm_visit_action"
        )
        action["domain"] = [("partner_id", "child_of", self.commercial_partner_id.ids)]
        action["context"] = {"default_partner_id": self.id}
        action["views"] = [(False, mode) for mode in ("list", "kanban", "form")]
        return action
