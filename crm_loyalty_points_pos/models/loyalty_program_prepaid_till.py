from odoo import api, models


class LoyaltyProgram(models.Model):
    """Prepaid cards at the till: sold by their product, used by the eWallet button."""

    _inherit = "loyalty.program"

    @api.model
    def _get_building_fields(self):
        return super()._get_building_fields() | {"pos_ok"}

    def _prepare_prepaid_sale(self):
        return {
            **super()._prepare_prepaid_sale(),
            "available_in_pos": self._is_prepaid_sold() and self.pos_ok,
        }

    @api.model
    def _build_prepaid_at_tills(self):
        """Bring cards that were made before there were tills to them."""
        types = self.with_context(active_test=False).search([("is_prepaid", "=", True)])
        types._build_prepaid()

    def _prepare_till_prepaid(self):
        """:return: False, or JSON-able dict about a prepaid card: ``percent``, whether
        it lowers prices; ``unlimited``, whether a use costs nothing; ``refusal``, what
        the cashier is told when nothing on the order is what the card is for"""
        if not self.is_prepaid:
            return False
        return {
            "percent": self.prepaid_kind == "percent",
            "unlimited": self._is_prepaid_unlimited(),
            "refusal": self.reward_ids[:1]._get_prepaid_refusal(),
        }
