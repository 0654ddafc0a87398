from odoo import api, models
from odoo.exceptions import UserError


class CrmBranch(models.Model):
    _inherit = "crm.branch"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_ledger(self):
        """Entries name their branch for good, without a foreign key that says so."""
        domain = [("branch_id", "in", self.ids)]
        if self.env["loyalty.point.entry"].sudo().search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "A branch with entries in the points ledger cannot be deleted. "
                    "Archive it instead."
                )
            )
