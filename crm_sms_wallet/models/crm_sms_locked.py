from odoo import api, models
from odoo.exceptions import UserError


class CrmSmsLocked(models.AbstractModel):
    """Records that only the wallet's writer makes, in SQL: never the ORM."""

    _name = "crm.sms.locked"
    _description = "Record of the SMS Wallet"

    # pylint: disable=method-required-super
    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self._locked_message())

    def write(self, vals):
        raise UserError(self._locked_message())

    # pylint: enable=method-required-super

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self._locked_message())

    def _locked_message(self):
        return self.env._(
            "Records of the SMS wallet are made by its movements only, and stay as "
            "they are."
        )
