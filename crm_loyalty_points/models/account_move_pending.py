from odoo import models


class AccountMove(models.Model):
    """Points that wait for the payment come with it."""

    _inherit = "account.move"

    def _invoice_paid_hook(self):  # pylint: disable=missing-return
        super()._invoice_paid_hook()
        self.line_ids.sale_line_ids.order_id.sudo()._release_points()
