from odoo import api, fields, models

from .loyalty_reward_fulfilment import REDEEMED


class LoyaltyProgram(models.Model):
    """Rewards that are redeemed are none of Odoo's: orders, tills and the website go on
    seeing in `reward_ids` only what can be taken as a line of an order."""

    _inherit = "loyalty.program"

    reward_ids = fields.One2many(domain=[("fulfilment", "=", "native")])
    redeem_reward_ids = fields.One2many(
        "loyalty.reward",
        "program_id",
        string="Rewards to Redeem",
        domain=[("fulfilment", "in", REDEEMED)],
        copy=True,
    )
    reward_validity_days = fields.Integer(
        "Days to Use a Reward",
        help="A redeemed reward can be used on this many days after the day on which "
        "it was redeemed, unless the reward itself says otherwise. 0 has no end.",
        prefetch="setup",
    )

    _reward_validity_positive = models.Constraint(
        "CHECK (reward_validity_days >= 0)",
        "The days to use a reward cannot be negative.",
    )

    @api.constrains("reward_ids", "redeem_reward_ids")
    def _constrains_reward_ids(self):
        """Rewards of either kind will do."""
        return super(
            LoyaltyProgram,
            self.filtered(lambda program: not program.redeem_reward_ids),
        )._constrains_reward_ids()
