from odoo import models

from ..models.crm_signup_question_property import PREFIX


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Whoever was merged is nobody's possible twin any more."""
        res = super()._merge(partner_ids, dst_partner, extra_checks)
        left = self.env["res.partner"].browse(partner_ids).exists()
        done = left.filtered(
            lambda partner: (
                partner.possible_twin_id == partner
                or partner.possible_twin_id.id in partner_ids
            )
        )
        done.sudo().possible_twin_id = False
        return res

    def _update_values(self, src_partners, dst_partner):
        """The answers to the shop's own questions, which are properties and so left
        out by Odoo, go along where the surviving customer has none."""
        res = super()._update_values(src_partners, dst_partner)
        own = dst_partner.sudo().properties._values or {}
        answers = {}
        for partner in src_partners.sorted("id"):
            for name, value in (partner.sudo().properties._values or {}).items():
                if name.startswith(PREFIX) and value:
                    answers[name] = value
        merged = {**answers, **{name: value for name, value in own.items() if value}}
        if answers:
            dst_partner.sudo().properties = merged
        return res
