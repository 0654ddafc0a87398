from odoo import api, models

from ..tools.return_preview import ReturnPreview


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def preview_points_return(self, order_id, quantities):
        """What a refund would take and give back. Called by the till before the refund
        is paid, so that the cashier can tell the customer.

        :param order_id: the order that goods come back from
        :param quantities: {line id: quantity that would come back}; ids may be text
        :return: list of {"card_id": int, "program": str, "given": float, "taken":
            float, "balance": float after it}; nothing for orders of before the ledger
        """
        # Searched with the rights of the caller: nobody else's order is found.
        order = self.search([("id", "=", order_id)]).sudo()
        if not order.points_ledgered:
            return []
        supposed = {int(line_id): float(qty) for line_id, qty in quantities.items()}
        effects = ReturnPreview(order, supposed).effects()
        return [
            {
                "card_id": card.id,
                "program": card.program_id.name,
                "given": float(given),
                "taken": float(taken),
                "balance": round(card.points_usable + float(given - taken), 2),
            }
            for card, (given, taken) in effects.items()
        ]
