from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.weekdays import WEEKDAYS


class CrmVisitFootfall(models.Model):
    """Who came in: the visits that took place, by day, hour, branch and card.

    ``customers`` counts different customers of a group: one who comes in twice on a
    day is one customer and two visits. A contact counts as the customer it belongs to;
    each visit of an erased customer as a customer of its own, so that the past stays
    what it was as far as anybody can know.
    """

    _name = "crm.visit.footfall"
    _description = "Customers Who Came In"
    _inherit = ["crm.local.day.mixin"]
    _auto = False
    _order = "day desc, id desc"
    _depends = {
        "crm.visit": [
            *("partner_id", "company_id", "branch_id", "staff_id", "product_id"),
            *("state", "day", "kind", "arrived_at", "start", "card_program_id"),
            "tier_id",
        ],
        "res.partner": ["commercial_partner_id"],
        "res.company": ["customer_tz"],
    }

    day = fields.Date(readonly=True)
    weekday = fields.Selection(WEEKDAYS, readonly=True)
    hour = fields.Char(
        readonly=True, help="The hour of arrival, where the customers are."
    )
    customers = fields.Integer(
        aggregator="count_distinct",
        readonly=True,
        help="Different customers: whoever comes twice counts once.",
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    staff_id = fields.Many2one("crm.branch.staff", "Served By", readonly=True)
    product_id = fields.Many2one("product.product", "Service", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["crm.visit"]._fields["kind"].selection, readonly=True
    )
    card_program_id = fields.Many2one(
        "loyalty.program",
        "Prepaid Card",
        readonly=True,
        help="The card with which the customer came in, as noted at check-in.",
    )
    tier_id = fields.Many2one(
        "loyalty.tier", readonly=True, help="The customer's tier at check-in."
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT visit.id, visit.day, local.weekday, local.hour,
                      COALESCE(person.commercial_partner_id, -visit.id) AS customers,
                      visit.partner_id, visit.company_id, visit.branch_id,
                      visit.staff_id, visit.product_id, visit.kind,
                      visit.card_program_id, visit.tier_id
                 FROM crm_visit visit
                 JOIN res_company company ON company.id = visit.company_id
            LEFT JOIN res_partner person ON person.id = visit.partner_id,
              LATERAL (SELECT COALESCE(visit.arrived_at, visit.start)
                              AT TIME ZONE 'UTC' AT TIME ZONE company.customer_tz
                      ) AS moment(at),
              LATERAL (SELECT to_char(moment.at, 'ID') AS weekday,
                              to_char(moment.at, 'HH24:00') AS hour) AS local
                WHERE visit.state IN ('arrived', 'done')"""
        )
