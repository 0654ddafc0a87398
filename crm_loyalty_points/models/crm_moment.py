from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.moment import Moment, midnight, within


class CrmMoment(models.AbstractModel):
    """Points that end, visits, and joining the programme."""

    _inherit = "crm.moment"

    @api.model
    def _moments(self):
        return {
            **super()._moments(),
            "member": Moment(self.env._("Joined the loyalty programme"), self._joined),
            "points_end": Moment(
                self.env._("Points end"), self._points_end_rows, ahead=True
            ),
            "visit": Moment(self.env._("After a visit"), self._visit_rows),
        }

    @api.model
    def _joined(self, company, since, until):
        """Members brought along from another system joined before: they have a date
        of their own."""
        return SQL(
            """SELECT p.id AS partner_id, 'member' AS event_key,
                      min(c.create_date) AS happened_at
                 FROM loyalty_card c
                 JOIN loyalty_program g ON g.id = c.program_id
                                       AND g.program_type = 'loyalty'
                 JOIN res_partner holder ON holder.id = c.partner_id
                 JOIN res_partner p ON p.id = holder.commercial_partner_id AND p.active
                WHERE c.active AND c.member_since IS NULL AND %s
                  AND COALESCE(c.company_id, g.company_id, %s) = %s
             GROUP BY p.id""",
            within(SQL("c.create_date"), since, until),
            company.id,
            company.id,
        )

    @api.model
    def _points_end_rows(self, company, since, until):
        """The last day of points is the day that the customer is told; they are gone
        with the midnight after it."""
        happened = midnight(SQL("a.expiry"), company)
        return SQL(
            """SELECT p.id AS partner_id, 'points_end:' || a.expiry AS event_key,
                      %(happened)s AS happened_at
                 FROM loyalty_point_award a
                 JOIN loyalty_card c ON c.id = a.card_id AND c.active
                 JOIN loyalty_program g ON g.id = c.program_id
                                       AND g.program_type = 'loyalty'
                 JOIN res_partner holder ON holder.id = c.partner_id
                 JOIN res_partner p ON p.id = holder.commercial_partner_id AND p.active
                WHERE a.remaining > 0
                  AND COALESCE(c.company_id, g.company_id, %(company)s) = %(company)s
                  AND %(within)s
             GROUP BY p.id, a.expiry""",
            happened=happened,
            company=company.id,
            within=within(happened, since, until),
        )

    @api.model
    def _visit_rows(self, company, since, until):
        done = SQL("COALESCE(v.done_at, v.arrived_at)")
        return SQL(
            """SELECT p.id AS partner_id, 'visit:' || v.id AS event_key,
                      %s AS happened_at
                 FROM crm_visit v
                 JOIN res_partner visitor ON visitor.id = v.partner_id
                 JOIN res_partner p ON p.id = visitor.commercial_partner_id AND p.active
                WHERE v.state = 'done' AND v.company_id = %s AND %s""",
            done,
            company.id,
            within(done, since, until),
        )
