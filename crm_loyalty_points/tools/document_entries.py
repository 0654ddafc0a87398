"""What documents have in the points ledger."""

from collections import defaultdict, namedtuple
from decimal import Decimal

from odoo.tools import SQL

from .document_source import DocumentSource

ZERO = Decimal(0)
# Reasons of reversals: goods that came back, the whole document withdrawn.
RETURNED = "goods_returned"
CANCELLED = "order_cancelled"

# An entry of a document. `left` is what no reversal has taken back, signed as the
# entry; `lapsed` is what of it lapsed meanwhile and cannot be taken; `closed` entries
# belong to a confirmation that was withdrawn.
Posted = namedtuple("Posted", "id source_id card_id kind left lapsed closed")
# Points of a document that are not available yet, not in the ledger; without any left
# they only tell by which rules the goods had earned.
Held = namedtuple("Held", "id source_id card_id left")


class DocumentEntries(DocumentSource):
    """Reads the entries of documents, and what is held for them.

    :param documents: recordset of ``source_model``
    :param before: {document id: what ``wanted`` gave before the change}, of documents
        from before the ledger
    """

    def __init__(self, documents, before=None):
        self.documents = documents
        self.before = before or {}
        self.env = documents.env
        superuser = self.env(su=True)
        self.Entry = superuser["loyalty.point.entry"]
        self.Card = superuser["loyalty.card"]
        self._pending = superuser["loyalty.point.pending"]
        self.posted = []
        self.held = []
        self.unposted = set()
        self.count = defaultdict(int)
        self._awards = None

    def load(self):
        """Read the documents' entries, newest first: one query for all.

        :return: self
        """
        self.unposted = self.unposted_ids()
        ids = set(self.documents.ids) - self.unposted
        if not ids:
            return self
        rows = self.env.execute_query(
            SQL(
                """SELECT entry.id, entry.source_id, entry.card_id, entry.kind,
                          round((entry.points + COALESCE(SUM(back.points), 0))
                                * 100)::bigint,
                          (SELECT round(COALESCE(SUM(draw.points), 0) * 100)::bigint
                             FROM loyalty_point_draw draw
                             JOIN loyalty_point_entry lapse ON lapse.id = draw.entry_id
                            WHERE draw.award_entry_id = entry.id
                              AND lapse.kind = 'lapse'),
                          COALESCE(bool_or(back.reason = %s), FALSE)
                     FROM loyalty_point_entry entry
                LEFT JOIN loyalty_point_entry back ON back.reversed_entry_id = entry.id
                    WHERE entry.source_model = %s
                      AND entry.source_id = ANY(%s)
                 GROUP BY entry.id
                 UNION ALL
                   SELECT id, source_id, card_id, state,
                          CASE WHEN state = 'pending'
                               THEN round(points * 100)::bigint ELSE 0 END,
                          0, COALESCE(void_reason = %s, FALSE)
                     FROM loyalty_point_pending
                    WHERE source_model = %s AND source_id = ANY(%s)
                 ORDER BY 1 DESC""",
                CANCELLED,
                *(self.source_model, list(ids)),
                CANCELLED,
                *(self.source_model, list(ids)),
            )
        )
        for *values, cents, lapsed, closed in rows:
            left, lapsed = (Decimal(each).scaleb(-2) for each in (cents, lapsed))
            self._note(Posted(*values, left, lapsed, closed))
        return self

    def _note(self, row):
        """:param row: Posted; of points that are held the kind is their state"""
        if row.kind == "posted":
            # its entry has the same key
            return
        self.count[row.source_id] += 1
        if row.kind in ("earn", "redeem"):
            self.posted.append(row)
        elif row.kind in ("pending", "void") and not row.closed:
            self.held.append(Held(row.id, row.source_id, row.card_id, row.left))

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

    def _of(self, rows, document, card):
        """:return: those of posted or held rows that are of a document and card"""
        return [
            row
            for row in rows
            if row.source_id == document.id and self._home(row.card_id) == card.id
        ]

    def _chains(self, document):
        """The arithmetic of a document's awards, see `frozen_goods`. Those of a
        withdrawn confirmation are left out.

        :return: {card id: list of dicts, oldest first}
        """
        if not self.is_ledgered(document):
            return {}
        if self._awards is None:
            earned = [p.id for p in self.posted if p.kind == "earn" and not p.closed]
            records = [
                *self.Entry.browse(earned),
                *self._pending.browse([row.id for row in self.held]),
            ]
            self._awards = sorted(records, key=_place)
        chains = defaultdict(list)
        for award in self._awards:
            if award.source_id == document.id and "lines" in (award.policy or {}):
                chains[self._home(award.card_id.id)].append(award.policy)
        return chains

    def _live(self, document, card):
        """:return: positive points of the document's awards that can be taken back"""
        if document.id in self.before:
            return abs(self.before[document.id][card.id, "earn"])
        amounts = [row.left for row in self._of(self.held, document, card)]
        for posted in self._of(self.posted, document, card):
            if posted.kind == "earn":
                amounts.append(max(posted.left - posted.lapsed, ZERO))
        return sum(amounts, ZERO)


def _place(award):
    """Keys count what a document has posted: released points keep their place."""
    number = award.key.rsplit(":", 3)[1]
    return int(number) if number.isdecimal() else 0
