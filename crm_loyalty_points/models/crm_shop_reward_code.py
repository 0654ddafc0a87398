from odoo import models

from ..tools.local_day import local_today
from ..tools.said_day import said_day
from .loyalty_redemption_use import SPENT

# Programmes of Odoo whose codes are used up by one use.
COUPONS = ("coupons", "next_order_coupons")


class CrmShop(models.Model):
    """The codes that members show: of redeemed rewards, and coupons of Sales."""

    _inherit = "crm.shop"

    def _find_code(self, text):
        """Find what a scanned or typed code stands for, in the shop's company.

        A code of the shop that all members share stands for nobody's reward.

        :return: (loyalty.redemption, loyalty.card), superuser; one of them or both
            empty
        """
        self.ensure_one()
        redemptions = self.env["loyalty.redemption"].sudo()
        coupons = self.env["loyalty.card"].sudo()
        text = text.strip() if isinstance(text, str) else ""
        if not text:
            return redemptions, coupons
        texts = [text, text.upper()]
        coupon = coupons.with_context(active_test=False).search(
            [("code", "in", texts)], limit=1
        )
        if coupon:
            found = redemptions.search([("coupon_id", "=", coupon.id)])
            if found or not self._is_coupon(coupon):
                own = found.filtered(lambda each: each.company_id == self.company_id)
                return own, coupons
            return redemptions, coupon.with_context(active_test=True)
        found = redemptions.search(
            [
                ("company_id", "=", self.company_id.id),
                ("code", "in", texts),
                ("fulfilment", "=", "own_code"),
            ],
            limit=2,
        )
        single = len(found) == 1 and found.reward_id._uses_list()
        return (found if single else redemptions.browse()), coupons

    def _is_coupon(self, card):
        """:return: whether a card is a coupon of Sales that the company may take"""
        program = card.program_id
        companies = (False, *self.company_id.parent_ids.ids)
        return program.program_type in COUPONS and program.company_id.id in companies

    def _get_code_view(self, redemption, coupon, branch):
        """:return: dict for the page: `title`, `member`, `state` (text), `valid_until`
        (text), `refusal` (text, empty when it can be used here now)
        """
        until = redemption.valid_until or coupon.expiration_date
        name = coupon.program_id.name or ""
        state = ""
        if redemption:
            name = redemption.reward_id._get_condition_name()
            state = redemption._get_text("state")
        return {
            "title": name,
            "member": redemption.card_id._get_counter_name() if redemption else "",
            "state": state,
            "valid_until": said_day(self.env, until) if until else "",
            "refusal": self._get_code_refusal(redemption, coupon, branch) or "",
        }

    def _get_code_refusal(self, redemption, coupon, branch):
        """:return: why the code cannot be used at the branch now, with when and where
        it was; None if it can"""
        if redemption:
            return redemption._get_counter_refusal(branch)
        day = local_today(self.env, self.company_id)
        program = coupon.program_id
        if not coupon.active or not program.active or coupon.points < SPENT:
            return self.env._("%(name)s has been used already.", name=program.name)
        ends = min(
            filter(None, (coupon.expiration_date, program.date_to)), default=None
        )
        if ends and ends < day:
            return self.env._(
                "%(name)s could be used until %(day)s.",
                name=program.name,
                day=said_day(self.env, ends),
            )
        if program.date_from and program.date_from > day:
            return self.env._("%(name)s cannot be used yet.", name=program.name)
        return None
