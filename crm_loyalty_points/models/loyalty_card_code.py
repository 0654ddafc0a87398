import secrets

from odoo import api, models

# Crockford's base 32: no I, L, O or U, which people mistake when they type.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    @api.model
    def _generate_code(self):
        """:return: a code of 130 random bits, after the prefix "044" by which Odoo's
        barcode rules know coupons; Odoo's own codes carry 32 bits, which a script
        can try through
        """
        return "044" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
