from odoo import models

# A visitor who entered this many different wrong codes waits.
WRONG_CODES = 10
MINUTES = 15


class SaleOrder(models.Model):
    """Codes entered by visitors of the shop's web pages.

    Odoo tells a stranger apart whether a code is unknown, expired or used up, and lets
    him ask as often as he likes. Here a visitor gets one refusal for every reason, and
    after some wrong codes the same refusal for right ones too, for a while. Staff get
    Odoo's own words.
    """

    _inherit = "sale.order"

    def _try_apply_code(self, code):
        throttle = self.env["crm.throttle"].sudo()
        visitor = throttle._visitor()
        if visitor is None or self._is_code_applied(code):
            return super()._try_apply_code(code)
        if throttle._is_exceeded("coupon", visitor, WRONG_CODES, MINUTES):
            return self._refuse_code()
        status = super()._try_apply_code(code)
        if "error" not in status or self._is_pricelist_code(code):
            return status
        throttle._note_try("coupon", visitor, code, MINUTES)
        return self._refuse_code()

    def _is_code_applied(self, code):
        return code in [
            *self.sudo().code_enabled_rule_ids.mapped("code"),
            *self.sudo().applied_coupon_ids.mapped("code"),
        ]

    def _is_pricelist_code(self, code):
        """The web shop tries these next, with the same box."""
        pricelists = self.env["product.pricelist"].sudo()
        return "code" in pricelists._fields and bool(
            pricelists.search_count([("code", "=", code)], limit=1)
        )

    def _refuse_code(self):
        """:return: the one answer to every code that a visitor cannot use"""
        return {
            "error": self.env._(
                "This code cannot be used for this order now. Check the code and its "
                "conditions, or try again later."
            )
        }
