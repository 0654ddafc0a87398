"""What a movement does to a wallet: plain Python, exact numbers, no database.

Money has two decimals, costs have six; both are Decimal, credits are int. A lot is one
purchase of credits. The first n of its N credits cost `price * n / N`, rounded; what
single credits cost are the differences of these sums. So a lot that is used up has cost
exactly its price, however it was settled, refunded and settled again.

What is in a wallet at any time::

    credits + held = what is left in the lots - uncovered

`uncovered` are credits that were used without a purchase (only with an own account at a
gateway, where the gateway decides what is enough). The next purchase covers them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
_COST = Decimal("0.000001")
_MONEY = Decimal("0.01")


class PlanError(Exception):
    """A movement that cannot be made.

    :param code: "credits", "money", "hold" or "refund"
    """

    def __init__(self, code, **data):
        super().__init__(code, data)
        self.code = code
        self.data = data


def as_cost(value):
    """:return: a number (int, float, str, Decimal) as a Decimal with six decimals"""
    return Decimal(str(value)).quantize(_COST, ROUND_HALF_UP)


def as_money(value):
    """:return: a number as a Decimal with two decimals
    :raises ValueError: it has more"""
    exact = Decimal(str(value))
    money = exact.quantize(_MONEY, ROUND_HALF_UP)
    if money != exact:
        raise ValueError(f"{value} is no amount of money")
    return money


def positive(value):
    """:return: a number of credits or parts
    :raises ValueError: it is none"""
    if isinstance(value, bool) or int(value) != value or value < 0:
        raise ValueError(f"{value} is no number of credits")
    return int(value)


@dataclass
class Lot:
    """Credits that were bought together.

    :ivar ref: id of the record; of a new lot a negative number
    :ivar spent: what the credits that were taken have cost
    """

    ref: int
    credits: int
    price: Decimal
    expires_on: date | None
    remaining: int
    spent: Decimal

    def take(self, credits):
        """:return: what these credits cost"""
        self.remaining -= credits
        used = self.credits - self.remaining
        if self.remaining:
            spent = as_cost(self.price * used / self.credits)
        else:
            spent = self.price
        cost, self.spent = spent - self.spent, spent
        return cost

    def give_back(self, credits, cost):
        self.remaining += credits
        self.spent -= cost

    @property
    def order(self):
        """Which lot is used first: the one that ends first, then the oldest."""
        age = self.ref if self.ref > 0 else 10**12 - self.ref
        return (self.expires_on is None, self.expires_on or date.max, age)


@dataclass(eq=False)
class Entry:
    """One movement. `draws` are (ref of a lot or None, credits taken, their cost)."""

    kind: str
    reason: str
    money: Decimal = ZERO
    credits: int = 0
    held: int = 0
    cost: Decimal = ZERO
    price: Decimal | None = None
    draws: list = field(default_factory=list)
    lots: list = field(default_factory=list)
    after: tuple = ()


@dataclass
class Taken:
    """Credits of a settlement, not refunded yet, of one lot (None: of none)."""

    ref: int | None
    credits: int
    cost: Decimal


class WalletPlan:
    """The state of one wallet, and the movements planned on it.

    :param state: (balance, credits, held, uncovered, uncovered_cost)
    :param lots: the lots with something left, and those that get something back
    :param rate: what a credit costs that no purchase covers
    :param today: the date where the company is
    :param holds: {id of the entry: [date, credits left]} of open holds: the one that is
        settled or released, and all of them when a lot with something left has ended
    """

    def __init__(self, state, lots, rate, today, holds):
        self.balance, self.credits, self.held = state[:3]
        self.uncovered, self.uncovered_cost = state[3:]
        self.lots = {lot.ref: lot for lot in sorted(lots, key=lambda lot: lot.order)}
        self.rate = rate
        self.today = today
        self.holds = holds
        self.entries = []
        self.touched = {}
        self.used_holds = set()

    # -- movements -----------------------------------------------------------------

    def money(self, kind, reason, money):
        return self._post(Entry(kind, reason, money=money))

    def buy(self, kind, reason, credits, price, expires_on, money=ZERO):
        """Add a lot; it covers what was used without a purchase."""
        if money < 0 and self.balance + money < 0:
            raise PlanError("money", asked=-money, left=self.balance)
        entry = Entry(kind, reason, money=money, credits=credits, price=price)
        self._add_lot(entry, credits, price, expires_on)
        return self._post(entry)

    def take_away(self, kind, reason, credits, may_owe):
        """Take free credits, used by nobody."""
        self._check_free(credits, may_owe)
        entry = Entry(kind, reason, credits=-credits)
        self._draw(entry, credits)
        return self._post(entry)

    def hold(self, credits, may_owe):
        self._check_free(credits, may_owe)
        return self._post(Entry("hold", "send", credits=-credits, held=credits))

    def settle(self, parts, hold_id):
        """:return: [cost per item of `parts`]"""
        total = sum(parts)
        self._use_hold(hold_id, total)
        entry = Entry("settle", "sent", held=-total)
        costs = [self._draw(entry, count) for count in parts]
        self._post(entry)
        return costs

    def release(self, credits, hold_id):
        self._use_hold(hold_id, credits)
        entry = Entry("refund", "not_sent", credits=credits, held=-credits)
        return self._post(entry)

    def refund(self, credits, pieces):
        """Give credits of a settlement back to their lots.

        :param pieces: [Taken] that make them up, see `pieces_of`
        """
        entry = Entry("refund", "not_delivered", credits=credits)
        for piece in pieces:
            if piece.ref is None:
                self._give_back_uncovered(entry, piece)
                continue
            lot = self.lots[piece.ref]
            lot.give_back(piece.credits, piece.cost)
            self._note(entry, lot, -piece.credits, -piece.cost)
        return self._post(entry)

    def lapse(self):
        """Take what is left of lots that have ended, except what an older hold keeps:
        who held credits in time may still use them."""
        kept = 0
        for lot in list(self.lots.values()):
            if not lot.expires_on or lot.expires_on >= self.today:
                continue
            held = sum(n for day, n in self.holds.values() if day <= lot.expires_on)
            keep = max(0, min(lot.remaining, held - kept))
            kept += keep
            lapsed = lot.remaining - keep
            if lapsed:
                entry = Entry("expire", "expired", credits=-lapsed)
                self._note(entry, lot, lapsed, lot.take(lapsed))
                self._post(entry)

    # -- steps ---------------------------------------------------------------------

    def _check_free(self, credits, may_owe):
        if credits > self.credits and not may_owe:
            raise PlanError("credits", asked=credits, left=self.credits)

    def _use_hold(self, hold_id, credits):
        left = self.holds[hold_id][1]
        if credits > left:
            raise PlanError("hold", asked=credits, left=left)
        self.holds[hold_id][1] -= credits
        self.used_holds.add(hold_id)

    def _add_lot(self, entry, credits, price, expires_on):
        lot = Lot(-1 - len(self._new_lots()), credits, price, expires_on, credits, ZERO)
        self.lots[lot.ref] = self.touched[lot.ref] = lot
        entry.lots.append(lot)
        covered = min(self.uncovered, credits)
        if covered > 0:
            part = self.uncovered_cost
            if covered < self.uncovered:
                part = as_cost(part * covered / self.uncovered)
            self._note(entry, None, -covered, -part)
            self._note(entry, lot, covered, lot.take(covered))

    def _new_lots(self):
        return [ref for ref in self.lots if ref < 0]

    def _draw(self, entry, credits):
        """:return: what the next credits cost; taken from the lots in their order"""
        cost = ZERO
        for lot in self.lots.values():
            if not credits:
                break
            taken = min(credits, lot.remaining)
            if taken:
                piece = lot.take(taken)
                self._note(entry, lot, taken, piece)
                cost += piece
                credits -= taken
        if credits:
            piece = as_cost(self.rate * credits)
            self._note(entry, None, credits, piece)
            cost += piece
        return cost

    def _give_back_uncovered(self, entry, piece):
        """Credits without a purchase are owed no more; those that were covered
        meanwhile are credits again, at what they cost."""
        owed = max(0, min(piece.credits, self.uncovered))
        part = piece.cost
        if owed < piece.credits:
            part = as_cost(piece.cost * owed / piece.credits)
        if owed or part:
            self._note(entry, None, -owed, -part)
        if piece.credits > owed:
            self._add_lot(entry, piece.credits - owed, piece.cost - part, None)

    def _note(self, entry, lot, credits, cost):
        """Add to the entry's draws; draws of one lot on end become one."""
        ref = lot and lot.ref
        if lot is None:
            self.uncovered += credits
            self.uncovered_cost += cost
        else:
            self.touched[ref] = lot
        last = entry.draws[-1] if entry.draws else None
        if last and last[0] == ref:
            entry.draws[-1] = (ref, last[1] + credits, last[2] + cost)
        else:
            entry.draws.append((ref, credits, cost))

    def _post(self, entry):
        entry.cost = sum((draw[2] for draw in entry.draws), ZERO)
        self.balance += entry.money
        self.credits += entry.credits
        self.held += entry.held
        entry.after = (self.balance, self.credits, self.held)
        self.entries.append(entry)
        return entry


def pieces_of(wanted, taken, items):
    """Which credits of a settlement are given back.

    :param wanted: [(credits, cost)] of the messages, or the sums of several
    :param taken: [Taken] what is left of the settlement per lot, as it was drawn
    :param items: [(credits, cost, [(ref, credits)])] of its messages
    :return: [Taken]: of messages that were just as large and as dear; for sums, of the
        lots that were used last
    :raises PlanError: more than is left
    """
    left = {piece.ref: Taken(piece.ref, piece.credits, piece.cost) for piece in taken}
    given = {ref: Taken(ref, 0, ZERO) for ref in left}
    messages = defaultdict(list)
    for credits, cost, refs in items:
        messages[credits, cost].append(refs)
    count, money = 0, ZERO
    for credits, cost in wanted:
        for position, refs in enumerate(messages[credits, cost]):
            if all(n <= left[ref].credits for ref, n in refs):
                _move(refs, cost, left, given)
                messages[credits, cost].pop(position)
                break
        else:
            count, money = count + credits, money + cost
    if count > sum(piece.credits for piece in left.values()):
        raise PlanError("refund", asked=count)
    refs = []
    for piece in reversed(left.values()):
        part = min(count, piece.credits)
        count -= part
        refs.append((piece.ref, part))
    _move(refs, money, left, given)
    return [piece for piece in given.values() if piece.credits or piece.cost]


def _move(refs, cost, left, given):
    """Move credits, and what they cost, from what is left to what is given back. The
    cost is shared as it was drawn; what does not fit is taken where there is some."""
    shares = [
        as_cost(left[ref].cost * n / left[ref].credits) if n else ZERO
        for ref, n in refs
    ]
    for (ref, n), share in zip(refs, shares, strict=True):
        part = min(share, cost)
        left[ref].credits -= n
        given[ref].credits += n
        left[ref].cost -= part
        given[ref].cost += part
        cost -= part
    for piece in (*(left[ref] for ref, n in refs if n), *left.values()):
        part = min(cost, piece.cost)
        piece.cost -= part
        given[piece.ref].cost += part
        cost -= part
    if cost:
        raise PlanError("refund", asked=cost)
