from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Who ordered under a new contact and is a member already."""

    _inherit = "res.partner"

    @api.model
    def _known_customer_queries(self, company, documents):
        """Whoever signed up by himself, and may be another member: staff are asked
        about him elsewhere."""
        self.flush_model(["possible_twin_id"])
        return [
            *super()._known_customer_queries(company, documents),
            SQL("SELECT WHERE p.possible_twin_id IS NOT NULL"),
        ]

    def _after_attached(self, customer):
        """What the order has earned is the customer's."""
        result = super()._after_attached(customer)
        (self | customer)._gather_member_cards(customer, again=True)
        return result

    def _gather_member_cards(self, survivor, again=False):
        """Leave one person one member card per programme.

        Its points come by transfer entries, each with the expiry it had; the other
        cards are archived and remember which card took over. A gift that somebody got
        twice by coming again is taken back once.

        :param survivor: the one of these contacts that stays
        :param bool again: whether they are surely one person who was greeted twice;
            else only those who signed up twice are
        """
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [("partner_id", "in", self.ids), ("is_member_card", "=", True)],
                order="id",
            )
        )
        people = self.sudo()
        twins = people.filtered(lambda person: person.possible_twin_id in people)
        for group in cards.grouped("program_id").values():
            if twins or again:
                group._take_second_gifts()
            own = group.filtered(lambda card: card.partner_id == survivor)
            kept = (own or group)[0]
            (group - kept)._merge_into(kept)
            if again and not own:
                kept.partner_id = survivor
