from odoo import models

from ..tools.points_guard import allow_points_write


class LoyaltyGenerateWizard(models.TransientModel):
    _inherit = "loyalty.generate.wizard"

    def _get_coupon_values(self, partner):
        """A member card never expires: the points it is given do."""
        values = super()._get_coupon_values(partner)
        if self._is_ledgered():
            values.pop("expiration_date", None)
        return values

    def _is_ledgered(self):
        return self.env["loyalty.card"]._is_ledgered(self.program_id)

    def generate_coupons(self):
        """Give the points; customers who have a member card get them on it."""
        if not any(wizard._is_ledgered() for wizard in self):
            with allow_points_write():
                return super().generate_coupons()
        cards = self.env["loyalty.card"]
        for wizard in self:
            with allow_points_write(
                kind="bonus",
                reason="generated",
                key=f"generate:{wizard.id}",
                expiry=wizard.valid_until,
                note=wizard.description,
            ):
                cards |= super(LoyaltyGenerateWizard, wizard).generate_coupons()
        return cards
