"""When a shop's orders are read next."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def next_daily(after, hours, zone):
    """:param datetime after: UTC without zone
    :param float hours: time of the day in the zone, 19.5 is half past seven
    :param str zone: name of the zone
    :return: the first such moment after `after`, UTC without zone; where clocks are
        set forward over it, the same moment by the old time
    """
    tz = ZoneInfo(zone)
    minutes = round(hours * 60) % (24 * 60)
    at = time(minutes // 60, minutes % 60)
    day = after.replace(tzinfo=timezone.utc).astimezone(tz).date() - DAY
    while True:
        local = datetime.combine(day, at, tzinfo=tz)
        moment = local.astimezone(timezone.utc).replace(tzinfo=None)
        if moment > after:
            return moment
        day += DAY


def next_pull(after, hours, zone, every_minutes=0):
    """:param int every_minutes: also so often, 0 for once a day
    :return: when to read next, UTC without zone"""
    daily = next_daily(after, hours, zone)
    if every_minutes > 0:
        return min(daily, after + timedelta(minutes=every_minutes))
    return daily
