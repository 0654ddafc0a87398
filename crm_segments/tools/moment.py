"""A moment in the life of a customer at which a shop may have something to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from odoo.tools import SQL


@dataclass(frozen=True)
class Moment:
    """One kind of moment; modules add theirs to ``crm.moment._moments``.

    ``rows(company, since, until)`` returns SQL selecting ``partner_id`` (customers,
    that is commercial partners), ``event_key`` (a text that is the same for one
    event however often it is asked) and ``happened_at`` (UTC) of what happens in a
    company after ``since`` and not after ``until``, both naive UTC. ``ahead``: it is
    known before it happens, so something can be said some days before.
    """

    label: str
    rows: Callable[[Any, Any, Any], SQL]
    ahead: bool = False


def midnight(day, company):
    """:param SQL day: a date
    :return: SQL of the moment when it begins where a company is, in UTC"""
    zone = company.sudo().customer_tz or "Asia/Bangkok"
    return SQL("(((%s)::timestamp AT TIME ZONE %s) AT TIME ZONE 'UTC')", day, zone)


def within(moment, since, until):
    """:param SQL moment: UTC
    :return: SQL condition: after ``since`` and not after ``until``"""
    return SQL("(%s > %s AND %s <= %s)", moment, since, moment, until)
