from odoo import models

EDITOR = "crm_segments.crm_segments_group_editor"
ABOVE = ("crm_segments.crm_segments_group_manager", "base.group_erp_manager")
RIGHTS = {"group_ids", "all_group_ids", "role", "accesses_count", "groups_count"}


class ResUsers(models.Model):
    """Programme editors from outside the shop's office (an agency that keeps the LINE
    account) do not see who else may do what (M5)."""

    _inherit = "res.users"

    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if not allowed or field.name not in RIGHTS or self.env.su:
            return allowed
        if not self or self._origin == self.env.user:
            return allowed
        user = self.env.user
        return not user.has_group(EDITOR) or any(user.has_group(g) for g in ABOVE)
