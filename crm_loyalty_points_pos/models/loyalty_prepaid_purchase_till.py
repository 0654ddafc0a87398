from odoo import models


class LoyaltyPrepaidPurchase(models.Model):
    _inherit = "loyalty.prepaid.purchase"

    def _get_paid_amounts(self):
        """Cards are sold at the till, too."""
        sold = self.filtered(lambda each: each.source_model == "pos.order")
        lines = self.env["pos.order.line"].sudo()
        lines = lines.search(
            [
                ("order_id", "in", sold.mapped("source_id")),
                ("product_id.is_prepaid_card", "=", True),
            ]
        )
        paid = {each.id: each._sum_paid(lines, "price_subtotal_incl") for each in sold}
        return {**super()._get_paid_amounts(), **paid}
