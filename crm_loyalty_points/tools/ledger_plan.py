"""What a list of movements does to the awards and debts of cards.

Plain Python without database or ORM, in integer hundredths of a point ("cents"), so
that the rules of the ledger can be read, and tested, in one place.

* A positive movement makes an **award**; a negative one **draws** on awards in the
  order (expiry, nulls last; entry), never on a lapsed one.
* What a movement that may do so takes beyond the awards is a **debt**: the same kind
  of position with a negative remainder, paid by the next awards, oldest debt first.
* Every draw (spend, award, cents) adds to the spend's position what it takes from the
  award's. So for each entry: remaining = points + drawn by it - drawn from it, and
  the balance of a card is the sum of its positions.
* Taking back a spend cancels its open debt first, then returns the rest to its own
  awards, last drawn first: the card stands as if less had been spent.
* Taking back an award takes its own remainder first, then other awards; the rest is a
  debt. What had lapsed of the award is not taken a second time.
"""

import datetime
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import chain, takewhile

# A reference to an entry is its id, or NEW + its place among the planned entries:
# new entries thus sort after all stored ones, as their ids will.
NEW = 1 << 40
FAR = datetime.date.max


class PlanError(Exception):
    """A movement that the rules refuse. `code` says why, `data` with which values."""

    def __init__(self, code, **data):
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(slots=True)
class Position:
    """What is left of an award (remaining > 0), or owed by a spend (< 0)."""

    ref: int
    expiry: datetime.date | None
    remaining: int

    @property
    def order(self):
        return (self.expiry or FAR, self.ref)


@dataclass(slots=True)
class Origin:
    """An entry that is to be taken back.

    :param reversed: cents already taken back, with the sign of the reversals
    :param lapsed: cents of this award that have lapsed
    :param draws: [(award reference, expiry, net cents drawn)], last drawn first
    """

    ref: int
    card_id: int
    kind: str
    cents: int
    reversed: int = 0
    lapsed: int = 0
    draws: list = field(default_factory=list)

    def reversible(self):
        """:return: signed cents that a full reversal would post now."""
        left = -self.cents - self.reversed
        if self.cents > 0:
            left = min(0, left + self.lapsed)
        return left


class LedgerPlan:
    """Collects what one posting writes: `entries`, `draws` and changed positions.

    `entries` holds (card id, seq, kind, cents, expiry, payload) where payload is what
    the caller gave for that movement, or the lapsed award's reference for the lapses
    that the plan adds by itself.
    """

    def __init__(self):
        self.entries = []
        self.draws = []
        self.touched = {}

    def entry(self, card, kind, cents, payload, expiry=None):
        ref = NEW + len(self.entries)
        card.seq += 1
        card.balance += cents
        self.entries.append((card.id, card.seq, kind, cents, expiry, payload))
        return ref

    def draw(self, spend, award, cents, card):
        """Move cents between two positions; spend and award are references."""
        self.draws.append((spend, award, cents, card.id))

    def touch(self, position, card):
        self.touched[position.ref] = (position, card)


class CardPlan:
    """One card during a posting.

    :param seq: number of the card's last entry
    :param balance: cents before the posting
    :param today: local date; awards with an expiry before it have lapsed
    :param positions: Position objects with something left, awards and debts

    `origins` has the entries of the card that the posting takes back, by reference: so
    what earlier movements of the same posting draw or lapse is counted.
    """

    def __init__(self, plan, card_id, seq, balance, today, positions=()):
        self.plan = plan
        self.id = card_id
        self.seq = seq
        self.balance = balance
        self.today = today
        self.positions = {p.ref: p for p in positions}
        self.origins = {}
        # In order; what is used up goes when it comes to the front. So movements of
        # one card cost the same each, however many there are.
        self._queue = sorted(p.order for p in positions if p.remaining > 0)
        self._owing = sorted(p.ref for p in positions if p.remaining < 0)

    def _awards(self):
        """:return: iterator over the awards with something left, in draw order"""
        while self._queue and self.positions[self._queue[0][-1]].remaining <= 0:
            del self._queue[0]
        awards = (self.positions[order[-1]] for order in self._queue)
        return (award for award in awards if award.remaining > 0)

    def _live_awards(self):
        return (award for award in self._awards() if not self._due(award))

    def _due(self, position):
        return position.expiry is not None and position.expiry < self.today

    def _debts(self):
        """:return: iterator over the debts, oldest first"""
        while self._owing and self.positions[self._owing[0]].remaining >= 0:
            del self._owing[0]
        debts = (self.positions[ref] for ref in self._owing)
        return (debt for debt in debts if debt.remaining < 0)

    def available(self, wanted=None):
        """:return: cents that a spend could draw now, counted up to those wanted"""
        total = 0
        for award in self._live_awards():
            total += award.remaining
            if wanted is not None and total >= wanted:
                break
        return total

    def lapse_due(self):
        """Post the lapse of each award whose last day has passed."""
        for award in list(takewhile(self._due, self._awards())):
            self._lapse(award)

    def _lapse(self, award):
        ref = self.plan.entry(self, "lapse", -award.remaining, award)
        self.plan.draw(ref, award.ref, award.remaining, self)
        if award.ref in self.origins:
            self.origins[award.ref].lapsed += award.remaining
        award.remaining = 0
        self.plan.touch(award, self)

    def _settle(self):
        """Let awards pay open debts, oldest debt first."""
        for debt in self._debts():
            parts = self._draw_on(self._live_awards(), debt.ref, -debt.remaining)
            if not parts:
                return
            debt.remaining += sum(part for _expiry, part in parts)
            self.plan.touch(debt, self)

    def _draw_on(self, awards, spend, cents):
        """:return: [(expiry, cents)] really drawn, at most `cents` in all."""
        parts = []
        for award in awards:
            part = min(award.remaining, cents)
            if part <= 0:
                break
            award.remaining -= part
            cents -= part
            parts.append((award.expiry, part))
            self.plan.draw(spend, award.ref, part, self)
            self.plan.touch(award, self)
            if spend in self.origins:
                origin = self.origins[spend]
                origin.draws.insert(0, (award.ref, award.expiry, part))
        return parts

    def post(self, kind, cents, payload, expiry=None, may_owe=False):
        """Plan an ordinary movement.

        :param expiry: last day on which an award can be used
        :param may_owe: whether a negative movement may leave a debt
        :raises PlanError: "not_enough" with available and asked, in cents
        """
        if cents >= 0:
            ref = self.plan.entry(self, kind, cents, payload, expiry)
            if cents:
                self._add(ref, expiry, cents)
                self._settle()
            return
        self.lapse_due()
        self._spend(kind, cents, payload, self._awards(), may_owe)

    def _spend(self, kind, cents, payload, awards, may_owe):
        available = self.available(-cents)
        if -cents > available and not may_owe:
            raise PlanError("not_enough", card=self.id, asked=-cents, left=available)
        ref = self.plan.entry(self, kind, cents, payload)
        parts = self._draw_on(awards, ref, -cents)
        owed = -cents - sum(part for _expiry, part in parts)
        if owed:
            self._add(ref, None, -owed)
        return parts

    def clear(self, payload):
        """Plan the end of a card: what is left lapses, what is owed is written off."""
        self.lapse_due()
        owed = sum(debt.remaining for debt in self._debts())
        if owed:
            self.post("adjust", -owed, payload)
        else:
            self._spend("lapse", -self.available(), payload, self._awards(), False)

    def _add(self, ref, expiry, cents):
        position = self.positions[ref] = Position(ref, expiry, cents)
        if cents > 0:
            self._queue_up(position)
        else:
            self._owing.append(ref)
        self.plan.touch(position, self)

    def _queue_up(self, award):
        place = bisect_left(self._queue, award.order)
        if self._queue[place : place + 1] != [award.order]:
            self._queue.insert(place, award.order)

    def transfer(self, other, cents, payload):
        """Plan moving points to another card; each part keeps its expiry.

        :param other: CardPlan of the receiving card
        :param cents: cents to move, or None for everything, debts included
        :param payload: callable, given the name of the leg ("" for the first one)
        :raises PlanError: "not_enough"
        """
        self.lapse_due()
        owed = sum(debt.remaining for debt in self._debts()) if cents is None else 0
        if owed:
            self.post("transfer", -owed, payload(""))
            other.post("transfer", owed, payload("debt"), may_owe=True)
            return
        cents = self.available() if cents is None else cents
        parts = {}
        for expiry, part in self._spend(
            "transfer", -cents, payload(""), self._awards(), may_owe=False
        ):
            parts[expiry] = parts.get(expiry, 0) + part
        for place, (expiry, part) in enumerate(parts.items()):
            other.post("transfer", part, payload(f"in{place}"), expiry)

    def reverse(self, origin, cents, payload):
        """Plan the reversal of an entry of this card.

        Of an award, what has lapsed meanwhile is not taken a second time: the amount
        posted may be smaller than the one asked, down to zero.

        :param cents: signed cents to post, or None for all that can be taken back
        :raises PlanError: "reversal_card", "reversal_kind", or "reversal_amount"
        """
        if origin.card_id != self.id:
            raise PlanError("reversal_card", entry=origin.ref)
        if origin.kind in ("reversal", "lapse", "transfer"):
            raise PlanError("reversal_kind", entry=origin.ref, kind=origin.kind)
        self.lapse_due()
        whole, left = -origin.cents - origin.reversed, origin.reversible()
        cents = left if cents is None else cents
        if abs(cents) > abs(whole) or (cents and (cents > 0) != (whole > 0)):
            raise PlanError("reversal_amount", entry=origin.ref, asked=cents, left=left)
        if cents > 0:
            self._give_back(origin, cents, payload)
        else:
            cents = max(cents, left)
            own = self.positions.get(origin.ref)
            awards = self._awards()
            if own is not None and own.remaining > 0:
                awards = chain([own], (a for a in awards if a is not own))
            self._spend("reversal", cents, payload, awards, may_owe=True)
        origin.reversed += cents

    def _give_back(self, origin, cents, payload):
        ref = self.plan.entry(self, "reversal", cents, payload)
        debt = self.positions.get(origin.ref)
        if debt is not None and debt.remaining < 0:
            part = min(cents, -debt.remaining)
            debt.remaining += part
            cents -= part
            self.plan.draw(origin.ref, ref, part, self)
            self.plan.touch(debt, self)
        for place, (award_ref, expiry, drawn) in enumerate(origin.draws):
            part = min(cents, drawn)
            if part <= 0:
                continue
            cents -= part
            origin.draws[place] = (award_ref, expiry, drawn - part)
            award = self.positions.get(award_ref)
            if award is None:
                award = self.positions[award_ref] = Position(award_ref, expiry, 0)
            award.remaining += part
            self._queue_up(award)
            self.plan.draw(ref, award_ref, -part, self)
            self.plan.touch(award, self)
        if cents:
            raise PlanError("broken_ledger", entry=origin.ref, asked=cents)
        self.lapse_due()
        self._settle()
