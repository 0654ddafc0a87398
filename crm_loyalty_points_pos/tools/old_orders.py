"""Refunds of orders from before the points ledger."""

from collections import defaultdict

from odoo.addons.crm_loyalty_points.tools import basket as engine

from .till_lines import returned_quantity, returned_share


class OldOrderReturn:
    """Odoo's own history says what such an order gave and took; the points themselves
    are within the opening entry of the card. What came back of its goods takes back the
    same part of what was given, and what came back of its rewards returns the same part
    of their cost.

    :param origin: pos.order paid before the ledger was in use
    :param refund: pos.order that brings some of it back
    """

    def __init__(self, origin, refund):
        self.origin = origin
        self.refund = refund
        self.env = refund.env

    def post(self):
        vals_list = []
        for card, (issued, used) in self._history().items():
            rewards = self.origin.lines.filtered(
                lambda line, card=card: line.coupon_id == card
            )
            goods = self.origin.lines.filtered(lambda line: not line.is_reward_line)
            back = self._part(used, rewards)
            taken = self._part(issued, goods)
            vals_list += self._entry(card, "given", back)
            vals_list += self._entry(card, "taken", -taken)
        if vals_list:
            self.env["loyalty.point.entry"]._post(vals_list)

    def _history(self):
        """:return: {card kept in the ledger: [points issued, points used]}"""
        found = defaultdict(lambda: [0, 0])
        rows = self.env["loyalty.history"].search(
            [
                ("order_model", "=", self.origin._name),
                ("order_id", "=", self.origin.id),
                ("card_id.is_member_card", "=", True),
            ]
        )
        for row in rows:
            found[row.card_id][0] += row.issued
            found[row.card_id][1] += row.used
        return found

    def _part(self, points, lines):
        """:return: Decimal, what this refund moves of some points: all that has come
        back by now, less what had come back before it. So any split adds up."""
        points = engine.number(points, 2)
        now = engine.cut(points * returned_share(lines))
        return now - engine.cut(points * returned_share(lines, self._returned_before))

    def _returned_before(self, line):
        mine = line.refund_orderline_ids & self.refund.lines
        return returned_quantity(line) + sum(mine.mapped("qty"))

    def _entry(self, card, what, points):
        if not points:
            return []
        return [
            {
                "card_id": card.id,
                "kind": "adjust",
                "points": points,
                "key": f"pos:{self.refund.uuid}:{self.origin.id}:{what}:{card.id}",
                "reason": "goods_returned",
                "may_owe": True,
                "date": self.refund._get_points_date(),
                "source_model": self.refund._name,
                "source_id": self.refund.id,
                "source_name": self.refund.name,
                "branch_id": self.refund.branch_id.id or None,
                "policy": {"order": self.origin.name},
            }
        ]
