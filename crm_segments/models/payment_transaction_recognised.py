from odoo import api, models
from odoo.exceptions import AccessError


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: somebody who typed a customer's phone number or e-mail
        pays with what the customer has saved for paying"""
        for vals in vals_list:
            token = self.env["payment.token"].browse(vals.get("token_id"))
            payer = self.env["res.partner"].browse(vals.get("partner_id"))
            if (
                token
                and payer.sudo().recognised_contact
                and token.sudo().partner_id != payer
            ):
                raise AccessError(
                    self.env._("This saved payment method belongs to somebody else.")
                )
        return super().create(vals_list)
