from odoo import models


class ResPartnerCategory(models.Model):
    """A tag given from the side of the tag changes the customers just the same."""

    _inherit = "res.partner.category"

    def write(self, vals):
        if "partner_ids" not in vals:
            return super().write(vals)
        before = self.partner_ids
        result = super().write(vals)
        (before | self.partner_ids)._queue_segments()
        return result

    def unlink(self):
        self.with_context(active_test=False).partner_ids._queue_segments()
        return super().unlink()
