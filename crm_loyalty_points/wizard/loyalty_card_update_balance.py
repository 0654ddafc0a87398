from odoo import models
from odoo.exceptions import ValidationError

from ..tools.points_guard import allow_points_write


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Post the change as an adjustment; the text becomes a deletable note.

        Above the limits of the company it waits for a second person. The history line
        that Odoo keeps of it is written with the points only.
        """
        self.ensure_one()
        card = self.card_id
        if not card.is_member_card:
            with allow_points_write():
                return super().action_update_card_point()
        card.check_access("write")
        difference = round(self.new_balance - card.points, 2)
        if not difference or self.new_balance < 0:
            raise ValidationError(
                self.env._("Enter another balance than the present one, not below 0.")
            )
        entries, _request = card._move_by_hand(
            {
                "kind": "adjust",
                "points": difference,
                "reason": "update_balance",
                "key": f"balance:{self.id}:{card.sudo().entry_seq}",
            },
            note=self.description,
        )
        if not entries:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": self.env._(
                        "This is above your limit. Nothing was posted yet: a manager "
                        "has been asked."
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        self.env["loyalty.history"].create(
            {
                "card_id": card.id,
                "description": self.description,
                "used": max(-difference, 0),
                "issued": max(difference, 0),
            }
        )
        return None
