from odoo import api, models
from odoo.fields import Domain


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def get_points_receipt(self, order):
        """What the receipt of a paid order says about points. Called by the till.

        :param order: id or uuid
        :return: {"program": str, "earned": float, "spent": float, "balance": float,
            "next_lapse": {"points": float, "date": "YYYY-MM-DD"} or False}, or False
            for an order without a member card
        """
        name = "id" if isinstance(order, int) else "uuid"
        # Searched with the rights of the caller: nobody else's order is found.
        found = self.search(Domain(name, "=", order), limit=1)
        return found.sudo()._get_points_receipt() if found else False

    def _get_points_receipt(self):
        """:return: see ``get_points_receipt``"""
        self.ensure_one()
        card = self._get_receipt_card()
        if not card:
            return False
        mine = [
            ("source_model", "=", self._name),
            ("source_id", "=", self.id),
            ("card_id", "=", card.id),
        ]
        held = [*mine, ("state", "=", "pending")]
        points = [
            *self.env["loyalty.point.entry"].search(mine).mapped("points"),
            *self.env["loyalty.point.pending"].search(held).mapped("points"),
        ]
        summary = card._get_points_summary()[card.id]
        return {
            "program": card.program_id.name,
            "earned": round(sum(each for each in points if each > 0), 2),
            "spent": round(-sum(each for each in points if each < 0), 2),
            "balance": summary["balance"],
            "next_lapse": summary["lapsing"][0] if summary["lapsing"] else False,
        }

    def _get_receipt_card(self):
        """:return: the customer's card of a loyalty programme: the one that this order
        moved, else the oldest"""
        if not self.partner_id:
            return self.env["loyalty.card"]
        moved = self.env["loyalty.point.entry"].search(
            [("source_model", "=", self._name), ("source_id", "=", self.id)]
        )
        cards = moved.card_id.filtered(lambda card: card.program_type == "loyalty")
        return cards[:1] or self.env["loyalty.card"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("is_member_card", "=", True),
                ("program_type", "=", "loyalty"),
                ("company_id", "in", [False, *self.company_id.parent_ids.ids]),
            ],
            order="id",
            limit=1,
        )
