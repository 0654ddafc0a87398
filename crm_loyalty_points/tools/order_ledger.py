"""What sale orders have, and should have, in the points ledger."""

from collections import defaultdict
from decimal import Decimal

from . import basket as engine
from .document_ledger import CANCELLED, RETURNED, ZERO, DocumentLedger
from .frozen_goods import Goods, less
from .order_confirmation import (
    confirmed_before,
    confirming,
    counted_before,
    remember_count,
    running_confirmation,
)
from .sale_adapter import SaleAdapter

__all__ = [
    "CANCELLED",
    "RETURNED",
    "OrderLedger",
    "confirmed_before",
    "confirming",
    "counted_before",
    "remember_count",
]


class OrderLedger(DocumentLedger):
    """Sale orders. Whether one was confirmed before the ledger existed is told by
    ``points_ledgered``.

    :param supposed: returns that have not happened, see
        ``sale.order._get_returned_goods``; for previews only
    """

    source_model = "sale.order"
    key_prefix = "sale"

    def __init__(self, orders, before=None, supposed=None):
        super().__init__(orders, before)
        self.supposed = supposed
        self._back = None
        self._adapters = {}

    @staticmethod
    def wanted(order):
        """:return: {(card id, kind): signed points} by the order's own rows"""
        wanted = defaultdict(Decimal)
        for row in order.coupon_point_ids:
            if row.coupon_id.is_member_card:
                points = engine.number(row.points, engine.POINT_DIGITS)
                wanted[row.coupon_id.id, "earn"] += max(points, ZERO)
        for line in order.order_line:
            if line.reward_id and line.coupon_id.is_member_card:
                cost = engine.number(line.points_cost, engine.POINT_DIGITS)
                wanted[line.coupon_id.id, "redeem"] -= cost
        return wanted

    def settle(self, reason=None, owe=False):  # pylint: disable=missing-return
        super().settle(reason, owe)
        running = running_confirmation()
        if running:
            running.unposted.difference_update(self.documents.ids)

    def is_ledgered(self, order):
        return order.points_ledgered

    def belongs(self, order, card):
        """Points of a receipt are also of whoever collected them by its QR code; those
        of a marketplace's order only of whom its connector names."""
        owner = (card.merged_into_id or card).partner_id
        earner = order._get_channel_earner()
        if earner is not None:
            customer = earner.commercial_partner_id
            return bool(customer) and owner.commercial_partner_id == customer
        claimer = order.sudo().points_claimer_id
        return super().belongs(order, card) or bool(claimer) and owner == claimer

    def due(self, order):
        due = super().due(order)
        if order._get_channel_earner() is not None:
            for card_id, kind in due:
                card = self.Card.browse(card_id)
                if kind == "earn" and not self.belongs(order, card):
                    due[card_id, kind] = ZERO
        return due

    def hold_terms(self, order, card, day=None):
        terms = order._get_channel_terms()
        return super().hold_terms(order, card, day) if terms is None else terms

    def is_ready(self, order, event):
        return bool(order.sudo()._filter_points_ready(event))

    def returned(self, order):
        if order.id in self.unposted:
            return {}
        if self._back is None:
            self._back = self.documents._get_returned_goods(self.supposed)
        return self._back.get(order.id, {})

    def returned_share(self, order, back):
        """Rewards that were credited, or whose goods came back: the same part of the
        points. A reward of several lines (one per tax) is one."""
        rewards = defaultdict(list)
        for line in order.order_line if back else ():
            if line.reward_id and line.coupon_id.is_member_card:
                place = line.coupon_id.id, line.reward_id, line.reward_identifier_code
                rewards[place].append(line)
        shares = defaultdict(Decimal)
        for (card_id, *_reward), lines in rewards.items():
            cost = sum(engine.number(line.points_cost, 2) for line in lines)
            shares[card_id] += engine.cut(cost * self._returned_part(lines, back))
        return shares

    def _returned_part(self, lines, back):
        """:return: Decimal from 0 to 1: by money, of rewards without price by units"""
        frozen = {line.id: self._priced(line) for line in lines}
        left = {
            key: less(line, back[key], 2) if key in back else line
            for key, line in frozen.items()
        }
        for name in ("total", "quantity"):
            whole = abs(sum(getattr(line, name) for line in frozen.values()))
            if whole:
                rest = abs(sum(getattr(line, name) for line in left.values()))
                return 1 - rest / whole
        return ZERO

    @staticmethod
    def _priced(line):
        return engine.Line(
            line.id,
            engine.number(line.product_uom_qty),
            engine.number(line.price_total, 2),
            engine.number(line.price_subtotal, 2),
        )

    def goods(self, order, card):
        adapter = self._adapter(order)
        return Goods(adapter.basket(), _kinds(adapter))

    def policy_now(self, order, card):
        program = card.program_id
        if not program.filtered_domain(order._get_program_domain()):
            return None
        return self._adapter(order).policy(program)

    def _adapter(self, order):
        if order not in self._adapters:
            self._adapters[order] = SaleAdapter(order)
        return self._adapters[order]

    def unposted_ids(self):
        running = running_confirmation()
        if not running:
            return set()
        fresh = running.fresh & set(self.documents.ids)
        # From now on they may have some.
        running.fresh -= fresh
        return fresh

    def why_earned(self, order, card, points):
        """The engine's arithmetic. When another figure was earned (goods added to a
        confirmed order) the entry says which part this is. Prepaid value has it, too,
        where the engine counts as Odoo did."""
        program = card.program_id
        running = running_confirmation()
        outcome = running and running.outcomes.get((order.id, program.id))
        if outcome is None or outcome.points != points:
            goods = self.goods(order, card).without(self.returned(order))
            outcome = engine.compute(self._adapter(order).policy(program), goods.basket)
        if outcome.points != points and not program._is_engine_program():
            return {"program": {"id": program.id, "name": program.name}}
        why = {**outcome.why, "kinds": _kinds(self._adapter(order))}
        if outcome.points != points:
            why["posted"] = str(points)
        return why

    def why_redeemed(self, order, card, points):
        lines = order.order_line.filtered(
            lambda line: line.reward_id and line.coupon_id == card
        )
        return {
            "program": {"id": card.program_id.id, "name": card.program_id.name},
            "rewards": [
                {
                    "reward": line.reward_id.id,
                    "name": line.name,
                    "points": str(engine.number(line.points_cost, 2)),
                }
                for line in lines
            ],
            "points": str(points),
        }


def _kinds(adapter):
    """:return: {line key: product and unit}; another product is another line"""
    return {
        str(item.key): f"{item.product.id}/{item.source.product_uom_id.id}"
        for item in adapter.items
    }
