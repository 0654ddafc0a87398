from odoo import models


class LoyaltyPointLocked(models.AbstractModel):
    """Records that only the ledger's writer makes, in SQL: never the ORM."""

    _name = "loyalty.point.locked"
    _inherit = "crm.locked"
    _description = "Record of the Points Ledger"

    def _locked_message(self):
        return self.env._(
            "Records of the points ledger are made by postings only, and stay as they "
            "are."
        )
