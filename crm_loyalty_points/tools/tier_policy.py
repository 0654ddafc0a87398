"""Which tier a member has: a function of entries, date and policy.

Plain Python and :class:`decimal.Decimal`, no ORM; `tier_sql` finds the same figures for
many cards at once.

A tier is told by its **rank**: 0 is none, 1 the lowest tier of the programme.

Figure
    What counts for the tier on a day: the amounts of the days from ``first_day`` to
    that day. The window of N months ends with the day and begins with the day after the
    same day N months before: on 31 March one month is March, on 29 February 2024 twelve
    months are 1 March 2023 to 29 February 2024. In a month without such a day it is the
    month's last one. An amount that was taken back counts less from the day on which it
    was taken back; it counts on its own day, so that it leaves the window whole.

Up
    On each day the member has at least the tier that the figure of the day reaches.

Down
    On the first day of a month only, before that day's entries. A tier is kept when the
    figure reached it on one of the last ``1 + grace`` month ends. Otherwise the member
    falls to the best tier reached on these, or by one tier when ``one_step`` is set.
"""

import calendar
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

DAY = timedelta(days=1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Earned:
    """An amount that counts for tiers.

    :ivar back: ((day, amount), ...) of what was taken back, amounts positive
    """

    day: date
    amount: Decimal
    back: tuple = ()


@dataclass(frozen=True)
class TierPolicy:
    """The tiers of a programme, lowest first.

    :ivar keys: ids of the tiers
    :ivar thresholds: the figure at which each begins, never falling
    :ivar window: months; 0 counts the whole life of the card
    :ivar grace: month ends more on which a tier may be missed
    """

    keys: tuple = ()
    thresholds: tuple[Decimal, ...] = ()
    window: int = 12
    grace: int = 0
    one_step: bool = False

    def rank(self, figure):
        """:return: rank of the tier that a figure reaches"""
        return bisect_right(self.thresholds, max(figure, ZERO))

    def rank_of(self, key):
        """:return: rank of a tier, 0 for none and for one that is not of these"""
        return self.keys.index(key) + 1 if key in self.keys else 0

    def first_day(self, day):
        """:return: the first day that counts on `day`; `date.min` for life"""
        if not self.window:
            return date.min
        return add_months(day + DAY, -self.window)

    def month_ends(self, month):
        """The days on which the job of `month` (its first day) looks."""
        return [add_months(month, -back) - DAY for back in range(self.grace + 1)]

    def after_month_end(self, rank, best):
        """:param best: the highest rank reached on `month_ends`
        :return: rank after the month's job"""
        if best >= rank:
            return rank
        return max(best, rank - 1) if self.one_step else best


def add_months(day, months):
    """:return: the same day some months later, or the last one of that month; the first
    or last day of the calendar where it goes beyond"""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def figure(entries, day, policy):
    """:param entries: iterable of :class:`Earned`
    :return: Decimal, what counts on `day`"""
    first = policy.first_day(day)
    return sum(
        (
            entry.amount - sum((part for back, part in entry.back if back <= day), ZERO)
            for entry in entries
            if first <= entry.day <= day
        ),
        ZERO,
    )


def months_between(first, last):
    """:return: the first days of months in [first, last]"""
    month = first if first.day == 1 else add_months(first.replace(day=1), 1)
    months = []
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    return months


def walk(policy, rank, months, days, reached):
    """Follow a member through some days.

    :param rank: before the first of these days
    :param months: first days of months whose job is due
    :param days: days on which something was earned
    :param reached: function(day) giving the rank that the day's figure reaches
    :return: rank after the last day
    """
    months = set(months)
    for day in sorted(months | set(days)):
        if day in months:
            best = max(reached(each) for each in policy.month_ends(day))
            rank = policy.after_month_end(rank, best)
        rank = max(rank, reached(day))
    return rank


def rank_on(entries, day, policy):
    """The rank on `day` of a member who began without a tier.

    :param entries: list of :class:`Earned`
    """
    days = [entry.day for entry in entries if entry.day <= day]
    if not days:
        return policy.rank(ZERO)

    def reached(each):
        return policy.rank(figure(entries, each, policy))

    return walk(policy, 0, months_between(min(days), day), [*days, day], reached)
