"""What documents should have in the points ledger, and posting the difference."""

from collections import defaultdict, namedtuple
from decimal import Decimal

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from .document_entries import CANCELLED, RETURNED, ZERO, DocumentEntries
from .frozen_goods import Goods, Link, worth

__all__ = ["CANCELLED", "RETURNED", "ZERO", "DocumentLedger", "Effect"]

# What a change would do to a card: positive points taken from it and given to it.
Effect = namedtuple("Effect", "card_id taken given")


class DocumentLedger(DocumentEntries):
    """Compares documents of one model with the ledger and posts the difference.

    Entries of a document carry its model and id as source. Keys are
    "<prefix>:<document>:<n>:<kind>:<card>" with n counting the document's entries: a
    confirmation after cancelling has keys of its own, the same one sent twice has not.

    A subclass says what its model is and how its documents are read, see
    `DocumentSource`. What is taken back follows the rules frozen on the awards, see
    `frozen_goods`.

    What a programme makes available later is held (see `loyalty.point.pending`): it
    counts as moved by the document, and is the first to go when less is earned.

    Documents confirmed before the ledger existed have no entries; their points are
    within the opening entry of the card. Changes of such a document are posted as
    adjustments.
    """

    def __init__(self, documents, before=None):
        super().__init__(documents, before)
        self.added = {}
        self.pending = []
        self.to_hold = []
        self.to_reduce = defaultdict(list)

    def settle(self, reason=None, owe=False):
        """Post what the documents give and take beyond what the ledger has.

        Document by document: what a withdrawn reward cost comes back first, then what
        is earned is added, then what is spent is taken. So a document may spend what
        it earns, as in Odoo, and two documents may not spend the same points.

        :param reason: of the reversals; by default the document was changed
        :param owe: whether rewards that are taken again may leave a debt, because it
            happened already and cannot be refused
        :raise NotEnoughPoints: a card holds less than is spent; nothing is posted
        """
        for document in self.documents:
            if not self.is_ledgered(document) and document.id not in self.before:
                continue
            net, due = self.net(document), self.due(document)
            for card in self.Card.browse(dict.fromkeys(c for c, _ in [*due, *net])):
                self._settle_card(document, card, net, due, reason)
        if owe:
            for vals in self.pending:
                vals["may_owe"] = True
        self._flush()

    def due(self, document):
        """What a document gives and takes, less what came back of it.

        :return: {(card id, kind): signed points}, as ``wanted``
        """
        due = self._wanted(document)
        back = self.returned(document)
        chains = self._chains(document)
        cards = [card_id for card_id, kind in due if kind == "earn"]
        for card in self.Card.browse(dict.fromkeys([*cards, *chains])):
            chain = chains.get(card.id)
            if chain and not self.belongs(document, card):
                due[card.id, "earn"] = ZERO
            elif chain or back:
                self._leave_out_returned(document, card, chain, back, due)
        for card_id, points in self.returned_share(document, back).items():
            due[self._home(card_id), "redeem"] += points
        return due

    def _leave_out_returned(self, document, card, chain, back, due):
        goods, today = self.goods(document, card), self.policy_now(document, card)
        if goods is None and chain:
            goods = Goods(Link(chain[-1]).basket, {})
        if goods is None or not (chain or today):
            return
        frozen, added = worth(chain or [], goods.without(back), today)
        if chain:
            due[card.id, "earn"] = frozen + added
            self.added[document.id, card.id] = added
        else:
            due[card.id, "earn"] = min(due[card.id, "earn"], added)

    def preview(self, document, withdrawn=False):
        """What settling (or, when ``withdrawn``, taking all back) would do; for the
        figures that people are shown before they decide. Posts nothing.

        :return: [Effect] of the cards that would change
        """
        net = self.net(document)
        due = defaultdict(Decimal) if withdrawn else self.due(document)
        effects = []
        for card in self.Card.browse(dict.fromkeys(c for c, _ in [*due, *net])):
            moves = [
                due[card.id, kind] - net[card.id, kind] for kind in ("earn", "redeem")
            ]
            moves[0] = max(moves[0], -self._live(document, card))
            taken = -sum(min(move, ZERO) for move in moves)
            given = sum(max(move, ZERO) for move in moves)
            if taken or given:
                effects.append(Effect(card.id, taken, given))
        return effects

    def take_back(self, reason):
        """Take back all that the documents have moved, spends first, so that the points
        they return are there when the earned ones are taken."""
        for document in self.documents:
            net = self.net(document)
            for (card_id, kind), points in sorted(
                net.items(), key=lambda item: item[1]
            ):
                card = self.Card.browse(card_id)
                self._give_back(document, card, kind, abs(points), reason)
        self._flush()

    def take_returned(self, reason):
        """Take back the points of goods that came back: what the document earned, less
        what it would have earned without them, by the rules of its own day.

        Works from all that came back so far, so that repeating it takes nothing. It
        leaves rewards alone, and gives nothing again; ``settle`` does both.
        """
        for document in self.documents:
            net, back = self.net(document), self.returned(document)
            for card_id, chain in self._chains(document).items():
                card = self.Card.browse(card_id)
                goods = self.goods(document, card) or Goods(Link(chain[-1]).basket, {})
                left, _added = worth(chain, goods.without(back))
                taken = net[card_id, "earn"] - left
                if taken > 0:
                    policy = _what_came_back(back, left)
                    self.reverse_some(document, card, "earn", taken, reason, policy)
        self._flush()

    def _settle_card(self, document, card, net, due, reason):
        spent = due[card.id, "redeem"] - net[card.id, "redeem"]
        earned = due[card.id, "earn"] - net[card.id, "earn"]
        if spent > 0:
            why = reason or "reward_removed"
            self._give_back(document, card, "redeem", spent, why)
        if earned > 0:
            self._earn(document, card, earned)
        elif earned < 0:
            why = reason or "order_changed"
            self._give_back(document, card, "earn", -earned, why)
        if spent < 0:
            self._add(document, card, "redeem", spent)

    def _earn(self, document, card, points):
        """Add points: for goods that were added, and again for goods whose points had
        been taken."""
        fresh = min(points, self.added.get((document.id, card.id), points))
        if points > fresh:
            self._add_again(document, card, points - fresh)
        if fresh:
            self._add(document, card, "earn", fresh)

    def _add_again(self, document, card, points):
        """Goods came back and went out again, or a credit note was withdrawn. The
        points last as long as those that were taken."""
        awards = [
            row.id
            for row in self._of(self.posted, document, card)
            if row.kind == "earn" and not row.closed
        ]
        program = card.program_id
        vals = {
            **self._source(document, card, "again"),
            "kind": "earn",
            "points": points,
            "reason": "given_again",
            "date": self.points_date(document),
            "policy": {
                "program": {"id": program.id, "name": program.name},
                "given_again": str(points),
            },
        }
        if awards:
            expiry = self.Entry.browse(awards[-1]).expiry or None
            self.pending.append({**vals, "expiry": expiry})
        else:
            self._award(document, card, vals)

    def _add(self, document, card, kind, points):
        why = self.why_earned if kind == "earn" else self.why_redeemed
        vals = {
            **self._source(document, card, kind),
            "kind": kind,
            "points": points,
            "reason": "order",
            "date": self.points_date(document),
            "policy": why(document, card, points),
        }
        if kind == "redeem":
            self.pending.append(vals)
        else:
            self._award(document, card, vals)

    def _award(self, document, card, vals):
        """Plan to post points that are given, or to hold them."""
        day, program = vals["date"], card.program_id
        if terms := self.hold_terms(document, card, day):
            self.to_hold.append({**vals, **terms})
        else:
            vals["expiry"] = program._get_award_expiry(day)
            vals["policy"] = {**vals["policy"], **program._get_expiry_snapshot()}
            self.pending.append(vals)

    def hold_terms(self, document, card, day=None):
        """What points that the document gives to the card wait for.

        :param day: business date, default that of the document
        :return: dict for ``loyalty.point.pending._hold``, empty for nothing
        """
        program = card.sudo().program_id
        if program.pending_policy == "none":
            return {}
        terms = program._get_pending_terms(day or self.points_date(document))
        event = terms.get("wait_for")
        if event and (orders_imported() or self.is_ready(document, event)):
            return {}
        return terms

    def _give_back(self, document, card, kind, points, reason):
        """Reverse a positive number of points, newest entry first; what no entry
        holds was given before the ledger existed."""
        left = self.reverse_some(document, card, kind, points, reason)
        if left:
            left = left if kind == "redeem" else -left
            self._adjust(document, card, left, reason)

    def reverse_some(self, document, card, kind, points, reason, policy=None):
        """Plan reversals of a positive number of points, newest entry first. What has
        lapsed of an entry is not taken a second time.

        :return: the points that the document's entries do not hold
        """
        if kind == "earn":
            points = self._reduce_held(document, card, points, reason)
        for posted in self._of(self.posted, document, card):
            if posted.kind == kind:
                part = min(points, abs(posted.left))
                live = min(part, abs(posted.left) - posted.lapsed)
                if live > 0:
                    self._reverse(posted, live, reason, policy)
                points -= part
        return points

    def _reduce_held(self, document, card, points, reason):
        """Plan to take points off what is not available yet, newest first.

        :return: the points that are not among these
        """
        for row in self._of(self.held, document, card):
            part = min(points, row.left)
            if part > 0:
                self.to_reduce[reason].append((row.id, part))
                points -= part
        return points

    def _adjust(self, document, card, points, reason):
        if points:
            self.pending.append(
                {
                    **self._source(document, card, "adjust"),
                    "kind": "adjust",
                    "points": points,
                    "reason": reason,
                    "may_owe": True,
                }
            )

    def _reverse(self, posted, points, reason, policy=None):
        document = self.documents.browse(posted.source_id)
        card = self.Card.browse(posted.card_id)
        self.pending.append(
            {
                **self._source(document, card, "back"),
                "kind": "reversal",
                "points": -points if posted.left > 0 else points,
                "reason": reason,
                "reversed_entry_id": posted.id,
                "policy": policy,
            }
        )

    def _source(self, document, card, kind):
        self.count[document.id] += 1
        place = f"{self.key_prefix}:{document.id}:{self.count[document.id]}"
        return {
            "card_id": card.id,
            "key": f"{place}:{kind}:{card.id}",
            "source_model": self.source_model,
            "source_id": document.id,
            "source_name": document.name,
            "branch_id": self.branch(document).id or None,
        }

    def _flush(self):
        for reason, amounts in self.to_reduce.items():
            self._pending._reduce(dict(amounts), reason, reason == RETURNED)
        pending, self.pending = self.pending, []
        if pending:
            self._post(pending)
        if self.to_hold:
            self._pending._hold(self.to_hold)
        self.to_hold, self.to_reduce = [], defaultdict(list)

    def _post(self, vals_list):
        """Post what was planned; to be overridden by who wants the entries."""
        unused = self.unposted.issuperset(self.documents.ids)
        return self.Entry._post(vals_list, bulk=orders_imported(), new_keys=unused)


def _what_came_back(back, left):
    """:return: dict, the arithmetic kept with a reversal"""
    return {
        "returned": {str(key): str(each.quantity) for key, each in back.items()},
        "left": str(left),
    }
