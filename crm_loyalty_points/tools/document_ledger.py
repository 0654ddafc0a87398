"""What documents have, and should have, in the points ledger."""

from collections import defaultdict, namedtuple
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from . import basket as engine

ZERO = Decimal(0)
# Reason of the reversals for goods that came back.
RETURNED = "goods_returned"

# An entry of a document; `left` is what no reversal has taken back, signed as the
# entry.
Posted = namedtuple("Posted", "id source_id card_id kind left")
# Points of a document that are not available yet, not in the ledger.
Held = namedtuple("Held", "id source_id card_id left")


class DocumentLedger:
    """Compares documents of one model with the ledger and posts the difference.

    Entries of a document carry its model and id as source. Keys are
    "<prefix>:<document>:<n>:<kind>:<card>" with n counting the document's entries: a
    confirmation after cancelling has keys of its own, the same one sent twice has not.

    A subclass says what its model is and how its documents are read: ``source_model``
    and ``key_prefix``, and the methods ``wanted``, ``is_ledgered``, ``points_date``,
    ``branch``, ``is_ready``, ``returned_quantities``, ``why_earned`` and
    ``why_redeemed``.

    What a programme makes available later is held (see `loyalty.point.pending`): it
    counts as moved by the document, and is the first to go when less is earned.

    Documents confirmed before the ledger existed have no entries; their points are
    within the opening entry of the card. Changes of such a document are posted as
    adjustments.

    :cvar source_model: name of the documents' model
    :cvar key_prefix: first part of the idempotency keys, one per model
    :param documents: recordset of ``source_model``
    :param before: {document id: what ``wanted`` gave before the change}, of documents
        from before the ledger
    """

    source_model = None
    key_prefix = None

    def __init__(self, documents, before=None):
        self.documents = documents
        self.before = before or {}
        self.env = documents.env
        self.Entry = self.env["loyalty.point.entry"].sudo()
        self.Card = self.env["loyalty.card"].sudo()
        self._pending = self.env["loyalty.point.pending"].sudo()
        self.posted = []
        self.held = []
        self.to_hold = []
        self.to_reduce = defaultdict(list)
        self.returned = defaultdict(Decimal)
        self.count = defaultdict(int)
        self.pending = []

    # -- what a document says, to be overridden --------------------------------------

    @staticmethod
    def wanted(document):
        """:return: {(card id, kind): signed Decimal points} that the document gives
        ("earn", never negative) and takes ("redeem", never positive) as it stands; a
        ``defaultdict(Decimal)``, only cards kept in the ledger"""
        raise NotImplementedError

    def is_ledgered(self, document):
        """:return: whether the document was confirmed while the ledger was in use"""
        return True

    def points_date(self, document):
        """:return: the business date of what the document gives, where the shop is"""
        return document._get_points_date()

    def branch(self, document):
        """:return: crm.branch of the document, or an empty one"""
        return document.branch_id

    def is_ready(self, document, event):
        """:param event: "delivered" or "paid"
        :return: whether that has happened to the document, so that points which wait
            for it are available at once"""
        return True

    def returned_quantities(self, document):
        """:return: {line key of the frozen basket: quantity that came back so far}"""
        return {}

    def why_earned(self, document, card, points):
        """:return: dict, the arithmetic kept with an award. With the engine's own
        (``Outcome.why``) goods that come back are counted by the same rules."""
        return {"program": {"id": card.program_id.id, "name": card.program_id.name}}

    def why_redeemed(self, document, card, points):
        """:return: dict, what the points (negative) were spent on"""
        return {
            "program": {"id": card.program_id.id, "name": card.program_id.name},
            "points": str(points),
        }

    def unposted_ids(self):
        """:return: ids of documents known, without asking, to have no entries;
        called once for each ``load``"""
        return set()

    # -- reading and posting ---------------------------------------------------------

    def load(self):
        """Read the documents' entries, newest first: one query for all.

        :return: self
        """
        ids = set(self.documents.ids) - self.unposted_ids()
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
                    WHERE entry.source_model = %s
                      AND entry.source_id = ANY(%s)
                 GROUP BY entry.id
                 UNION ALL
                   SELECT id, source_id, card_id, state, round(points * 100)::bigint,
                          round(-returned_points * 100)::bigint
                     FROM loyalty_point_pending
                    WHERE source_model = %s AND source_id = ANY(%s)
                 ORDER BY 1 DESC""",
                RETURNED,
                self.source_model,
                list(ids),
                self.source_model,
                list(ids),
            )
        )
        for *values, cents, returned in rows:
            posted = Posted(*values, Decimal(cents).scaleb(-2))
            if posted.kind in ("pending", "posted", "void"):
                self._load_held(posted, returned)
                continue
            self.count[posted.source_id] += 1
            if posted.kind in ("earn", "redeem"):
                self.posted.append(posted)
            if posted.kind == "earn":
                back = Decimal(returned).scaleb(-2)
                self.returned[posted.source_id, self._home(posted.card_id)] += back
        return self

    def _load_held(self, row, returned):
        """:param row: Posted with the state of a pending row as its kind"""
        if row.kind == "pending":
            self.held.append(Held(row.id, row.source_id, row.card_id, row.left))
        if row.kind != "posted":
            # one that was posted has an entry with the same key
            self.count[row.source_id] += 1
        back = Decimal(returned).scaleb(-2)
        self.returned[row.source_id, self._home(row.card_id)] += back

    def _home(self, card_id):
        """:return: id of the card that has the points of a card now: the surviving one
        of merged cards"""
        return self.Card.browse(card_id).merged_into_id.id or card_id

    def net(self, document, held=True):
        """What a document has moved so far; merged cards count as the surviving one.

        :param held: count points that are not available yet
        :return: {(card id, kind): signed net points}
        """
        if document.id in self.before:
            return self.before[document.id]
        result = defaultdict(Decimal)
        for posted in self.posted:
            if posted.source_id == document.id:
                result[self._home(posted.card_id), posted.kind] += posted.left
        for row in self.held if held else ():
            if row.source_id == document.id:
                result[self._home(row.card_id), "earn"] += row.left
        return result

    def _wanted(self, document):
        """:return: as ``wanted``, merged cards as the surviving one; documents from
        before the ledger as they are, like what they had moved"""
        wanted = self.wanted(document)
        if document.id in self.before:
            return wanted
        result = defaultdict(Decimal)
        for (card_id, kind), points in wanted.items():
            result[self._home(card_id), kind] += points
        return result

    def settle(self):
        """Post what the documents give and take beyond what the ledger has.

        Document by document: what a withdrawn reward cost comes back first, then what
        is earned is added, then what is spent is taken. So a document may spend what
        it earns, as in Odoo, and two documents may not spend the same points.

        :raise NotEnoughPoints: a card holds less than is spent; nothing is posted
        """
        for document in self.documents:
            if not self.is_ledgered(document) and document.id not in self.before:
                continue
            net, wanted = self.net(document), self._wanted(document)
            if document.id not in self.before:
                self._leave_out_returned(document, wanted)
            for card in self.Card.browse(dict.fromkeys(c for c, _ in [*wanted, *net])):
                self._settle_card(document, card, net, wanted)
        self._flush()

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

        Works from all that came back so far, so that repeating it takes nothing.
        """
        newest = {}
        for posted in self.posted:
            if posted.kind == "earn":
                place = posted.source_id, self._home(posted.card_id)
                newest.setdefault(place, self.Entry.browse(posted.id))
        for row in self.held:
            place = row.source_id, self._home(row.card_id)
            newest.setdefault(place, self._pending.browse(row.id))
        for (document_id, card_id), record in newest.items():
            policy = record.policy or {}
            if "lines" in policy:
                document = self.documents.browse(document_id)
                self._take_returned(document, card_id, policy, reason)
        self._flush()

    def _take_returned(self, document, card_id, why, reason):
        returned = self.returned_quantities(document)
        left = engine.remaining(why, returned)
        taken = self.net(document)[card_id, "earn"] - left
        if taken > 0:
            policy = {
                "returned": {str(key): str(value) for key, value in returned.items()},
                "left": str(left),
            }
            card = self.Card.browse(card_id)
            self.reverse_some(document, card, "earn", taken, reason, policy)

    def _leave_out_returned(self, document, wanted):
        """Native rows still count the goods that came back; their points stay away."""
        for (document_id, card_id), points in self.returned.items():
            if document_id == document.id:
                earned = wanted[card_id, "earn"] + points
                wanted[card_id, "earn"] = max(earned, ZERO)

    def _settle_card(self, document, card, net, wanted):
        spent = wanted[card.id, "redeem"] - net[card.id, "redeem"]
        earned = wanted[card.id, "earn"] - net[card.id, "earn"]
        if spent > 0:
            self._give_back(document, card, "redeem", spent, "reward_removed")
        if earned > 0:
            self._add(document, card, "earn", earned)
        elif earned < 0:
            self._give_back(document, card, "earn", -earned, "order_changed")
        if spent < 0:
            self._add(document, card, "redeem", spent)

    def _add(self, document, card, kind, points):
        why = self.why_earned if kind == "earn" else self.why_redeemed
        day, program = self.points_date(document), card.program_id
        vals = {
            **self._source(document, card, kind),
            "kind": kind,
            "points": points,
            "reason": "order",
            "date": day,
            "policy": why(document, card, points),
        }
        if kind == "redeem":
            self.pending.append(vals)
        elif terms := self.hold_terms(document, card, day):
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
        """Plan reversals of a positive number of points, newest entry first.

        :return: the points that the document's entries do not hold
        """
        if kind == "earn":
            points = self._reduce_held(document, card, points, reason)
        for posted in self.posted:
            home = self._home(posted.card_id)
            if (posted.source_id, home, posted.kind) == (document.id, card.id, kind):
                part = min(points, abs(posted.left))
                if part > 0:
                    self._reverse(posted, part, reason, policy)
                    points -= part
        return points

    def _reduce_held(self, document, card, points, reason):
        """Plan to take points off what is not available yet, newest first.

        :return: the points that are not among these
        """
        for row in self.held:
            if (row.source_id, self._home(row.card_id)) == (document.id, card.id):
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
        return self.Entry._post(vals_list, bulk=orders_imported())
