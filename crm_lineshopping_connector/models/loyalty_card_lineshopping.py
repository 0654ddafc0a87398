from odoo import api, models


class LoyaltyCard(models.Model):
    """A new member may have bought on LINE SHOPPING before."""

    _inherit = "loyalty.card"

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        partners = cards.filtered("is_member_card").partner_id
        if partners:
            orders = self.env["crm.lineshopping.order"]
            orders._follow_new_cards(partners)
            orders._ask_for_buyers(partners)
        return cards
