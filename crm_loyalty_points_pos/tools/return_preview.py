"""What a refund at the till would do to points, before it is made."""

from collections import defaultdict

from odoo.addons.crm_loyalty_points.tools.document_ledger import RETURNED

from .pos_ledger import PosOrderLedger
from .till_lines import returned_quantity


class ReturnPreview(PosOrderLedger):
    """The ledger of an order as if more of it had come back. It posts nothing.

    :param order: pos.order
    :param supposed: {line id: quantity that would come back now}
    """

    def __init__(self, order, supposed):
        super().__init__(order)
        self.supposed = supposed
        self.moves = []

    def quantity_back(self, line):
        return returned_quantity(line) + self.supposed.get(line.id, 0)

    def effects(self):
        """:return: {loyalty.card: (points given back, points taken)}"""
        self.load()
        self.return_spent()
        self.take_returned(RETURNED)
        effects = defaultdict(lambda: (0, 0))
        for move in self.moves:
            card, points = self.Card.browse(move["card_id"]), move["points"]
            given, taken = effects[card]
            effects[card] = (given + max(points, 0), taken - min(points, 0))
        return effects

    def _flush(self):
        self.moves += self.pending
        self.pending = []
