"""The periods a report can be about: whole days, both ends included."""

from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

DAY, MONTH = timedelta(days=1), relativedelta(months=1)


def period_days(name, today, first=None, last=None):
    """:param name: this_month, last_month, this_quarter, this_year, or custom
    :param today: date where the shop is
    :param first: date, for custom; so is ``last``, in either order
    :return: the name as understood, first day, last day
    """
    if name == "custom" and first and last:
        return name, min(first, last), max(first, last)
    month = today.replace(day=1)
    if name == "last_month":
        return name, month - MONTH, month - DAY
    if name == "this_quarter":
        start = month.replace(month=(month.month - 1) // 3 * 3 + 1)
        return name, start, start + 3 * MONTH - DAY
    if name == "this_year":
        start = month.replace(month=1)
        return name, start, start + 12 * MONTH - DAY
    return "this_month", month, month + MONTH - DAY


def whole_months(first, last, at_least=1):
    """:return: first and last day of the months that the days touch, and of as many
    before them as it takes to be ``at_least`` so many"""
    end = last.replace(day=1) + MONTH
    return min(first.replace(day=1), end - at_least * MONTH), end - DAY


def midnight_utc(day, tz):
    """:return: the beginning of ``day`` in the zone named ``tz``, as naive UTC"""
    local = pytz.timezone(tz).localize(datetime.combine(day, time()))
    return local.astimezone(pytz.utc).replace(tzinfo=None)
