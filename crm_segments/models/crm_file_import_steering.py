from odoo import api, models
from odoo.exceptions import AccessError

from ..tools.client_values import without_defaults

# In whose name the job writes, and whether it may: set by the buttons alone.
STEERING = {"user_id", "state"}


class CrmFileImport(models.AbstractModel):
    """The job writes as the user of the import: no client may name another, or
    start it without the checks of the button."""

    _inherit = "crm.file.import"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_steering(vals)
        imports = without_defaults(self, self._steering())
        return super(CrmFileImport, imports).create(vals_list)

    def write(self, vals):
        self._check_steering(vals)
        return super().write(vals)

    @api.model
    def _steering(self):
        """:return: names of the fields that only the server sets"""
        return STEERING

    def _check_steering(self, vals):
        """:raise AccessError: a client starts the job by hand, or in another's name"""
        if self._steering() & vals.keys() and not self.env.su:
            raise AccessError(self.env._("Only the buttons of the import set this."))
