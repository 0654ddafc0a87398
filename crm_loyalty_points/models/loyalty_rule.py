from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyRule(models.Model):
    _name = "loyalty.rule"
    _inherit = ["loyalty.rule", "loyalty.condition.mixin"]

    max_points = fields.Float(
        "Most Points",
        digits=(16, 2),
        help="The rule gives an order no more points than this, whatever a campaign "
        "multiplies them by. 0 has no limit.",
    )

    _max_points_positive = models.Constraint(
        "CHECK (max_points >= 0)", "A limit of points cannot be negative."
    )

    def _get_reward_point_mode_selection(self):
        """Add the mode that counts the points set on each product.

        Forms say which type of programme they show; only loyalty programmes offer it.
        """
        modes = super()._get_reward_point_mode_selection()
        if self.env.context.get("program_type", "loyalty") == "loyalty":
            modes.append(("product", self.env._("per point set on the product")))
        return modes

    @api.constrains("reward_point_mode", "program_id")
    def _check_product_mode(self):
        for rule in self:
            if (
                rule.reward_point_mode == "product"
                and rule.program_id.program_type != "loyalty"
            ):
                raise ValidationError(
                    self.env._(
                        "Only loyalty programmes can count the points set on products."
                    )
                )

    def _get_condition_name(self):
        return self.code or self.program_id.name or ""
