from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _erase_points(self):
        """Part the customers from their points, before they are deleted or erased.

        What is left lapses by a typed entry (a debt is written off by an adjustment),
        the cards are archived without a customer, and the free texts about their
        entries are deleted. The entries themselves hold no personal data and stay.

        :return: the cards
        """
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.ids), ("is_member_card", "=", True)])
        )
        pending = self.env["loyalty.point.pending"].sudo()
        pending.search([("card_id", "in", cards.ids), ("state", "=", "pending")])._void(
            "erased"
        )
        cards._lapse_everything()
        notes = self.env["loyalty.point.note"].sudo()
        notes.search([("entry_id.card_id", "in", cards.ids)]).unlink()
        self.env["loyalty.point.approval"]._forget(cards)
        cards.action_archive()
        cards.partner_id = False
        return cards

    def unlink(self):
        self.check_access("unlink")
        self._erase_points()
        return super().unlink()
