from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Leave the surviving customer one member card per programme.

        Its points come by transfer entries, each with the expiry it had; the other
        cards are archived and remember which card took over. A gift that somebody got
        twice by signing up again is taken back once. The loyalty app's own
        merge, which overwrites balances, then finds no member card to work on.
        """
        (src_partners | dst_partner)._gather_member_cards(dst_partner)
        return super()._merge_loyalty_cards(src_partners, dst_partner)
