from odoo import api, models
from odoo.exceptions import UserError


class CrmLocked(models.AbstractModel):
    """Records that only the writer of a ledger makes, in SQL: never the ORM."""

    _name = "crm.locked"
    _description = "Record That Nobody Writes"

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
        """:return: what to tell whoever tries"""
        return self.env._("Nobody changes these records by hand.")
