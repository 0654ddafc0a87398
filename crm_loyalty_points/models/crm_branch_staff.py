from odoo import api, models

from odoo.addons.crm_segments.tools.staff_role import StaffRole

from .res_users_operator import COUNTER


class CrmBranchStaff(models.Model):
    _inherit = "crm.branch.staff"

    @api.model
    def _crm_staff_roles(self):
        about = self.env._(
            "Counter page on a phone: finds members, gives points, redeems. No office, "
            "no seat to pay for."
        )
        counter = StaffRole(self.env._("Counter staff"), COUNTER, about)
        return {**super()._crm_staff_roles(), "counter": counter}
