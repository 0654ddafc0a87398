from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Leave the surviving customer one member card per programme.

        Its points come by transfer entries, each with the expiry it had; the other
        cards are archived and remember which card took over. The loyalty app's own
        merge, which overwrites balances, then finds no member card to work on.
        """
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (src_partners | dst_partner).ids),
                    ("is_member_card", "=", True),
                ],
                order="id",
            )
        )
        for group in cards.grouped("program_id").values():
            own = group.filtered(lambda card: card.partner_id == dst_partner)
            survivor = (own or group)[0]
            (group - survivor)._merge_into(survivor)
        return super()._merge_loyalty_cards(src_partners, dst_partner)
