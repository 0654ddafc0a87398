from collections import defaultdict
from decimal import Decimal

from odoo import models

from odoo.addons.crm_loyalty_points.tools import basket as engine

from ..tools.reward_cost import reward_uses
from ..tools.till_lines import returned_share


class PosOrder(models.Model):
    """Coupons and gift cards: Odoo's own points, which the ledger does not keep. What
    an order takes from them is taken when it arrives, not when the till calls again."""

    _inherit = "pos.order"

    def _settle_coupons(self):
        """Take what the rewards cost from the coupons that the till named."""
        uses = defaultdict(list)
        for use in reward_uses(self):
            card = use.coupon
            if not card.is_member_card and card.program_id == use.reward.program_id:
                uses[card].append(use)
        if uses:
            self.coupon_uses = {
                str(card.id): self._take_from_coupon(card, mine)
                for card, mine in uses.items()
                if card
            }

    def _take_from_coupon(self, card, uses):
        """:return: what is remembered about it, see ``coupon_uses``"""
        points = sum(use.points for use in uses)
        missing = points - engine.number(card.points, 2)
        card.points = float(engine.number(card.points, 2) - points)
        card._release_hold()
        self._add_coupon_history(card, used=float(points))
        if missing > 0:
            self.env["pos.points.exception"]._report(
                self, "code_twice", card, float(missing)
            )
        lines = [line_id for use in uses for line_id in use.lines.ids]
        return {"used": str(points), "returned": "0", "lines": lines}

    def _return_coupons(self):
        """Give back to coupons what the returned part of their rewards had cost."""
        uses = dict(self.coupon_uses or {})
        for card_id, use in uses.items():
            lines = self.env["pos.order.line"].browse(use["lines"]).exists()
            target = engine.cut(Decimal(use["used"]) * returned_share(lines))
            back = target - Decimal(use["returned"])
            card = self.env["loyalty.card"].browse(int(card_id)).exists()
            if back > 0 and card:
                card.points = float(engine.number(card.points, 2) + back)
                self._add_coupon_history(card, issued=float(back))
                uses[card_id] = {**use, "returned": str(target)}
        if uses != (self.coupon_uses or {}):
            self.coupon_uses = uses

    def _add_coupon_history(self, card, issued=0, used=0):
        self.env["loyalty.history"].create(
            {
                "card_id": card.id,
                "order_model": self._name,
                "order_id": self.id,
                "description": self.env._("Onsite %(name)s", name=self.display_name),
                "issued": issued,
                "used": used,
            }
        )
