from odoo import fields, models


class CrmCustomerSearch(models.TransientModel):
    """What a member has: tier, points, rewards, prepaid value, visits."""

    _inherit = "crm.customer.search"

    tier_ids = fields.Many2many("loyalty.tier")
    points_from = fields.Float()
    points_to = fields.Float()
    points_end_days = fields.Integer("Points End Within Days")
    rewards = fields.Selection(
        [("some", "Redeemed some"), ("none", "Never redeemed one")]
    )
    prepaid_from = fields.Float("Prepaid Value From")
    prepaid_to = fields.Float("Prepaid Value To")
    visit_from = fields.Date("Last Visit From")
    visit_to = fields.Date("Last Visit Until")
    visit_within = fields.Integer("Last Visit Within Days")
    visit_before = fields.Integer("No Visit for Days")

    def _get_criteria(self):
        return [*super()._get_criteria(), *self._get_member_criteria()]

    def _get_member_criteria(self):
        """:return: as ``_get_criteria``"""
        last = self.env._("Last visit")
        found = [
            *self._many("tier_ids", "loyalty_tier_ids"),
            *self._range(self.env._("Points"), "points", "points_balance"),
            *self._range(self.env._("Prepaid value"), "prepaid", "prepaid_balance"),
            *self._range(last, "visit", "last_visit_date"),
            *self._days_ago(last, "visit", "last_visit_date"),
        ]
        if self.points_end_days > 0:
            words = self.env._(
                "Points that end within %(days)s days", days=self.points_end_days
            )
            condition = ("points_end_date", "<=", f"today +{self.points_end_days}d")
            found.append(([condition], words))
        if self.rewards:
            operator = ">" if self.rewards == "some" else "="
            words = self._words(
                self._label("rewards"), self._selection_label("rewards")
            )
            found.append(([("rewards_redeemed_count", operator, 0)], words))
        return found
