from odoo import models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _get_document_branch(self):
        """A card made at a till was made at its branch."""
        return self.sudo().source_pos_order_id.branch_id or (
            super()._get_document_branch()
        )
