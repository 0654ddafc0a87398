from odoo import models
from odoo.fields import Domain

from ..tools.order_ledger import OrderLedger
from ..tools.said_day import said_day


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_points_receipts(self):
        """What a printed order says about points: of each loyalty programme whose
        points the shop shows to customers. Confirmed orders tell what the ledger has,
        quotations what they would earn.

        :return: list of {"program": name, "expected", "earned", "spent", "balance":
            float, "next_lapse": {"points": float, "day": text} or False}
        """
        self.ensure_one()
        # Who may read the order may read what it did; cards are not theirs to read.
        order = self.sudo()
        if order.state == "cancel" or not order.partner_id:
            return []
        expected = order._get_receipt_expected()
        moved = OrderLedger(order).load().net(order) if order.state == "sale" else {}
        cards = {card.program_id: card for card in order._get_receipt_cards()}
        receipts = [
            self._prepare_points_receipt(
                program, cards.get(program), moved, expected.get(program, 0)
            )
            for program in dict.fromkeys([*cards, *expected])
        ]
        return [receipt for receipt in receipts if any(list(receipt.values())[1:])]

    def _get_receipt_expected(self):
        """:return: {loyalty.program: points a quotation would earn}"""
        if self.state == "sale":
            return {}
        outcomes = self._count_points(self._get_earning_programs())
        return {
            program: float(outcome.points)
            for program, outcome in outcomes.items()
            if program.portal_visible
        }

    def _get_receipt_cards(self):
        """:return: the customer's loyalty.card that are shown to customers"""
        domain = Domain("partner_id", "=", self.partner_id.id)
        domain &= Domain("is_member_card", "=", True)
        domain &= Domain("program_id.program_type", "=", "loyalty")
        domain &= Domain("program_id.portal_visible", "=", True)
        domain &= Domain("company_id", "in", (False, self.company_id.id))
        return self.env["loyalty.card"].search(domain, order="id")

    def _prepare_points_receipt(self, program, card, moved, expected):
        """:param card: loyalty.card or None
        :param moved: {(card id, kind): signed points}, see ``OrderLedger.net``"""
        day = card and card.next_lapse_date
        return {
            "program": program.name,
            "expected": expected,
            "earned": float(moved.get((card.id, "earn"), 0)) if card else 0,
            "spent": -float(moved.get((card.id, "redeem"), 0)) if card else 0,
            "balance": card.points_usable if card else 0,
            "next_lapse": day
            and {"points": card.next_lapse_points, "day": said_day(self.env, day)},
        }
