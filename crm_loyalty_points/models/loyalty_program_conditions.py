from odoo import api, fields, models

from ..tools import basket as engine
from ..tools.refused_rules import refused_rules


class LoyaltyProgram(models.Model):
    """The conditions of a programme hold for all its rules and rewards.

    Value that was paid for (gift cards, eWallets) is given whatever the conditions say;
    they only tell where and when it may be spent.
    """

    _name = "loyalty.program"
    _inherit = ["loyalty.program", "loyalty.condition.mixin"]

    max_points_order = fields.Float(
        "Most Points per Order",
        digits=(16, 2),
        help="No order earns more, whatever rules and campaigns say. 0 has no limit.",
    )
    max_points_day = fields.Float(
        "Most Points per Day",
        digits=(16, 2),
        help="No member earns more on one day, by all orders together. 0 has no limit.",
    )
    max_points_member = fields.Float(
        "Most Points per Member",
        digits=(16, 2),
        help="No member ever earns more in this programme. What was taken back for "
        "returned goods may be earned again. 0 has no limit.",
    )
    campaign_ids = fields.One2many("loyalty.point.campaign", "program_id")
    has_campaigns = fields.Boolean(compute="_compute_has_campaigns", store=True)

    _max_points_positive = models.Constraint(
        "CHECK (max_points_order >= 0 AND max_points_day >= 0"
        " AND max_points_member >= 0)",
        "A limit of points cannot be negative.",
    )

    @api.depends("campaign_ids", "campaign_ids.active")
    def _compute_has_campaigns(self):
        for program in self:
            program.has_campaigns = bool(program.campaign_ids)

    def _get_limits(self):
        """:return: tools.basket.Limits"""
        self.ensure_one()
        amounts = (self.max_points_order, self.max_points_day, self.max_points_member)
        return engine.Limits(
            *(engine.number(amount, 2) if amount else None for amount in amounts)
        )

    def _get_campaigns(self):
        """:return: the loyalty.point.campaign of these programmes, as superuser"""
        return self.filtered("has_campaigns").sudo().campaign_ids

    def _get_earning_needs(self):
        """:return: set of what counting these programmes asks about the customer:
        that of ``_get_condition_needs``, and "earned" """
        needs = (
            self._get_condition_needs()
            | self.sudo().rule_ids._get_condition_needs()
            | self._get_campaigns()._get_condition_needs()
        )
        if any(each.max_points_day or each.max_points_member for each in self):
            needs.add("earned")
        return needs

    def _get_valid_products(self, products):
        """Odoo leaves out a rule that covers no product: so it does with those whose
        conditions do not hold."""
        refused = refused_rules()
        return {
            rule: covered
            for rule, covered in super()._get_valid_products(products).items()
            if rule.id not in refused
        }
