from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.redeem_adapter import RedeemAdapter
from .loyalty_reward_fulfilment import REDEEMED


class LoyaltyReward(models.Model):
    """Redeeming: points for a reward, in one transaction or not at all."""

    _inherit = "loyalty.reward"

    def _redeem(self, card, *, key, branch=None, channel=None, address=None, note=None):
        """Spend points of a member for this reward.

        Everything is checked here, whoever calls: the member, dates, conditions,
        limits, stock and points. Two sessions that want the last one, or spend the
        same points, cannot both succeed: one of them is repeated by Odoo and refused.

        The caller has checked that the user may do this for the member.

        :param card: loyalty.card of the member, of this reward's programme
        :param str key: idempotency key, unique to this wish of the member
        :param branch: crm.branch where it happens, or None
        :param channel: crm.team, or None
        :param address: res.partner to send a delivered reward to, default the
            member's delivery address
        :param note: text for whoever packs the parcel
        :return: loyalty.redemption; for a known key the one that it made
        :raise NotEnoughPoints: the card holds too few
        :raise UserError: why the member may not have it, or the key was used for
            something else
        """
        self.ensure_one()
        reward = self.sudo()
        card = card.sudo()
        card.ensure_one()
        card = card.merged_into_id or card
        redemption = reward._get_redeemed(card, key)
        if not redemption:
            with self.env.cr.savepoint():
                card._lock_for_redeeming()
                refusal = reward._get_redeem_refusals(card, branch, channel).get(reward)
                if refusal:
                    raise UserError(refusal)
                redemption = reward._make_redemption(card, key, branch)
                redemption._spend_points()
                reward._take_stock()
                redemption._fulfil(address=address, note=note)
            reward._warn_low_stock()
        return redemption.with_env(self.env)

    def _get_redeemed(self, card, key):
        """:return: what the key made before
        :raise UserError: it made something else
        """
        found = self.env["loyalty.redemption"].sudo().search([("key", "=", key)])
        if found and (found.reward_id != self or found.card_id != card):
            raise UserError(
                self.env._("The key %(key)s was used for another reward.", key=key)
            )
        return found

    def _make_redemption(self, card, key, branch):
        company = self._get_redeeming_company(branch)
        user = self.env.user
        return self.env["loyalty.redemption"].create(
            {
                "key": key,
                "card_id": card.id,
                "partner_id": card.partner_id.id,
                "reward_id": self.id,
                "program_id": self.program_id.id,
                "company_id": company.id,
                "branch_id": branch.id if branch else False,
                "fulfilment": self.fulfilment,
                "points": self.required_points,
                "operator_id": user.id,
                "operator": user._crm_operator_name(),
                "date": local_today(self.env, company),
                "valid_until": self._get_valid_until(company),
                "expiry_points": self.expiry_points,
                "cost": self._get_unit_cost(company),
            }
        )

    def _get_redeeming_company(self, branch=None):
        """:return: the company that gives the reward"""
        return (
            self.program_id.company_id
            or (branch and branch.sudo().company_id)
            or self.env.company
        )

    def _get_valid_until(self, company):
        """:return: last day on which a reward redeemed today can be used, or False"""
        days = self.validity_days or self.program_id.reward_validity_days
        if not days or self.fulfilment == "delivery":
            return False
        return local_today(self.env, company) + timedelta(days=days)

    # -- who may -------------------------------------------------------------------

    def _get_redeem_refusals(self, card, branch=None, channel=None):
        """Why a member may not redeem these now.

        :param card: loyalty.card
        :return: {loyalty.reward: text in the user's language} of those refused
        """
        rewards, card = self.sudo(), card.sudo()
        company = rewards[:1]._get_redeeming_company(branch)
        asking = rewards._filter_conditioned()
        adapter = RedeemAdapter(card, company, branch, channel)
        basket = adapter.circumstances(asking) if asking else None
        counts = rewards._count_redeemed(card) if card else {}
        texts = {
            reward: reward._get_redeem_refusal(
                card, branch, counts.get(reward, 0), company
            )
            or (reward in asking and reward._check_conditions(basket))
            for reward in rewards
        }
        return {self.browse(reward.id): text for reward, text in texts.items() if text}

    def _get_redeem_refusal(self, card, branch, redeemed, company):
        """:param redeemed: how many of this the member has redeemed
        :return: why the member may not have it, apart from the conditions, or None
        """
        self.ensure_one()
        name = self._get_condition_name()
        if (
            card.program_id != self.program_id
            or not card.is_member_card
            or not card.active
            or not card.partner_id
        ):
            return self.env._(
                "%(reward)s is for members of its programme.", reward=name
            )
        if branch and branch.sudo().company_id != company:
            return self.env._(
                "The branch %(branch)s is of another company.",
                branch=branch.sudo().name,
            )
        return (
            self._get_refusal_of_offer(name, company)
            or self._get_refusal_of_number(name, redeemed)
            or self._get_refusal_of_points(name, card)
        )

    def _get_refusal_of_offer(self, name, company):
        program, day = self.program_id, local_today(self.env, company)
        begins = max(filter(None, (self.date_from, program.date_from)), default=None)
        ends = min(filter(None, (self.date_to, program.date_to)), default=None)
        if self.fulfilment not in REDEEMED:
            return self.env._("%(reward)s is taken in an order.", reward=name)
        if not self.active or not program.active or (ends and day > ends):
            return self.env._("%(reward)s is not offered any more.", reward=name)
        if begins and day < begins:
            return self.env._("%(reward)s is not offered yet.", reward=name)
        return None

    def _get_refusal_of_number(self, name, redeemed):
        if self.left_limited and self.left_count <= 0:
            return self._get_none_left_message()
        if self.member_limit and redeemed >= self.member_limit:
            return self.env._(
                "%(reward)s can be redeemed %(limit)s times by a member.",
                reward=name,
                limit=self.member_limit,
            )
        return None

    def _get_refusal_of_points(self, name, card):
        missing = round(self.required_points - card.points_usable, 2)
        if missing <= 0:
            return None
        return self.env._(
            "%(reward)s costs %(points)s points: %(missing)s more are needed.",
            reward=name,
            points=points_text(self.required_points),
            missing=points_text(missing),
        )

    def _count_redeemed(self, card):
        """:return: {loyalty.reward: how many the member has redeemed and not given
        back}; of all cards that the customer ever had"""
        domain = [
            ("reward_id", "in", self.ids),
            ("state", "!=", "cancelled"),
            "|",
            ("card_id", "=", card.id),
            ("partner_id", "=", card.partner_id.id),
        ]
        groups = self.env["loyalty.redemption"]._read_group(
            domain, ["reward_id"], ["__count"]
        )
        return dict(groups)
