from odoo import api, models


class LoyaltyProgram(models.Model):
    """What the till has to know to count by itself, with or without a connection."""

    _inherit = "loyalty.program"

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "thb_per_point"]

    @api.model
    def _load_pos_data_read(self, records, config):
        rows = super()._load_pos_data_read(records, config)
        for row in rows:
            row["_points"] = self.browse(row["id"]).sudo()._prepare_till_policy()
        return rows

    def _prepare_till_policy(self):
        """:return: JSON-able dict of the conditions, campaigns and limits; conditions
        are those of ``tools.condition.Condition.read``, with dates. ``waits``: points
        of an order at the till become available some days later; ``prepaid``: see
        ``_prepare_till_prepaid``"""
        self.ensure_one()
        return {
            "asks": bool(self._get_till_needs()),
            "waits": self.pending_policy == "days",
            "prepaid": self._prepare_till_prepaid(),
            "condition": self.condition_data or False,
            "rewards": {each.id: each.condition_data for each in self.reward_ids},
            "rules": {
                rule.id: {"condition": rule.condition_data, "limit": rule.max_points}
                for rule in self.rule_ids
            },
            "campaigns": [
                *(self._prepare_till_campaign(each) for each in self._get_campaigns()),
                # a tier's factor is a campaign for those who have the tier
                *(
                    {"factor": tier.earn_factor, "condition": {"tiers": tier.ids}}
                    for tier in self._get_factor_tiers()
                ),
            ],
            "limits": {
                "order": self.max_points_order,
                "day": self.max_points_day,
                "member": self.max_points_member,
            },
        }

    def _prepare_till_campaign(self, campaign):
        return {
            "factor": campaign.factor,
            "condition": {
                **(campaign.condition_data or {}),
                "date_from": campaign.date_from.isoformat(),
                "date_to": campaign.date_to.isoformat(),
            },
        }

    def _get_till_needs(self):
        """:return: set of what these programmes ask about a customer"""
        needs = self._get_condition_needs() | self.reward_ids._get_condition_needs()
        if self._get_factor_tiers():
            needs.add("tiers")
        return needs | self._get_earning_needs()
