from odoo import api, models
from odoo.exceptions import UserError

from ..tools.prepaid_guard import prepaid_is_built

REWARD_FIELDS = {
    "active",
    "program_id",
    "description",
    "reward_type",
    "required_points",
    "clear_wallet",
    "discount",
    "discount_mode",
    "discount_applicability",
    "discount_max_amount",
    "discount_product_ids",
    "discount_product_category_id",
    "discount_product_tag_id",
    "discount_product_domain",
    "discount_line_product_id",
}


class LoyaltyReward(models.Model):
    """The reward of a prepaid card is changed on the card type. Conditions (branch,
    weekday...) may be added to it as to any reward."""

    _inherit = "loyalty.reward"

    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create(vals_list)
        rewards._check_prepaid_reward()
        return rewards

    def write(self, vals):
        if not REWARD_FIELDS.isdisjoint(vals):
            self._check_prepaid_reward()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_prepaid(self):
        self._check_prepaid_reward()

    def _check_prepaid_reward(self):
        """:raise UserError: one of these makes a prepaid card what it is"""
        types = self.program_id._filter_prepaid()
        if types and not prepaid_is_built():
            raise UserError(types._get_prepaid_guard_message(types[0]))

    def _get_prepaid_service_names(self, limit=8):
        """:return: the services that a prepaid card is for, as people read them"""
        services = self.program_id.sudo().prepaid_service_ids
        names = services[:limit].mapped("name")
        return ", ".join(names) + (" ..." if len(services) > limit else "")

    def _get_prepaid_refusal(self):
        """:return: why a prepaid card cannot be used on goods that it is not for"""
        program = self.program_id
        if program.prepaid_scope == "chosen":
            return self.env._(
                "The prepaid card %(card)s can only be used for: %(services)s.",
                card=program.name,
                services=self._get_prepaid_service_names(),
            )
        return self.env._(
            "There is nothing to use the prepaid card %(card)s for. It does not pay "
            "for prepaid cards.",
            card=program.name,
        )
