from odoo import fields, models


class SaleOrder(models.Model):
    """Orders in which codes of redeemed rewards are used, and orders that deliver one.

    An order that delivers a reward earns nothing and offers nothing: the member has
    paid with points already.
    """

    _inherit = "sale.order"

    is_reward_delivery = fields.Boolean("Delivers a Reward", readonly=True, copy=False)
    redemption_ids = fields.One2many("loyalty.redemption", "order_id", readonly=True)

    _reward_delivery_idx = models.Index(
        "(company_id, partner_id) WHERE is_reward_delivery"
    )

    def _compute_invoice_status(self):  # pylint: disable=missing-return
        """Nothing of a delivered reward is left to invoice."""
        super()._compute_invoice_status()
        for order in self.filtered("is_reward_delivery"):
            if order.invoice_status == "to invoice" and not order.amount_total:
                order.invoice_status = "no"

    def action_confirm(self):
        result = super().action_confirm()
        for order in self.filtered(lambda each: each.state == "sale"):
            order._note_code_uses()
        return result

    def _note_code_uses(self):
        """The codes on this order were used in it."""
        self.ensure_one()
        coupons = self.order_line.coupon_id.filtered(
            lambda card: not card.is_member_card
        )
        used = coupons._find_redemptions().filtered(
            lambda each: each.state == "used" and not each.used_document_id
        )
        used._note_document(self)

    def _action_cancel(self):
        """A reward that will not be delivered is cancelled: the points go back."""
        result = super()._action_cancel()
        deliveries = self.filtered("is_reward_delivery").sudo().redemption_ids
        deliveries.filtered(lambda each: each.state == "issued")._cancel()
        return result

    def _update_programs_and_rewards(self):
        if self.is_reward_delivery:
            return None
        return super()._update_programs_and_rewards()

    def _get_claimable_rewards(self, forced_coupons=None):
        if self.is_reward_delivery:
            return {}
        return super()._get_claimable_rewards(forced_coupons)

    def _get_earning_programs(self):
        if self.is_reward_delivery:
            return self.env["loyalty.program"]
        return super()._get_earning_programs()

    def _apply_program_reward(self, reward, coupon, **kwargs):
        """Rewards that are redeemed are no lines of orders."""
        if reward.fulfilment != "native":
            return {
                "error": self.env._(
                    "%(reward)s is redeemed on the member's card, not in an order.",
                    reward=reward.description,
                )
            }
        return super()._apply_program_reward(reward, coupon, **kwargs)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _compute_price_unit(self):  # pylint: disable=missing-return
        """What a member redeemed costs nothing more, whatever changes on the order."""
        gifts = self.filtered("order_id.is_reward_delivery")
        super(SaleOrderLine, self - gifts)._compute_price_unit()
        gifts.price_unit = 0
