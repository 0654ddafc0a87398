from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Whoever was merged waits no longer; a customer who was never greeted is."""
        res = super()._merge(partner_ids, dst_partner, extra_checks)
        left = self.env["res.partner"].browse(partner_ids).exists()
        done = left.filtered(
            lambda partner: (
                partner.possible_twin_id == partner
                or partner.possible_twin_id.id in partner_ids
            )
        )
        done._settle_twin()
        return res
