"""What time does to points, and what waits for its time, added to random lives."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from odoo.exceptions import UserError

from ..exceptions import NotEnoughPoints
from ..tools.ledger_policy_redate import PolicyRedate
from .ledger_machine import CARDS, EXPIRIES, PICK, QUARTERS, LedgerMachine

POLICIES = st.sampled_from(
    [("never", 0), ("after", 5), ("inactivity", 5), ("inactivity", 15)]
)


class CrashError(Exception):
    """The power goes before the transaction is committed."""


class TimedLedgerMachine(LedgerMachine):
    def __init__(self):
        super().__init__()
        self.Pending = self.env["loyalty.point.pending"]
        self.waiting = {}  # pending id -> (place, quarters, day, expiry)
        self.resolved = {}  # pending id -> state
        self.holds = []  # [(vals, pending id)]

    # -- validity ------------------------------------------------------------------

    @rule(policy=POLICIES)
    def change_policy(self, policy):
        """Changes nothing about the points that are there."""
        kind, days = self.policy = policy
        self.case.program.write(
            {"expiry_policy": kind, "expiry_count": days or 1, "expiry_unit": "days"}
        )

    @rule()
    def redate(self):
        self.number += 1
        self.env.flush_all()
        PolicyRedate(self.case.program, self.today).apply(f"machine:{self.number}")

        def new_date(active, given):
            base = active if self.policy[0] == "inactivity" else given
            expiry = self._valid_until(base)
            return expiry and max(expiry, self.today)

        for card in self.reference.values():
            card.redate(self.today, new_date)

    @rule(days=st.integers(30, 400))
    def clock_jumps(self, days):
        self.time_passes(days)

    @rule(twice=st.booleans())
    def lapse_job(self, twice):
        awards = self.env["loyalty.point.award"]
        lapsed = awards._lapse(self.cards.ids)
        due = {id_ for id_, card in self.reference.items() if card.lapse(self.today)}
        assert set(lapsed.ids) == due, (lapsed.ids, due)
        assert not (twice and awards._lapse(self.cards.ids)), "lapsed twice"

    @invariant()
    def readers_leave_out_what_is_over(self):
        for card in self.cards:
            wanted = self.reference[card.id]
            over = sum(u.free and wanted._over(u, self.today) for u in wanted.units)
            assert card.points_usable * 4 == wanted.balance - over

    # -- between cards -------------------------------------------------------------

    @rule(one=CARDS, two=CARDS, quarters=st.one_of(st.none(), QUARTERS))
    def transfer(self, one, two, quarters):
        giver, taker = self.cards[one], self.cards[two]
        card, other = self.reference[giver.id], self.reference[taker.id]
        if giver == taker or card.survivor or other.survivor:
            return
        last = self.Entry.search([], limit=1).id or 0
        vals = self._vals(one, "transfer", -(quarters or 0), to_card_id=taker.id)
        if quarters is None:
            vals["points"] = None
        try:
            self.Entry._post([vals])
        except NotEnoughPoints:
            assert quarters > len(card.usable(self.today)), "wrongly refused"
            return
        legs = self.Entry.search(
            [("id", ">", last), ("kind", "=", "transfer")], order="id"
        )
        out = legs.filtered(lambda entry: entry.card_id == giver)
        into = legs.filtered(lambda entry: entry.card_id == taker)
        assert not sum(legs.mapped("points")), "points made or lost on the way"
        card.move_to(other, self.today, iter(into.ids), out.id, quarters)

    # -- pending -------------------------------------------------------------------

    @rule(place=CARDS, quarters=QUARTERS, days=st.integers(0, 15), until=EXPIRIES)
    def hold(self, place, quarters, days, until):
        day = self.today + timedelta(days)
        expiry = None if until is None else self.today + timedelta(until)
        vals = self._vals(place, "earn", quarters, available_on=day, expiry=expiry)
        held = self.Pending._hold([vals])
        self.waiting[held.id] = (place, quarters, day, expiry)
        self.holds.append((vals, held.id))

    @rule()
    def release_job(self):
        _after, count = self.Pending._release_batch(0)
        due = sorted(id_ for id_, held in self.waiting.items() if held[2] <= self.today)
        assert count == len(due), (count, due)
        self._released(due)

    @precondition(lambda self: self.holds)
    @rule(pick=PICK)
    def release_one(self, pick):
        held_id = self.holds[pick % len(self.holds)][1]
        entries = self.Pending.browse(held_id)._release()
        assert bool(entries) == (held_id in self.waiting), "resolved twice"
        self._released([held_id] if entries else [])

    def _released(self, ids):
        cards = []
        for id_ in ids:
            place, quarters, _day, expiry = self.waiting.pop(id_)
            entry = self.Pending.browse(id_).entry_id
            card = self._card(place)
            expiry = expiry or self._valid_until(self.today)
            card.award(entry.id, quarters, expiry, self.today)
            cards.append(card)
            self.entries.append(entry.id)
            self.resolved[id_] = "posted"
        self._active(*cards)

    @precondition(lambda self: self.holds)
    @rule(pick=PICK)
    def void(self, pick):
        held_id = self.holds[pick % len(self.holds)][1]
        voided = self.Pending.browse(held_id)._void("machine")
        assert bool(voided) == (held_id in self.waiting), "resolved twice"
        if self.waiting.pop(held_id, None):
            self.resolved[held_id] = "void"

    @precondition(lambda self: self.waiting)
    @rule(pick=PICK, quarters=QUARTERS)
    def reduce(self, pick, quarters):
        held_id = sorted(self.waiting)[pick % len(self.waiting)]
        place, left, *rest = self.waiting[held_id]
        taken = min(left, quarters)
        self.Pending._reduce({held_id: taken / 4}, "machine")
        self.waiting[held_id] = (place, left - taken, *rest)
        if taken == left:
            del self.waiting[held_id]
            self.resolved[held_id] = "void"

    @precondition(lambda self: self.holds)
    @rule(pick=PICK)
    def repeat_hold(self, pick):
        vals, held_id = self.holds[pick % len(self.holds)]
        assert self.Pending._hold([vals]).id == held_id, "one key, two effects"
        try:
            self.Pending._hold([{**vals, "points": vals["points"] + 1}])
        except UserError:
            return
        raise AssertionError("one key, two bodies")

    @invariant()
    def pending_resolves_once(self):
        rows = self.Pending.search([("card_id", "in", self.cards.ids)])
        found = {row.id: row.state for row in rows}
        wanted = {**dict.fromkeys(self.waiting, "pending"), **self.resolved}
        assert found == wanted, (found, wanted)
        pending = rows.filtered(lambda row: row.state == "pending")
        left = {row.id: row.points * 4 for row in pending}
        assert left == {id_: held[1] for id_, held in self.waiting.items()}

    # -- crashes -------------------------------------------------------------------

    @rule(place=CARDS, quarters=QUARTERS, step=st.sampled_from(["post", "hold", "job"]))
    def crash(self, place, quarters, step):
        """What was not committed never was."""
        with suppress(CrashError, NotEnoughPoints), self.env.cr.savepoint():
            if step == "post":
                self.Entry._post([self._vals(place, "earn", quarters)])
                self.Entry._post([self._vals(place, "redeem", -quarters)])
            elif step == "hold":
                vals = self._vals(place, "earn", quarters, available_on=self.today)
                self.Pending._hold([vals])._release()
            else:
                self.env["loyalty.point.award"]._lapse(self.cards.ids)
                self.Pending._release_batch(0)
            raise CrashError
