from odoo import fields, models


class CrmCustomerSearch(models.TransientModel):
    """Whom messages on LINE reach."""

    _inherit = "crm.customer.search"

    line_state = fields.Selection(
        [
            ("linked", "Linked with LINE"),
            ("friend", "Friend on LINE"),
            ("blocked", "Has blocked us"),
            ("none", "Not linked"),
        ],
        "LINE",
    )

    def _get_criteria(self):
        found = super()._get_criteria()
        if not self.line_state:
            return found
        conditions = {
            "linked": ("line_state", "!=", False),
            "friend": ("line_state", "=", "friend"),
            "blocked": ("line_state", "=", "blocked"),
            "none": ("line_state", "=", False),
        }
        words = self._words(
            self._label("line_state"), self._selection_label("line_state")
        )
        return [*found, ([conditions[self.line_state]], words)]
