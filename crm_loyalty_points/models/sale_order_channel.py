from odoo import models


class SaleOrder(models.Model):
    """Orders of a marketplace: its connector says who bought, and when points are due.

    The same engine counts them, and the same ledger has their points. To be overridden;
    an ordinary order has no other customer than its own.
    """

    _inherit = "sale.order"

    def _get_channel_earner(self):
        """:return: the res.partner who alone gets the points of this order, an empty
        one while nobody does; None for an ordinary order"""
        return None

    def _get_points_customer(self):
        """:return: res.partner of whom the conditions of rules are asked"""
        return self.partner_id

    def _get_channel_terms(self):
        """What points of this order wait for, whatever the programme says.

        :return: dict for ``loyalty.point.pending._hold``, empty for nothing; None for
            what the programme says
        """
        return None

    def _get_points_spread(self):
        """Money that no line of goods shows but that was, or was not, paid for them.

        :return: {sale.order.line id: (Decimal with tax, Decimal without) to add}
        """
        return {}
