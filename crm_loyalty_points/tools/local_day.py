"""Date and time where the customers of a company are."""

import pytz

from odoo import fields
from odoo.tools import SQL


def local_today(env, company=None):
    """:param company: res.company, default that of the user; empty for cards that all
    companies share, which follow the user's as well
    :return: datetime.date
    """
    return local_day(company or env.company, fields.Datetime.now())


def local_day(company, moment):
    """:param moment: naive datetime in UTC
    :return: datetime.date of the moment where the customers of the company are
    """
    return local_moment(company.sudo(), moment).date()


def local_moment(company, moment):
    """:param moment: naive datetime in UTC
    :return: naive datetime of the moment as the clock of the company's customers shows
    """
    zone = pytz.timezone(company.customer_tz or "UTC")
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)


def sql_today(env):
    """:return: SQL for a FROM clause: `today(company_id, day)`, one row per company
    and one with 0 for cards that all companies share
    """
    now = pytz.utc.localize(fields.Datetime.now())
    zones = env["res.company"]._customer_zones()
    zones = {0: zones[env.company.id], **zones}
    dates = [now.astimezone(pytz.timezone(zone)).date() for zone in zones.values()]
    return SQL(
        "unnest(%s::int[], %s::date[]) AS today(company_id, day)",
        list(zones),
        dates,
    )
