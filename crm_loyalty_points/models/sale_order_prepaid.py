from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported


class SaleOrder(models.Model):
    """Prepaid cards on sale orders: sold as a product, used as a reward.

    Odoo's own words say neither what a card is for nor that it has ended; here they do.
    """

    _inherit = "sale.order"

    def action_confirm(self):
        """:raise UserError: a card that nobody may sell now"""
        self._check_prepaid_sold()
        return super().action_confirm()

    def _check_prepaid_sold(self):
        """:raise UserError: the price of a card is not below its value, and nobody has
        confirmed that"""
        if orders_imported():
            return
        # Odoo reads products as superuser next; as the user, rules would be asked first
        lines = self.sudo().order_line.filtered(
            lambda line: (
                line.product_id.is_prepaid_card and line.order_id.state != "sale"
            )
        )
        if not lines:
            return
        types = self.env["loyalty.program"].sudo()
        for program in types.search(
            [("prepaid_product_id", "in", lines.product_id.ids)]
        ):
            if program._needs_prepaid_confirmation():
                raise UserError(
                    self.env._(
                        "The prepaid card %(card)s is not for sale yet: its price is "
                        "not below its value. Confirm the price on the card type.",
                        card=program.name,
                    )
                )

    # -- using a card --------------------------------------------------------------

    def _get_reward_refusals(self, rewards):
        """Say so when the customer's card has ended."""
        refusals = super()._get_reward_refusals(rewards)
        for reward in rewards:
            if reward.program_id.is_prepaid and reward not in refusals:
                if text := self._get_prepaid_end(reward):
                    refusals[reward] = text
        return refusals

    def _get_prepaid_end(self, reward):
        """:return: that the value of the customer's card has ended, or None"""
        card = self.env["loyalty.card"].sudo()
        card = card.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("program_id", "=", reward.program_id.id),
                ("is_member_card", "=", True),
            ],
            limit=1,
        )
        return card._get_prepaid_end_message() if card else None

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        """A card with a percentage costs nothing to use unless its uses are counted.

        :raise UserError: nothing on the order is what the card is for
        """
        program = reward.program_id
        if not program.is_prepaid:
            return super()._get_reward_values_discount(reward, coupon, **kwargs)
        if not self._get_specific_discountable_lines(reward):
            raise UserError(reward._get_prepaid_refusal())
        rows = super()._get_reward_values_discount(reward, coupon, **kwargs)
        if program._is_prepaid_unlimited():
            for row in rows:
                row["points_cost"] = 0
        return rows
