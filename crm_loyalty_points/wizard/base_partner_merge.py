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
        people = (src_partners | dst_partner).sudo()
        twins = people.filtered(lambda person: person.possible_twin_id in people)
        for group in cards.grouped("program_id").values():
            if twins:
                group._take_second_gifts()
            own = group.filtered(lambda card: card.partner_id == dst_partner)
            survivor = (own or group)[0]
            (group - survivor)._merge_into(survivor)
        return super()._merge_loyalty_cards(src_partners, dst_partner)
