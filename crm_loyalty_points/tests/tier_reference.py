"""A plain reckoning of tiers, written apart from the code under test."""

from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)


def reckon(rows, begin, today, starts, months=12, grace=0, one_step=False):
    """Follow one member day by day.

    :param rows: [(day, amount, [(day, what was taken back, negative)])]
    :param begin: a day before which the member had no tier
    :param starts: where each tier begins, lowest first
    :return: place on the ladder at the end of `today`, 0 for no tier
    """

    def reached(day):
        first = date.min
        if months:
            first = day + DAY - relativedelta(months=months)
        total = Decimal(0)
        for earned, points, taken in rows:
            if first <= earned <= day:
                total += points
                total += sum(part for back, part in taken if back <= day)
        return sum(1 for start in starts if total >= start)

    eventful = {earned for earned, _points, _taken in rows} | {today}
    place, day = 0, begin
    while day <= today:
        if day.day == 1:
            ends = [day - DAY]
            for _month in range(grace):
                ends.append(ends[-1].replace(day=1) - DAY)
            best = max(reached(end) for end in ends)
            if best < place:
                place = place - 1 if one_step and best < place - 1 else best
        if day in eventful:
            place = max(place, reached(day))
        day += DAY
    return place
