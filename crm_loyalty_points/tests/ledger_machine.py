"""Random lives of four members, posted and predicted side by side."""

from copy import deepcopy
from datetime import date, timedelta

import psycopg2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..exceptions import NotEnoughPoints
from .ledger_reference import ReferenceCard, RefusedError

START = date(2026, 1, 1)
QUARTERS = st.integers(1, 40)
CARDS = st.integers(0, 3)
PICK = st.integers(0, 10**6)
EXPIRIES = st.sampled_from([None, None, 0, 3, 10, 40])


class LedgerMachine(RuleBasedStateMachine):
    """The ledger and the reference must agree after each step.

    `case` (set by the test) gives the environment and a clock that can be moved. What
    a sequence writes is rolled back at its end.
    """

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.Entry = self.env["loyalty.point.entry"]
        self.env.cr.execute("SAVEPOINT ledger_machine")
        self.env.invalidate_all()
        self.partners = self.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(4)]
        )
        program_id = self.case.program.id
        self.cards = self.env["loyalty.card"].create(
            [{"program_id": program_id, "partner_id": p.id} for p in self.partners]
        )
        self.reference = {card.id: ReferenceCard() for card in self.cards}
        self.today = START
        self.case.move_clock(self.today)
        self.number = 0
        self.calls = []  # [(vals, entry id)]
        self.entries = []  # what can be reversed
        self.written = {}  # entry id -> row
        self.policy = ("never", 0)

    def teardown(self):
        self.env.cr.execute("ROLLBACK TO SAVEPOINT ledger_machine")
        self.env.cr.execute("RELEASE SAVEPOINT ledger_machine")
        self.env.invalidate_all()

    # -- what happens --------------------------------------------------------------

    def _vals(self, place, kind, quarters, **values):
        self.number += 1
        return {
            "card_id": self.cards[place].id,
            "kind": kind,
            "points": quarters / 4,
            "key": f"machine:{self.number}",
            "reason": "machine",
            **values,
        }

    def _card(self, place):
        """:return: the reference of the card that a movement really reaches"""
        card = self.reference[self.cards[place].id]
        return self.reference[card.survivor] if card.survivor else card

    def _valid_until(self, day):
        """:return: last day, by the programme's rule, of points given on a day"""
        kind, days = self.policy
        return None if kind == "never" else day + timedelta(days)

    def _active(self, *cards):
        """The customers of these reference cards earned or spent."""
        rolling = self.policy[0] == "inactivity"
        for card in cards:
            card.be_active(
                self.today, self._valid_until(self.today) if rolling else None
            )

    def _posted(self, vals, entry):
        self.calls.append((vals, entry.id))
        self.entries.append(entry.id)

    @rule(place=CARDS, quarters=QUARTERS, days=EXPIRIES, bulk=st.booleans())
    def earn(self, place, quarters, days, bulk):
        expiry = None if days is None else self.today + timedelta(days)
        vals = self._vals(place, "earn", quarters, expiry=expiry)
        entry = self.Entry._post([vals], bulk=bulk)
        self._card(place).award(entry.id, quarters, expiry, self.today)
        self._active(self._card(place))
        self._posted(vals, entry)

    @rule(place=CARDS, quarters=QUARTERS, may_owe=st.sampled_from([False] * 4 + [True]))
    def spend(self, place, quarters, may_owe):
        vals = self._vals(place, "redeem", -quarters, may_owe=may_owe)
        try:
            entry = self.Entry._post([vals])
        except NotEnoughPoints:
            entry = None
        self._spent(self._card(place), entry, quarters, may_owe)
        if entry:
            self._posted(vals, entry)

    def _spent(self, card, entry, quarters, may_owe):
        if entry:
            card.spend(entry.id, quarters, self.today, may_owe)
            self._active(card)
            return
        enough = len(card.usable(self.today)) >= quarters
        assert not enough and not may_owe, "refused although there were enough"

    @rule(place=CARDS, change=st.integers(-20, 20))
    def unknown_writer(self, place, change):
        card = self.cards[place]
        if not change or self.reference[card.id].survivor:
            return
        card.points += change / 4
        entry = self.Entry.search([("card_id", "=", card.id)], limit=1)
        if change > 0:
            expiry = self._valid_until(self.today)
            self._card(place).award(entry.id, change, expiry, self.today)
        else:
            self._card(place).spend(entry.id, -change, self.today, may_owe=True)
        self.entries.append(entry.id)

    @rule(one=CARDS, two=CARDS, first=QUARTERS, second=QUARTERS)
    def several_at_once(self, one, two, first, second):
        vals = [
            self._vals(one, "earn", first),
            self._vals(two, "earn", second, expiry=self.today),
            self._vals(one, "redeem", -first),
        ]
        steps = (one, first), (two, second), (one, -first)
        try:
            entries = self.Entry._post(vals)
        except NotEnoughPoints:
            # The award may have gone to a debt. All or nothing: try it on a copy.
            kept, self.reference = self.reference, deepcopy(self.reference)
            try:
                self._apply(steps, range(10**9, 10**9 + 3), vals)
            except RefusedError:
                self.reference = kept
                return
            raise
        self._apply(steps, entries.ids, vals)
        self._active(self._card(one), self._card(two))
        for val, entry in zip(vals, entries, strict=True):
            self._posted(val, entry)

    def _apply(self, steps, ids, vals):
        for (place, quarters), id_, val in zip(steps, ids, vals, strict=True):
            card = self._card(place)
            if quarters > 0:
                card.award(id_, quarters, val.get("expiry"), self.today)
            else:
                card.spend(id_, -quarters, self.today)

    @precondition(lambda self: self.entries)
    @rule(pick=PICK, quarters=st.one_of(st.none(), QUARTERS))
    def take_back(self, pick, quarters):
        self._take_back(self.entries[pick % len(self.entries)], quarters)

    @precondition(lambda self: self.entries)
    @rule(pick=PICK)
    def give_a_little_back(self, pick):
        """A part of a spend: which of its awards gets it is seen only then."""
        entries = self.Entry.browse(self.entries)
        spends = entries.filtered(lambda entry: entry.points < 0).ids
        if spends:
            self._take_back(spends[pick % len(spends)], 1)

    def _take_back(self, entry_id, quarters):
        entry = self.Entry.browse(entry_id)
        card_id = entry.card_id.id
        card = self.reference[card_id]
        self.number += 1
        points = None if quarters is None else quarters / 4
        try:
            reversal = entry._reverse(f"machine:{self.number}", points)
        except UserError:
            whole = abs(card.total[entry.id]) - card.reversed[entry.id]
            assert quarters is not None and quarters > whole, "wrongly refused"
            return
        count = card.take_back(reversal.id, entry.id, quarters, self.today)
        assert abs(reversal.points) * 4 == count
        if card.survivor and card.balance:
            self._moved(card_id, reversal.id)

    def _moved(self, card_id, after):
        """Repeat in the reference a transfer made by the ledger after an entry."""
        card = self.reference[card_id]
        entries = self.Entry.search(
            [("id", ">", after), ("kind", "=", "transfer")], order="id"
        )
        out = entries.filtered(lambda entry: entry.card_id.id == card_id)[:1]
        into = entries.filtered(lambda entry: entry.card_id.id == card.survivor)
        other = self.reference[card.survivor]
        card.move_to(other, self.today, iter(into.ids), out.id)

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.today += timedelta(days)
        self.case.move_clock(self.today)

    @rule(one=CARDS, two=CARDS)
    def merge_partners(self, one, two):
        partner, other = self.partners[one], self.partners[two]
        if partner == other or not (partner.exists() and other.exists()):
            return
        gone, survivor = self.cards[one], self.cards[two]
        last = self.Entry.search([], limit=1).id or 0
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id, other.id], other, extra_checks=False
        )
        for card in self.reference.values():
            if card.survivor == gone.id:
                card.survivor = survivor.id
        self.reference[gone.id].survivor = survivor.id
        self._moved(gone.id, last)

    @precondition(lambda self: self.calls)
    @rule(pick=PICK)
    def repeat(self, pick):
        vals, entry_id = self.calls[pick % len(self.calls)]
        assert self.Entry._post([vals]).id == entry_id, "one key, two effects"

    @precondition(lambda self: self.calls)
    @rule(pick=PICK)
    def forge(self, pick):
        vals, _entry_id = self.calls[pick % len(self.calls)]
        try:
            self.Entry._post([{**vals, "points": vals["points"] * 2}])
        except UserError:
            return
        raise AssertionError("one key, two bodies")

    @precondition(lambda self: self.written)
    @rule(pick=PICK)
    def rewrite_history(self, pick):
        ids = sorted(self.written)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    "UPDATE loyalty_point_entry SET points = points + 1 WHERE id = %s",
                    [ids[pick % len(ids)]],
                )
        except psycopg2.Error:
            return
        raise AssertionError("an entry was changed")

    # -- what must hold ------------------------------------------------------------

    @invariant()
    def agree_with_the_reference(self):
        self.env.invalidate_all()
        for card in self.cards:
            wanted = self.reference[card.id]
            assert card.points * 4 == wanted.balance, (card.points, wanted.balance)
        awards = self.env["loyalty.point.award"].search(
            [("card_id", "in", self.cards.ids), ("remaining", "!=", 0)]
        )
        found = {award.entry_id.id: award.remaining * 4 for award in awards}
        wanted = {}
        for card in self.reference.values():
            wanted.update(card.left())
        assert found == wanted, (found, wanted)
        dates = {a.entry_id.id: a.expiry or None for a in awards if a.remaining > 0}
        for card in self.reference.values():
            wanted = card.dates()
            found = {entry: dates.get(entry) for entry in wanted}
            assert found == wanted, (found, wanted)

    @invariant()
    def ledger_is_proven(self):
        differences = self.env["loyalty.point.award"]._check_ledger()
        assert not differences, differences

    @invariant()
    def history_only_grows(self):
        entries = self.Entry.search([("card_id", "in", self.cards.ids)])
        rows = {row.pop("id"): row for row in entries.read(["points", "kind", "key"])}
        assert self.written.items() <= rows.items(), "history changed"
        self.written = rows
        assert all(entries.mapped("operator_name")) and all(entries.mapped("reason"))
        assert entries.program_id <= self.case.program
