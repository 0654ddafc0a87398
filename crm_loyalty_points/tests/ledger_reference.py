"""A second, deliberately simple-minded implementation of the ledger's rules.

It knows no amounts: each quarter of a point is an object of its own that is free,
lapsed, or taken by a spend, and a debt is a list of what could not be taken. Slow, and
with nothing in common with the arithmetic it is compared with.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date


@dataclass
class Unit:
    award: int
    expiry: date | None
    taken_by: int | None = None
    lapsed: bool = False

    @property
    def free(self):
        return self.taken_by is None and not self.lapsed

    @property
    def order(self):
        return (self.expiry or date.max, self.award)


class RefusedError(Exception):
    """The movement is not allowed; nothing happened, except lapses."""


class ReferenceCard:
    def __init__(self):
        self.units = []
        self.owed = []  # the spend that owes, once per quarter of a point
        self.taken = {}  # spend -> units in the order in which they were taken
        self.reversed = Counter()
        self.total = Counter()
        self.given = {}  # award -> the day it was given
        self.active = None  # the day of the last earn or spend
        self.survivor = None

    @property
    def balance(self):
        return sum(unit.free for unit in self.units) - len(self.owed)

    def left(self):
        """:return: {entry: quarters left (positive) or owed (negative)}"""
        left = Counter(unit.award for unit in self.units if unit.free)
        left.subtract(self.owed)
        return {entry: count for entry, count in left.items() if count}

    def dates(self):
        """:return: {award with something left: last day}"""
        return {unit.award: unit.expiry for unit in self.units if unit.free}

    def usable(self, today):
        units = [u for u in self.units if u.free and not self._over(u, today)]
        return sorted(units, key=lambda unit: unit.order)

    def _over(self, unit, today):
        return unit.expiry is not None and unit.expiry < today

    def lapse(self, today):
        """:return: how many quarters lapsed just now"""
        over = [unit for unit in self.units if unit.free and self._over(unit, today)]
        for unit in over:
            unit.lapsed = True
        return len(over)

    def be_active(self, today, until):
        """An earn or a spend.

        :param until: day until which points with an end are valid now, None where
            activity changes nothing
        """
        self.active = today
        for unit in self.units:
            if until and unit.expiry and today <= unit.expiry < until:
                unit.expiry = until

    def redate(self, today, new_date):
        """:param new_date: called with the day to count from and the award's day"""
        for award in {unit.award for unit in self.usable(today)}:
            expiry = new_date(self.active or self.given[award], self.given[award])
            for unit in self.units:
                if unit.award == award:
                    unit.expiry = expiry

    def award(self, entry, count, expiry, today):
        self.total[entry] = count
        self.given[entry] = today
        self.units += [Unit(entry, expiry) for _i in range(count)]
        self._pay(today)

    def _pay(self, today):
        for unit in self.usable(today):
            if not self.owed:
                return
            unit.taken_by = self.owed.pop(0)
            self.taken.setdefault(unit.taken_by, []).append(unit)

    def spend(self, entry, count, today, may_owe=False, first=None):
        """:param first: award whose units go before all others"""
        self.lapse(today)
        units = self.usable(today)
        units.sort(key=lambda unit: unit.award != first)
        if count > len(units) and not may_owe:
            raise RefusedError
        self.total[entry] = -count
        self.taken[entry] = units[:count]
        for unit in units[:count]:
            unit.taken_by = entry
        self.owed += [entry] * (count - len(units))

    def reversible(self, entry, today):
        self.lapse(today)
        whole = abs(self.total[entry]) - self.reversed[entry]
        if self.total[entry] < 0:
            return whole
        return whole - sum(u.lapsed for u in self.units if u.award == entry)

    def take_back(self, reversal, entry, count, today):
        """:param count: quarters, None for all; :return: quarters really reversed"""
        left = self.reversible(entry, today)
        if count is not None and count > abs(self.total[entry]) - self.reversed[entry]:
            raise RefusedError
        count = left if count is None else min(count, left)
        if self.total[entry] < 0:
            self._give(entry, count)
            self.lapse(today)
            self._pay(today)
        else:
            self.spend(reversal, count, today, may_owe=True, first=entry)
        self.reversed[entry] += count
        return count

    def _give(self, spend, count):
        while count and spend in self.owed:
            self.owed.remove(spend)
            count -= 1
        for _i in range(count):
            self.taken[spend].pop().taken_by = None

    def move_to(self, other, today, entries, out, count=None):
        """Points go to another card; everything, debts included, without a count.

        :param entries: ids for the awards it makes there, or for the debt
        :param out: id of the leg on this card
        """
        self.lapse(today)
        if self.owed and count is None:
            count = len(self.owed)
            self.award(out, count, None, today)
            other.spend(next(entries), count, today, may_owe=True)
            return
        units = self.usable(today)[:count]
        self.spend(out, len(units), today)
        by_expiry = {}
        for unit in units:
            by_expiry[unit.expiry] = by_expiry.get(unit.expiry, 0) + 1
        for expiry, count in by_expiry.items():
            other.award(next(entries), count, expiry, today)
