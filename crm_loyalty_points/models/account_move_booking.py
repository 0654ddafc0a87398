from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Journal entries of points follow the ledger; changed by hand they would not."""

    _inherit = "account.move"

    def button_draft(self):
        self._check_points_booking()
        return super().button_draft()

    def button_cancel(self):
        self._check_points_booking()
        return super().button_cancel()

    def _check_points_booking(self):
        """:raise UserError: an entry was made by the job that books points"""
        bookings = self.env["loyalty.point.booking"].sudo()
        if bookings.search_count([("move_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This entry keeps points in the books and follows the points "
                    "ledger. Correct the points; the books follow overnight."
                )
            )
