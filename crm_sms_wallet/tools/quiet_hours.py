"""Hours in which advertising may be sent, in the local time of a company."""

from datetime import datetime, time, timedelta

import pytz


def clock(hour):
    """:param float hour: 9.5 is half past nine; 24 is the end of the day
    :return: (days, time)"""
    minutes = round(hour * 60)
    return minutes // 1440, time(minutes % 1440 // 60, minutes % 60)


def local_moment(zone, day, hour):
    """:return: naive UTC of ``hour`` on ``day``; an hour that the clocks skip or
    repeat is taken as it is after that"""
    days, at = clock(hour)
    moment = datetime.combine(day + timedelta(days=days), at)
    local = zone.normalize(zone.localize(moment, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def windows(zone, begin, until, moment):
    """Yield the times of sending, the one that holds ``moment`` or comes next first.

    :param zone: pytz time zone
    :param float begin: hour of the day; equal to ``until``: no hour is quiet
    :param float until: hour of the day; before ``begin``: of the next day
    :param datetime moment: naive UTC
    :return: generator of (first, end) naive UTC, the end excluded
    """
    if begin % 24 == until % 24:
        yield moment, datetime.max
        return
    length = 24 if until < begin else 0
    day = pytz.utc.localize(moment).astimezone(zone).date() - timedelta(days=1)
    while True:
        first = local_moment(zone, day, begin)
        end = local_moment(zone, day, until + length)
        if end > moment and end > first:
            yield first, end
        day += timedelta(days=1)


def next_allowed(zone, begin, until, moment):
    """:return: ``moment`` when something may be sent then, otherwise when it may be
    (naive UTC)"""
    first, _end = next(windows(zone, begin, until, moment))
    return max(first, moment)
