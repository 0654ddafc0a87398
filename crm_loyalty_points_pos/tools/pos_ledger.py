"""What orders of the till have, and should have, in the points ledger."""

from collections import defaultdict
from decimal import Decimal

from odoo.addons.crm_loyalty_points.tools import basket as engine
from odoo.addons.crm_loyalty_points.tools.document_ledger import (
    RETURNED,
    ZERO,
    DocumentLedger,
)

from .till_lines import free_goods, returned_quantity, returned_share


class PosOrderLedger(DocumentLedger):
    """Orders of the till. Their goods are gone when they arrive, so a spend is never
    refused: what the card does not hold becomes a debt.

    Keys carry the order's uuid, which the till gave it: an order sent again finds its
    entries. What a refund takes and gives back is posted with the refund as source and
    reverses entries of the order it refunds.

    :param refund: pos.order that brings goods back, when ``documents`` is the order
        they came from
    """

    source_model = "pos.order"
    key_prefix = "pos"

    def __init__(self, documents, before=None, refund=None):
        super().__init__(documents, before)
        self.refund = refund
        self.outcomes = {}
        self.uses = defaultdict(list)

    def wanted(self, order):
        """:return: {(card id, kind): signed points}, by the engine and the rewards"""
        wanted = defaultdict(Decimal)
        self.outcomes = {}
        for card, outcome in order._count_member_points().items():
            wanted[card.id, "earn"] += outcome.points
            self.outcomes[order.id, card.program_id.id] = outcome
        self.uses.clear()
        for card, use in order._get_member_uses():
            wanted[card.id, "redeem"] -= use.points
            self.uses[order.id, card.id].append(use)
        return wanted

    def is_ledgered(self, order):
        return order.points_ledgered

    def is_ready(self, order, event):
        return bool(order._filter_points_ready(event))

    def returned_quantities(self, order):
        """What came back of each line, without the free ones among it."""
        free = free_goods(order)
        returned = {}
        for line in order.lines:
            back = engine.number(self.quantity_back(line))
            back -= sum(
                self._free_part_back(reward, part)
                for reward, part in free.get(line, ())
            )
            if back > 0:
                returned[line.id] = back
        return returned

    def return_spent(self):
        """Give back what the refunded part of the reward lines had cost."""
        redeems = [posted for posted in self.posted if posted.kind == "redeem"]
        entries = {e.id: e for e in self.Entry.browse([each.id for each in redeems])}
        for posted in redeems:
            entry = entries[posted.id]
            spent = -engine.number(entry.points, 2)
            target = min(spent, self._returned_cost(entry))
            back = target - (spent + posted.left)
            if back > 0:
                self._reverse(posted, back, RETURNED)
        self._flush()

    def _returned_cost(self, entry):
        """:return: Decimal, the cost of what came back of an entry's rewards"""
        cost = ZERO
        Line = self.env["pos.order.line"]
        for reward in (entry.policy or {}).get("rewards", ()):
            lines = Line.browse(reward.get("lines", ())).exists()
            share = returned_share(lines, self.quantity_back)
            cost += Decimal(reward["points"]) * share
        return engine.cut(cost)

    def quantity_back(self, line):
        """:return: how much of a line came back. Override to suppose returns."""
        return returned_quantity(line)

    def _free_part_back(self, reward, part):
        """:return: Decimal, how much of a line's free part came back"""
        whole = engine.number(abs(reward.qty))
        back = abs(engine.number(self.quantity_back(reward)))
        return engine.number(part) * min(back / whole, Decimal(1))

    def why_earned(self, order, card, points):
        outcome = self.outcomes.get((order.id, card.program_id.id))
        if outcome is None:
            return super().why_earned(order, card, points)
        if outcome.points == points:
            return outcome.why
        return {**outcome.why, "posted": str(points)}

    def why_redeemed(self, order, card, points):
        """The rewards with what each cost on that day, and on which lines, so that a
        refund years later gives the same back."""
        return {
            **super().why_redeemed(order, card, points),
            "rewards": [
                {
                    "reward": use.reward.id,
                    "name": use.reward.description,
                    "points": str(use.points),
                    "lines": use.lines.ids,
                }
                for use in self.uses[order.id, card.id]
            ],
        }

    def _add(self, document, card, kind, points):  # pylint: disable=missing-return
        super()._add(document, card, kind, points)
        if kind == "redeem":
            self.pending[-1]["may_owe"] = True

    def _source(self, document, card, kind):
        values = super()._source(document, card, kind)
        count = self.count[document.id]
        place = f"{self.key_prefix}:{document.uuid}:{count}"
        if self.refund:
            place = f"{self.key_prefix}:{self.refund.uuid}:{document.id}:{count}"
            values["source_id"] = self.refund.id
            values["source_name"] = self.refund.name
            values["branch_id"] = self.refund.branch_id.id or None
        return {**values, "key": f"{place}:{kind}:{card.id}"}
