from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.crm_segments.tools.client_values import without_defaults


class LoyaltyCard(models.Model):
    """The tier of a member. It opens rewards, so only managers give it."""

    _inherit = "loyalty.card"

    tier_id = fields.Many2one(
        "loyalty.tier",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id))]",
    )

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for card in self.filtered("tier_id"):
            company = card.tier_id.company_id
            if company and card.company_id and company != card.company_id:
                raise ValidationError(
                    self.env._(
                        "%(tier)s is a tier of another company.", tier=card.tier_id.name
                    )
                )
            if not card.is_member_card:
                raise ValidationError(
                    self.env._("Only the cards of members have a tier.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_tier_write(vals)
        cards = without_defaults(self, {"tier_id"})
        return super(LoyaltyCard, cards).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_tier_write(vals)
        return super().write(vals)

    def _check_tier_write(self, vals):
        """:raise AccessError: somebody else than a manager gives a tier"""
        if "tier_id" not in vals or self.env.su:
            return
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers change the tier of a member."))
