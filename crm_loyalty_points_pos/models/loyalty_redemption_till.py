from odoo import api, models
from odoo.fields import Domain

PAID = ("paid", "done")


class LoyaltyReward(models.Model):
    """Rewards that are redeemed on the card are none of the till's: it sees those that
    are taken in an order, and the coupons that codes stand for."""

    _inherit = "loyalty.reward"

    @api.model
    def _load_pos_data_domain(self, data, config):
        domain = Domain(super()._load_pos_data_domain(data, config))
        return domain & Domain("fulfilment", "=", "native")


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _get_program_ids(self):
        """Odoo opens no till while a reward is an item that tills do not sell. Codes
        for such items are used elsewhere; tills go on."""
        here = self._at_the_shop()
        programs = super(PosConfig, here)._get_program_ids().with_env(self.env)
        paired = self.env["loyalty.reward"].sudo()
        paired = paired.with_context(active_test=False).search(
            [("code_program_id", "in", programs.ids)]
        )
        elsewhere = paired.code_program_id.reward_ids.filtered(
            lambda reward: not all(reward.reward_product_ids.mapped("available_in_pos"))
        )
        return programs.filtered(
            lambda program: program.id not in elsewhere.program_id.ids
        )

    def use_coupon_code(self, *args, **kwargs):
        return super(PosConfig, self._at_the_shop()).use_coupon_code(*args, **kwargs)

    def _at_the_shop(self):
        """:return: the tills, whose programmes begin and end by the shop's clock like
        their points do, not by that of the cashier's account"""
        return self.with_context(tz=self.company_id.sudo().customer_tz)


class LoyaltyRedemption(models.Model):
    _inherit = "loyalty.redemption"

    def _find_document(self):
        """Orders of the till use codes, too."""
        line = self.env["pos.order.line"].search(
            [
                ("coupon_id", "=", self.coupon_id.id),
                ("order_id.state", "in", PAID),
                ("qty", ">", 0),
            ],
            order="id desc",
            limit=1,
        )
        return line.order_id or super()._find_document()

    def _get_reward_lines(self, document):
        if document._name != "pos.order":
            return super()._get_reward_lines(document)
        return document.lines.filtered(lambda line: line.coupon_id == self.coupon_id)
