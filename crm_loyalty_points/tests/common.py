from odoo.fields import Domain
from odoo.tests import TransactionCase

from ..tools.ledger_movement import to_cents


class LedgerCase(TransactionCase):
    """A loyalty programme, an eWallet and two customers, with helpers to post."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Entry = cls.env["loyalty.point.entry"]
        cls.Card = cls.env["loyalty.card"]
        cls.program, cls.wallet = cls.env["loyalty.program"].create(
            [
                {"name": "Points", "program_type": "loyalty", "applies_on": "both"},
                {"name": "Prepaid", "program_type": "ewallet", "applies_on": "future"},
            ]
        )
        cls.partner, cls.other_partner = cls.env["res.partner"].create(
            [{"name": "Somchai"}, {"name": "Suda"}]
        )
        cls.card = cls._card(cls.partner)
        cls.number = 0

    @classmethod
    def _card(cls, partner, program=None, **values):
        return cls.Card.create(
            {
                "program_id": (program or cls.program).id,
                "partner_id": partner.id,
                **values,
            }
        )

    @classmethod
    def _segment(cls, partners, name="Regulars", **values):
        """:return: a fixed list of these customers"""
        segment = cls.env["crm.segment"].create(
            {"name": name, "kind": "fixed", **values}
        )
        partners._ensure_member_number()
        segment._add_customers(Domain("id", "in", partners.ids))
        return segment

    def _vals(self, points, kind=None, card=None, key=None, **values):
        type(self).number += 1
        if kind is None:
            kind = "earn" if float(points) > 0 else "redeem"
        return {
            "card_id": (card or self.card).id,
            "kind": kind,
            "points": points,
            "key": key or f"test:{self.number}",
            "reason": "test",
            **values,
        }

    def _post(self, points, kind=None, card=None, key=None, **values):
        return self.Entry._post([self._vals(points, kind, card, key, **values)])

    def _remaining(self, *entries):
        """:return: what is left of each entry's award, 0 without one"""
        awards = self.env["loyalty.point.award"].search([])
        left = {a.entry_id.id: a.remaining for a in awards}
        return [left.get(entry.id, 0) for entry in entries]

    def _draws(self, entry):
        """:return: [(award entry, points)] of a spend, in draw order"""
        draws = self.env["loyalty.point.draw"].search([("entry_id", "=", entry.id)])
        return [(d.award_entry_id, d.points) for d in draws]

    def assertBalance(self, card, points):
        """The projection, the entries and the awards all say `points`."""
        card.invalidate_recordset()
        entries = self.Entry.search([("card_id", "=", card.id)])
        awards = self.env["loyalty.point.award"].search([("card_id", "=", card.id)])
        wanted = to_cents(points)
        self.assertEqual(to_cents(card.points), wanted)
        self.assertEqual(sum(to_cents(e.points) for e in entries), wanted)
        self.assertEqual(sum(to_cents(a.remaining) for a in awards), wanted)
        self.assertEqual(
            sorted(entries.mapped("seq")), list(range(1, len(entries) + 1))
        )
        self.assertEqual(card.entry_seq, len(entries))
