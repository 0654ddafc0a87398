"""What sale orders have, and should have, in the points ledger."""

from collections import defaultdict, namedtuple
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from . import basket as engine

ZERO = Decimal(0)
# Reason of the reversals for goods that came back.
RETURNED = "goods_returned"

# An entry of an order; `left` is what no reversal has taken back, signed as the entry.
Posted = namedtuple("Posted", "id order_id card_id kind left")


_confirming = ContextVar("crm_loyalty_points_confirming", default=None)


class Confirmation:
    """What is known while orders are being confirmed.

    :ivar outcomes: {(order id, programme id): the engine's last Outcome}, so that the
        entry can tell why without counting again
    :ivar fresh: ids of the orders without entries, found by one query for all. The
        flag of the order does not tell: one of before the ledger may have some.
    """

    def __init__(self, orders):
        self.outcomes = {}
        rows = orders.env.execute_query(
            SQL(
                """SELECT DISTINCT source_id FROM loyalty_point_entry
                    WHERE source_model = 'sale.order' AND source_id = ANY(%s)""",
                orders.ids,
            )
        )
        self.fresh = set(orders.ids) - {id_ for (id_,) in rows}


@contextmanager
def confirming(orders):
    """Remember things while orders are being confirmed, see :class:`Confirmation`."""
    running = _confirming.get()
    token = _confirming.set(running or Confirmation(orders))
    try:
        yield
    finally:
        _confirming.reset(token)


def remember_count(order, program, outcome):
    """Note an outcome of the engine, when somebody wants to know."""
    running = _confirming.get()
    if running and order.id:
        running.outcomes[order.id, program.id] = outcome


class OrderLedger:
    """Compares orders with the ledger and posts the difference.

    Entries of an order carry its model and id as source. Keys are
    "sale:<order>:<n>:<kind>:<card>" with n counting the order's entries: a confirmation
    after cancelling has keys of its own, the same one sent twice has not.

    Orders confirmed before the ledger existed (``points_ledgered`` is not set) have no
    entries; their points are within the opening entry of the card. Changes of such an
    order are posted as adjustments.

    :param before: {order id: what ``wanted`` gave before the change}, of such orders
    """

    def __init__(self, orders, before=None):
        self.orders = orders
        self.before = before or {}
        self.env = orders.env
        self.Entry = orders.env["loyalty.point.entry"].sudo()
        self.Card = orders.env["loyalty.card"].sudo()
        self.posted = []
        self.returned = defaultdict(Decimal)
        self.count = defaultdict(int)
        self.pending = []

    def load(self):
        """Read the orders' entries, newest first: one query for all.

        :return: self
        """
        running = _confirming.get()
        ids = set(self.orders.ids)
        if running:
            ids -= running.fresh
            running.fresh.difference_update(self.orders.ids)
        if not ids:
            return self
        rows = self.env.execute_query(
            SQL(
                """SELECT entry.id, entry.source_id, entry.card_id, entry.kind,
                          round((entry.points + COALESCE(SUM(back.points), 0))
                                * 100)::bigint,
                          round(COALESCE(SUM(back.points)
                                         FILTER (WHERE back.reason = %s), 0)
                                * 100)::bigint
                     FROM loyalty_point_entry entry
                LEFT JOIN loyalty_point_entry back ON back.reversed_entry_id = entry.id
                    WHERE entry.source_model = 'sale.order'
                      AND entry.source_id = ANY(%s)
                 GROUP BY entry.id
                 ORDER BY entry.id DESC""",
                RETURNED,
                list(ids),
            )
        )
        for *values, cents, returned in rows:
            posted = Posted(*values, Decimal(cents).scaleb(-2))
            self.count[posted.order_id] += 1
            if posted.kind in ("earn", "redeem"):
                self.posted.append(posted)
            if posted.kind == "earn":
                back = Decimal(returned).scaleb(-2)
                self.returned[posted.order_id, posted.card_id] += back
        return self

    def net(self, order):
        """:return: {(card id, kind): signed net points an order has moved so far}"""
        if order.id in self.before:
            return self.before[order.id]
        result = defaultdict(Decimal)
        for posted in self.posted:
            if posted.order_id == order.id:
                result[posted.card_id, posted.kind] += posted.left
        return result

    def settle(self):
        """Post what the orders give and take beyond what the ledger has.

        Order by order: what a withdrawn reward cost comes back first, then what is
        earned is added, then what is spent is taken. So an order may spend what it
        earns, as in Odoo, and two orders may not spend the same points.

        :raise NotEnoughPoints: a card holds less than is spent; nothing is posted
        """
        for order in self.orders:
            if not order.points_ledgered and order.id not in self.before:
                continue
            net, wanted = self.net(order), self.wanted(order)
            if order.id not in self.before:
                self._leave_out_returned(order, wanted)
            for card in self.Card.browse(dict.fromkeys(c for c, _ in [*wanted, *net])):
                self._settle_card(order, card, net, wanted)
        self._flush()

    def take_back(self, reason):
        """Take back all that the orders have moved, spends first, so that the points
        they return are there when the earned ones are taken."""
        for order in self.orders:
            net = self.net(order)
            for (card_id, kind), points in sorted(
                net.items(), key=lambda item: item[1]
            ):
                card = self.Card.browse(card_id)
                self._give_back(order, card, kind, abs(points), reason)
        self._flush()

    def take_returned(self, reason):
        """Take back the points of goods that came back: what the order earned, less
        what it would have earned without them, by the rules of its own day.

        Works from ``returned_qty`` of the lines, so that repeating it takes nothing.
        """
        newest = {}
        for posted in self.posted:
            if posted.kind == "earn":
                newest.setdefault((posted.order_id, posted.card_id), posted.id)
        policies = {
            entry.id: entry.policy or {} for entry in self.Entry.browse(newest.values())
        }
        for (order_id, card_id), entry_id in newest.items():
            if "lines" in policies[entry_id]:
                order = self.env["sale.order"].browse(order_id)
                self._take_returned(order, card_id, policies[entry_id], reason)
        self._flush()

    def _take_returned(self, order, card_id, why, reason):
        returned = {
            line.id: line.returned_qty for line in order.order_line if line.returned_qty
        }
        left = engine.remaining(why, returned)
        taken = self.net(order)[card_id, "earn"] - left
        if taken > 0:
            policy = {
                "returned": {str(key): str(value) for key, value in returned.items()},
                "left": str(left),
            }
            card = self.Card.browse(card_id)
            self.reverse_some(order, card, "earn", taken, reason, policy)

    def _leave_out_returned(self, order, wanted):
        """Native rows still count the goods that came back; their points stay away."""
        for (order_id, card_id), points in self.returned.items():
            if order_id == order.id:
                earned = wanted[card_id, "earn"] + points
                wanted[card_id, "earn"] = max(earned, ZERO)

    def _settle_card(self, order, card, net, wanted):
        spent = wanted[card.id, "redeem"] - net[card.id, "redeem"]
        earned = wanted[card.id, "earn"] - net[card.id, "earn"]
        if spent > 0:
            self._give_back(order, card, "redeem", spent, "reward_removed")
        if earned > 0:
            self._add(order, card, "earn", earned)
        elif earned < 0:
            self._give_back(order, card, "earn", -earned, "order_changed")
        if spent < 0:
            self._add(order, card, "redeem", spent)

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

    def _add(self, order, card, kind, points):
        why = self._why_earned if kind == "earn" else self._why_redeemed
        day, program = order._get_points_date(), card.program_id
        policy, expiry = why(order, card, points), None
        if kind == "earn":
            expiry = program._get_award_expiry(day)
            policy = {**policy, **program._get_expiry_snapshot()}
        self.pending.append(
            {
                **self._source(order, card, kind),
                "kind": kind,
                "points": points,
                "reason": "order",
                "date": day,
                "expiry": expiry,
                "policy": policy,
            }
        )

    def _give_back(self, order, card, kind, points, reason):
        """Reverse a positive number of points, newest entry first; what no entry
        holds was given before the ledger existed."""
        left = self.reverse_some(order, card, kind, points, reason)
        if left:
            left = left if kind == "redeem" else -left
            self._adjust(order, card, left, reason)

    def reverse_some(self, order, card, kind, points, reason, policy=None):
        """Plan reversals of a positive number of points, newest entry first.

        :return: the points that the order's entries do not hold
        """
        for posted in self.posted:
            if posted[1:4] == (order.id, card.id, kind):
                part = min(points, abs(posted.left))
                if part > 0:
                    self._reverse(posted, part, reason, policy)
                    points -= part
        return points

    def _adjust(self, order, card, points, reason):
        if points:
            self.pending.append(
                {
                    **self._source(order, card, "adjust"),
                    "kind": "adjust",
                    "points": points,
                    "reason": reason,
                    "may_owe": True,
                }
            )

    def _reverse(self, posted, points, reason, policy=None):
        order = self.env["sale.order"].browse(posted.order_id)
        card = self.Card.browse(posted.card_id)
        self.pending.append(
            {
                **self._source(order, card, "back"),
                "kind": "reversal",
                "points": -points if posted.left > 0 else points,
                "reason": reason,
                "reversed_entry_id": posted.id,
                "policy": policy,
            }
        )

    def _source(self, order, card, kind):
        self.count[order.id] += 1
        return {
            "card_id": card.id,
            "key": f"sale:{order.id}:{self.count[order.id]}:{kind}:{card.id}",
            "source_model": "sale.order",
            "source_id": order.id,
            "source_name": order.name,
            "branch_id": order.branch_id.id or None,
        }

    def _flush(self):
        pending, self.pending = self.pending, []
        if pending:
            self.Entry._post(pending, bulk=orders_imported())

    @staticmethod
    def _why_earned(order, card, points):
        """The engine's arithmetic. When another figure was earned (prepaid value, a
        confirmed order that was edited) the entry says which part this is."""
        program = card.program_id
        if not program._is_engine_program():
            return {"program": {"id": program.id, "name": program.name}}
        running = _confirming.get()
        outcome = running and running.outcomes.get((order.id, program.id))
        if outcome is None or outcome.points != points:
            outcome = order._count_points(program)[program]
        if outcome.points == points:
            return outcome.why
        return {**outcome.why, "posted": str(points)}

    @staticmethod
    def _why_redeemed(order, card, points):
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
