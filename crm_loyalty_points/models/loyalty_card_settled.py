from odoo import models

from ..tools.points_settlement import points_muted


class LoyaltyCard(models.Model):
    """What confirmed orders change is posted by the order, not by Odoo's own write."""

    _inherit = "loyalty.card"

    def _post_given(self, amounts):
        if points_muted():
            return self.env["loyalty.point.entry"]
        return super()._post_given(amounts)
