from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Figures are made from orders, so they are not merged but recomputed.

        The rows go before Odoo rewrites every foreign key: two rows of one customer
        would break the unique constraint, and Odoo answers that by deleting rows.
        """
        merged = src_partners | dst_partner
        customers = merged | merged.commercial_partner_id
        self.env["crm.customer.metric"].sudo().search(
            [("partner_id", "in", merged.ids)]
        ).unlink()
        self.env["crm.customer.metric.dirty"]._add_pairs(
            (partner_id, None) for partner_id in customers.ids
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
