from odoo import api, models
from odoo.exceptions import UserError

from ..tools.points_text import points_text
from .loyalty_reward_fulfilment import REDEEMED


class CrmCounterAct(models.Model):
    """Rewards on the member's behalf, codes that members show, and who came in."""

    _inherit = "crm.counter.act"

    @api.model
    def _get_rewards(self, desk, card):
        """:return: list of dicts of what the member sees among the rewards: `id`,
        `name`, `points`, `terms` (texts), `refusal` (text, empty when it can be
        redeemed now); those for which points are enough first"""
        rewards = self._search_rewards(card)
        refusals = rewards._get_redeem_refusals(card, desk.branch) if rewards else {}
        rewards = rewards.sorted(
            lambda reward: (reward in refusals, reward.required_points)
        )
        return [
            {
                "id": reward.id,
                "name": reward._get_condition_name(),
                "points": points_text(reward.required_points),
                "terms": reward.terms or "",
                "refusal": refusals.get(reward, ""),
            }
            for reward in rewards
        ]

    @api.model
    def _search_rewards(self, card):
        return self.env["loyalty.reward"].search(
            [("program_id", "=", card.program_id.id), ("fulfilment", "in", REDEEMED)]
        )

    @api.model
    def _redeem(self, desk, card, key, reward_id):
        """Spend the member's points for a reward of the programme.

        :param int reward_id: as the page says; looked up among the card's own rewards
        :return: the act
        :raise UserError: why the member may not have it
        """
        body = {"kind": "redeem", "card": card.id, "reward": reward_id}
        if done := self._find_done(key, body):
            return done
        reward = self._search_rewards(card).filtered(lambda each: each.id == reward_id)
        if not reward:
            raise UserError(self.env._("This reward is not offered any more."))
        act = self._open(
            desk,
            key,
            body,
            kind="redeem",
            card_id=card.id,
            points=-reward.required_points,
        )
        act.redemption_id = reward._redeem(
            card, key=act._get_key(), branch=desk.branch
        ).id
        act.points = -act.redemption_id.points
        return act

    @api.model
    def _use_code(self, desk, key, code):
        """Mark the code that a member shows as used, here and now.

        :return: the act, or an empty one for a code that nobody has
        :raise UserError: used, expired, for another branch...
        """
        body = {"kind": "use", "code": code}
        if done := self._find_done(key, body):
            return done
        redemption, coupon = desk.shop._find_code(code)
        if not redemption and not coupon:
            return self.sudo().browse()
        refusal = desk.shop._get_code_refusal(redemption, coupon, desk.branch)
        if refusal:
            raise UserError(refusal)
        act = self._open(
            desk,
            key,
            body,
            kind="use",
            card_id=redemption.card_id.id,
            redemption_id=redemption.id,
            coupon_id=coupon.id,
        )
        if redemption:
            redemption._use(desk.branch)
        else:
            coupon._use_at_counter(act._get_key())
        return act

    @api.model
    def _check_in(self, desk, card, key):
        """Note that the member came in.

        :return: the act
        :raise UserError: the shop does not note visits here
        """
        body = {"kind": "visit", "card": card.id}
        if done := self._find_done(key, body):
            return done
        if not desk.shop.counter_visits:
            raise UserError(self.env._("Visits are not noted on this page."))
        act = self._open(desk, key, body, kind="visit", card_id=card.id)
        visits = self.env["crm.visit"].sudo()
        act.visit_id = visits._check_in(
            card.partner_id.commercial_partner_id,
            desk.branch,
            key=act._get_key(),
            staff_id=desk.staff.id,
        )
        return act
