from odoo import models


class LoyaltyReward(models.Model):
    _name = "loyalty.reward"
    _inherit = ["loyalty.reward", "loyalty.condition.mixin"]

    def _check_conditions(self, basket):
        """A reward holds while its programme does."""
        refusal = self.program_id._check_conditions(basket)
        return refusal or super()._check_conditions(basket)

    def _get_condition_needs(self):
        return super()._get_condition_needs() | self.program_id._get_condition_needs()

    def _get_condition_name(self):
        return self.description or self.program_id.name or ""

    def _filter_conditioned(self):
        """:return: those that ask for anything, themselves or by their programme"""
        return self.filtered(
            lambda reward: reward.condition_data or reward.program_id.condition_data
        )

    def _create_missing_discount_line_products(self):
        """Whoever may set up a programme needs the product of its discounts."""
        return super(
            LoyaltyReward, self.sudo()
        )._create_missing_discount_line_products()
