from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.prepaid_guard import prepaid_is_built

# What a shop may add to a card's rule and reward is anything but what makes the card.
RULE_FIELDS = {
    "active",
    "mode",
    "code",
    "program_id",
    "reward_point_mode",
    "reward_point_amount",
    "reward_point_split",
    "minimum_qty",
    "minimum_amount",
    "max_points",
    "product_ids",
    "product_category_id",
    "product_tag_id",
    "product_domain",
}


class LoyaltyRule(models.Model):
    """The rule of a prepaid card is changed on the card type.

    Rules that give points leave prepaid cards out unless they name them: the value
    earns when it is used. Rules for any product do so in the engine, here and at the
    till.
    """

    _inherit = "loyalty.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_prepaid_rule()
        return rules

    def write(self, vals):
        if not RULE_FIELDS.isdisjoint(vals):
            self._check_prepaid_rule()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_prepaid(self):
        self._check_prepaid_rule()

    def _check_prepaid_rule(self):
        """:raise UserError: one of these makes a prepaid card what it is"""
        types = self.program_id._filter_prepaid()
        if types and not prepaid_is_built():
            raise UserError(types._get_prepaid_guard_message(types[0]))

    def _get_valid_product_domain(self):
        domain = super()._get_valid_product_domain()
        if self.program_type != "loyalty" or domain.is_true():
            return domain
        named = Domain("id", "in", self.product_ids.ids)
        return domain & (Domain("is_prepaid_card", "=", False) | named)
