from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

UNDO_MINUTES = 5


class LoyaltyRedemption(models.Model):
    """A member who redeemed by mistake takes it back at once.

    Codes of the shop stay: a member who has seen one may have used it elsewhere.
    """

    _inherit = "loyalty.redemption"

    def _is_member_undo_open(self):
        """:return: whether the member may still take this back"""
        self.ensure_one()
        age = fields.Datetime.now() - self.issued_at
        return (
            self.fulfilment in ("code", "delivery")
            and self.state == "issued"
            and age < timedelta(minutes=UNDO_MINUTES)
        )

    def _undo_by_member(self):
        """Give the points back. The caller has checked whose it is.

        :raise UserError: too late, or used meanwhile
        """
        self.ensure_one()
        if self.state == "cancelled":
            return
        if not self._is_member_undo_open():
            raise UserError(
                self.env._("It is too late to take this back. Ask the shop.")
            )
        self.sudo()._cancel()

    def _get_state_text(self, state):
        """:return: the words for a state, in the user's language"""
        return dict(self._fields["state"]._description_selection(self.env))[state]
