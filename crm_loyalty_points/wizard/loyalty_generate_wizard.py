from odoo import models

from ..tools.points_guard import allow_points_write


class LoyaltyGenerateWizard(models.TransientModel):
    _inherit = "loyalty.generate.wizard"

    def _get_coupon_values(self, partner):
        """A member card never expires: the points it is given do. They are given
        apart, when all cards are there."""
        values = super()._get_coupon_values(partner)
        if self._is_ledgered():
            values.pop("expiration_date", None)
            values.pop("points", None)
        return values

    def _is_ledgered(self):
        return self.env["loyalty.card"]._is_ledgered(self.program_id)

    def generate_coupons(self):
        """Give the points; customers who have a member card get them on it.

        Points above the limits of the company wait for a second person.
        """
        cards = self.env["loyalty.card"]
        for wizard in self:
            with allow_points_write():
                made = super(LoyaltyGenerateWizard, wizard).generate_coupons()
            if wizard._is_ledgered() and wizard.points_granted:
                wizard._give_points(made)
            cards |= made
        return cards

    def _give_points(self, cards):
        """Post what Odoo's history says was issued, or ask and take the lines back."""
        values = {
            "kind": "bonus" if self.points_granted > 0 else "adjust",
            "points": round(self.points_granted, 2),
            "reason": "generated",
            "key": f"generate:{self.id}",
        }
        if self.valid_until:
            values["expiry"] = self.valid_until
        entries, _request = cards._move_by_hand(values, note=self.description)
        if not entries:
            lines = (
                self.env["loyalty.history"]
                .sudo()
                ._read_group([("card_id", "in", cards.ids)], ["card_id"], ["id:max"])
            )
            lines = self.env["loyalty.history"].browse(last for _card, last in lines)
            lines.sudo().unlink()
