"""What a document says about its points, however its model writes it."""

from decimal import Decimal

from . import basket as engine
from .frozen_goods import Back

ZERO = Decimal(0)


class DocumentSource:
    """One model of documents, read for the ledger; all of this is to be overridden.

    :cvar source_model: name of the documents' model
    :cvar key_prefix: first part of the idempotency keys, one per model
    """

    source_model = None
    key_prefix = None

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

    def returned(self, document):
        """What came back of a document so far, from whatever source, each thing once.

        :return: {line key: frozen_goods.Back}
        """
        return {
            key: Back(engine.number(quantity))
            for key, quantity in self.returned_quantities(document).items()
        }

    def returned_share(self, document, back):
        """:return: {card id: Decimal points of spent ones to give back for what came
        back}, only for documents whose rewards may come back"""
        return {}

    def goods(self, document, card):
        """:return: frozen_goods.Goods of the document as it stands, or None when its
        lines never change: the awards know them then"""
        return None

    def policy_now(self, document, card):
        """:return: basket.Policy by which goods added now earn, None when they do
        not"""
        return None

    def belongs(self, document, card):
        """:return: whether the card is of the document's customer, who may have been
        corrected since it earned"""
        owner = (card.merged_into_id or card).partner_id
        return not owner or owner == document.partner_id

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
