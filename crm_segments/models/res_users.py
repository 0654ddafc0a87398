from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    default_branch_id = fields.Many2one(
        "crm.branch",
        string="My Branch",
        help="New orders of this user are made at this branch.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["default_branch_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["default_branch_id"]

    def _crm_staff_records(self):
        """:return: the staff records of these users, of all companies and of those who
        left too (superuser)"""
        staff = self.env["crm.branch.staff"].sudo().with_context(active_test=False)
        return staff.search([("user_id", "in", self.ids)])

    def _crm_end_devices(self):
        """End what lets somebody in besides a password: keys, trusted devices."""
        self.api_key_ids._remove()
        if "totp_trusted_device_ids" in self._fields:
            self.totp_trusted_device_ids._remove()
