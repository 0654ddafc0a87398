from odoo import api, models


class CrmBranchStaff(models.Model):
    """The log of joining and leaving is written by the list itself, whoever changes
    it: a wizard, a form, an import."""

    _inherit = "crm.branch.staff"

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        for staff in made:
            staff._log_event("added")
        return made

    def write(self, vals):
        before = {s.id: (s.active, s.branch_ids.ids) for s in self}
        result = super().write(vals)
        for staff in self:
            active, branches = before[staff.id]
            if active != staff.active:
                staff._log_event("back" if staff.active else "ended")
            if set(branches) != set(staff.branch_ids.ids):
                staff._log_event("branches")
        return result

    def _log_event(self, kind, **values):
        """Add a row about this person to the log."""
        user = self.sudo().user_id
        values = {"role": user and self.sudo().access_label, **values}
        return self.env["crm.staff.event"]._log(
            kind,
            self.company_id,
            person=self.name,
            login=user.login,
            branches=", ".join(self.sudo().branch_ids.mapped("name")),
            staff_id=self.id,
            **values,
        )
