from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

ACTIVE_DAYS = 90


class LoyaltyCard(models.Model):
    """Members who still come: they ordered, or earned or used points, lately."""

    _inherit = "loyalty.card"

    active_member = fields.Boolean(
        compute="_compute_active_member",
        search="_search_active_member",
        help="The member ordered, or earned or used points, in the last 90 days.",
    )

    def _compute_active_member(self):
        active = self.search(Domain("id", "in", self.ids) & self._active_members())
        for card in self:
            card.active_member = card in active

    def _search_active_member(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._active_members()

    def _active_members(self):
        """:return: Domain of the members' cards; one indexed sub-query each"""
        since = self.env.company._get_local_moment().date() - timedelta(ACTIVE_DAYS)
        moved = self.env["loyalty.point.report"]._search(
            [("date", ">=", since), ("sort", "in", ("given", "used"))]
        )
        ordered = self.env["crm.customer.metric"]._search(
            [
                ("last_order_date", ">=", since),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        return Domain("id", "in", moved.subselect("card_id")) | Domain(
            "partner_id", "in", ordered.subselect("partner_id")
        )
