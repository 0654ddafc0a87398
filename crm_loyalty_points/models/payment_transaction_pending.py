from odoo import models


class PaymentTransaction(models.Model):
    """Points that wait for the payment come with it."""

    _inherit = "payment.transaction"

    def _post_process(self):  # pylint: disable=missing-return
        super()._post_process()
        done = self.filtered(lambda payment: payment.state == "done")
        done.sale_order_ids.sudo()._release_points()
