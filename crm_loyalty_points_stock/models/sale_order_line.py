from odoo import models

from odoo.addons.crm_loyalty_points.tools.basket import ZERO, number


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_returned_sources(self):
        """The warehouse reports returned goods, too."""
        return {**super()._get_returned_sources(), "stock": self._get_stock_returns()}

    def _get_stock_returns(self):
        """What came back to the warehouse, beyond what was delivered too much or again.

        As in Odoo, a return of which staff said that it does not change the order
        (``to_refund``) counts for nothing.

        :return: {order line id: Decimal units, in the line's unit}
        """
        result = {}
        moves = self.move_ids.filtered(lambda move: move.state == "done")
        for line in moves.filtered("to_refund").sale_line_id & self:
            sent, returned = (
                sum((line._units_of(move) for move in part), ZERO)
                for part in line._get_outgoing_incoming_moves()
            )
            ordered = number(line.product_uom_qty)
            extra = max(sent - ordered, ZERO)
            result[line.id] = min(max(returned - extra, ZERO), ordered)
        return result

    def _units_of(self, move):
        """:return: Decimal units of a done move, in the line's unit"""
        if move.state != "done":
            return ZERO
        return number(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom_id, round=False
            )
        )
