from odoo import models

from ..tools.points_guard import allow_points_write


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Post the change as an adjustment; the text becomes a deletable note."""
        self.ensure_one()
        with allow_points_write(
            kind="adjust",
            reason="update_balance",
            key=f"adjust:{self.id}:{self.card_id.sudo().entry_seq}",
            note=self.description,
        ):
            return super().action_update_card_point()
