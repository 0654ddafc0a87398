"""Days of a company, and ages counted in them."""

from datetime import datetime, time

import pytz


def local_zone(env, company=None):
    """:return: time zone where ``company`` (default: the current one) is"""
    company = company or env.company
    return pytz.timezone(company.sudo().customer_tz or "Asia/Bangkok")


def local_today(env, company=None):
    """:return: today's date where ``company`` (default: the current one) is"""
    return datetime.now(local_zone(env, company)).date()


def midnight_utc(company, day):
    """:return: when ``day`` begins where ``company`` is, as naive UTC"""
    zone = pytz.timezone(company.sudo().customer_tz or "Asia/Bangkok")
    begin = zone.localize(datetime.combine(day, time()))
    return begin.astimezone(pytz.utc).replace(tzinfo=None)


def age_on(birthdate, today):
    """:return: full years; who is born on 29 February ages on 1 March in years
    without that day"""
    before_birthday = (today.month, today.day) < (birthdate.month, birthdate.day)
    return today.year - birthdate.year - before_birthday


def birthday_before(today, years):
    """:return: the latest birthday of somebody aged ``years`` or more on ``today``,
    None when the calendar does not go back that far. For every date b:
    ``age_on(b, today) >= years`` exactly when ``b <= birthday_before(today, years)``
    """
    year = today.year - years
    if year < 1:
        return None
    if (today.month, today.day) == (2, 29):
        try:
            return today.replace(year=year)
        except ValueError:
            return today.replace(year=year, day=28)
    return today.replace(year=min(year, 9999))
