from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.fields import Domain

from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day
from .crm_shop_member import PAGE_SIZE
from .loyalty_reward_fulfilment import REDEEMED


class CrmShop(models.Model):
    """The rewards a member can look at, and those that were redeemed."""

    _inherit = "crm.shop"

    def _get_member_rewards(self, card, only=None):
        """All rewards that the shop offers now or soon.

        :param card: loyalty.card of the member, empty for strangers
        :param only: id of a reward, None for all
        :return: list of dicts, those that can be redeemed first: `id`, `name`,
            `points` and `points_text`, `image` (whether there is one), `terms`, `kind`
            ("code", "delivery", "own_code", "native": taken when paying),
            `platform`, `until` (last day as text), `left` (number, False without a
            limit), `usable` (text, how long a code of it can be used), `open` (may be
            redeemed now), `missing` (points that are missing, as text), `progress` (0
            to 100), `refusal` (why not, in words)
        """
        self.ensure_one()
        rewards = self._get_shown_rewards(only)
        redeemed = rewards.filtered(lambda reward: reward.fulfilment in REDEEMED)
        refusals = redeemed._get_redeem_refusals(card) if redeemed and card else {}
        balance = card.points_usable if card else 0
        views = [
            self._get_member_reward(reward, card, balance, refusals.get(reward, ""))
            for reward in rewards
        ]
        return sorted(views, key=lambda view: (not view["open"], view["points"]))

    def _get_shown_rewards(self, only=None):
        """:return: loyalty.reward (superuser) of the shop's programme, without those
        whose time is over; images are read as sizes only"""
        program = self._get_program()
        today = local_today(self.env, self.company_id)
        rewards = self.env["loyalty.reward"].sudo().with_context(bin_size=True)
        domain = [
            ("program_id", "=", program.id),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]
        if only:
            domain.append(("id", "=", only))
        return rewards.search(domain) if program.active else rewards

    def _get_member_reward(self, reward, card, balance, refusal):
        """:return: see `_get_member_rewards`"""
        missing = max(round(reward.required_points - balance, 2), 0)
        progress = 100
        if missing and reward.required_points:
            share = max(balance, 0) / reward.required_points
            progress = min(int(100 * share), 99)
        redeemed = reward.fulfilment in REDEEMED
        return {
            "id": reward.id,
            "name": reward._get_condition_name(),
            "points": reward.required_points,
            "points_text": points_text(reward.required_points),
            "image": bool(reward.image_512),
            "terms": reward.terms or "",
            "kind": reward.fulfilment,
            "platform": reward.platform or "",
            "until": said_day(self.env, reward.date_to),
            "left": reward.left_limited and reward.left_count,
            "usable": said_day(
                self.env, redeemed and reward._get_valid_until(self.company_id)
            ),
            "open": bool(redeemed and card and not refusal),
            "missing": points_text(missing) if missing else "",
            "progress": progress,
            "refusal": refusal or "",
        }

    # -- what was redeemed ---------------------------------------------------------

    def _get_member_redemptions(self, partner, page=1):
        """The rewards that the member has redeemed.

        :return: dict of `usable` (those that end first before the others) and `past`
            (the latest first), lists of dicts, see `_get_member_redemption`; `page`
            and `more` of the past ones
        """
        redemptions = self.env["loyalty.redemption"].sudo()
        redemptions = redemptions.with_context(bin_size=True)
        own = self._get_own_redemption_domain(partner)
        ahead = self._get_usable_redemption_domain()
        usable = redemptions.search(own & ahead, order="valid_until, id desc")
        past = redemptions.search(
            own & ~ahead,
            order="id desc",
            limit=PAGE_SIZE + 1,
            offset=(page - 1) * PAGE_SIZE,
        )
        shown = (usable | past[:PAGE_SIZE]).with_prefetch()
        views = [self._get_member_redemption(each) for each in shown]
        return {
            "usable": views[: len(usable)],
            "past": views[len(usable) :],
            "page": page,
            "more": len(past) > PAGE_SIZE,
        }

    def _get_own_redemption_domain(self, partner):
        """:return: Domain of what this member redeemed in this shop"""
        card = self._get_member_card(partner)
        own = Domain("partner_id", "=", partner.id)
        if card:
            own |= Domain("card_id", "=", card.id)
        return own & Domain("company_id", "=", self.company_id.id)

    def _get_usable_redemption_domain(self):
        today = local_today(self.env, self.company_id)
        return Domain("state", "=", "issued") & (
            Domain("valid_until", "=", False) | Domain("valid_until", ">=", today)
        )

    def _get_own_redemption(self, partner, redemption_id):
        """:return: loyalty.redemption (superuser), empty if the member has no such"""
        redemptions = self.env["loyalty.redemption"].sudo()
        return redemptions.with_context(bin_size=True).search(
            self._get_own_redemption_domain(partner) & Domain("id", "=", redemption_id)
        )

    def _get_member_redemption(self, redemption):
        """:return: `loyalty.redemption._get_member_view` with `redeemed_on`, `used_on`
        and `valid_until` as text; `reward_id`; `ends` (the moment after which it
        cannot be used, ISO text in UTC, or empty), `undo` (whether the member may
        still take it back)"""
        view = redemption._get_member_view()
        today = local_today(self.env, self.company_id)
        last = view["valid_until"]
        if view["parcel"]:
            lines = view["parcel"]["address"].splitlines()
            view["parcel"]["address"] = "\n".join(filter(str.strip, lines))
        if view["state"] == "issued" and last and last < today:
            expired = redemption._get_state_text("expired")
            view.update(state="expired", state_text=expired, code="", how_to="")
        return {
            **view,
            "reward_id": redemption.reward_id.id,
            "points_text": points_text(view["points"]),
            "redeemed_on": said_day(self.env, view["redeemed_on"]),
            "used_on": said_day(self.env, view["used_on"]),
            "valid_until": said_day(self.env, last),
            "ends": last and self._get_end_of_day(last) or "",
            "undo": redemption._is_member_undo_open(),
        }

    def _get_end_of_day(self, day):
        """:return: the first moment after a day of the company, ISO text in UTC"""
        zone = pytz.timezone(self.company_id.customer_tz or "UTC")
        midnight = datetime.combine(day + timedelta(1), time.min)
        moment = zone.localize(midnight).astimezone(pytz.utc)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
