"""Date and time where the customers of a company are."""

import pytz

from odoo import fields
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_today, local_zone

__all__ = ["local_day", "local_moment", "local_today", "sql_today"]


def local_day(company, moment):
    """:param moment: naive datetime in UTC
    :return: datetime.date of the moment where the customers of the company are
    """
    return local_moment(company, moment).date()


def local_moment(company, moment):
    """:param moment: naive datetime in UTC
    :return: naive datetime of the moment as the clock of the company's customers shows
    """
    zone = local_zone(company.env, company)
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
