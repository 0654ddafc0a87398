from odoo import models


class CrmSmsLocked(models.AbstractModel):
    """Records that only the wallet's writer makes, in SQL: never the ORM."""

    _name = "crm.sms.locked"
    _inherit = "crm.locked"
    _description = "Record of the SMS Wallet"

    def _locked_message(self):
        return self.env._(
            "Records of the SMS wallet are made by its movements only, and stay as "
            "they are."
        )
