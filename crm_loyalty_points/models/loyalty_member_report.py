from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .loyalty_card_active import ACTIVE_DAYS


class LoyaltyMemberReport(models.Model):
    """How the membership grows: one row per member card, on the day it was joined."""

    _name = "loyalty.member.report"
    _description = "Members Report"
    _auto = False
    _order = "joined desc, id desc"
    _depends = {
        "loyalty.card": ["partner_id", "tier_id", "member_since", "active"],
        "crm.customer.metric": ["last_order_date"],
        "res.partner": ["joined_branch_id"],
    }

    card_id = fields.Many2one("loyalty.card", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    program_id = fields.Many2one("loyalty.program", "Programme", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    tier_id = fields.Many2one("loyalty.tier", readonly=True)
    branch_id = fields.Many2one("crm.branch", "Joined At", readonly=True)
    joined = fields.Date(
        readonly=True, help="Where the shop is; for members of another system theirs."
    )
    members = fields.Integer(readonly=True)
    active_members = fields.Integer(
        "Active",
        readonly=True,
        help="Ordered, or earned or used points, in the last 90 days.",
    )
    last_move = fields.Date(
        "Last Points", readonly=True, help="When points were last earned or used."
    )
    points = fields.Float("Balance", digits=(16, 2), readonly=True)

    @property
    def _table_query(self):
        """Sub-queries as columns: PostgreSQL asks only those that somebody reads."""
        last_move = SQL(
            """(SELECT e.date FROM loyalty_point_entry e
                 WHERE e.card_id = c.id AND e.kind IN ('earn', 'redeem', 'bonus')
                 ORDER BY e.seq DESC LIMIT 1)"""
        )
        last_order = SQL(
            """(SELECT max(o.last_order_date) FROM crm_customer_metric o
                 WHERE o.partner_id = c.partner_id
                   AND o.company_id = coalesce(c.company_id, o.company_id))"""
        )
        return SQL(
            """
            SELECT c.id, c.id AS card_id, c.partner_id, c.program_id, c.company_id,
                   c.tier_id, c.points, 1 AS members,
                   coalesce(c.member_since,
                            (c.create_date AT TIME ZONE 'UTC'
                             AT TIME ZONE coalesce(y.customer_tz, 'UTC'))::date
                           ) AS joined,
                   m.joined_branch_id AS branch_id,
                   %(move)s AS last_move,
                   coalesce(greatest(%(move)s, %(order)s) >= %(since)s, FALSE)::int
                   AS active_members
              FROM loyalty_card c
              JOIN loyalty_program p
                ON p.id = c.program_id AND p.program_type = 'loyalty'
              JOIN res_partner m ON m.id = c.partner_id
              JOIN res_company y ON y.id = coalesce(c.company_id, %(company)s)
             WHERE c.active AND c.is_member_card
            """,
            move=last_move,
            order=last_order,
            since=self._active_since(),
            company=self.env.company.id,
        )

    def _active_since(self):
        return self.env.company._get_local_moment().date() - timedelta(ACTIVE_DAYS)

    def action_open_card(self):
        """:return: the member card"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.card",
            "res_id": self.id,
            "views": [(False, "form")],
        }
