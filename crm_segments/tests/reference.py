"""The customer figures once more, in plain Python, to compare with the SQL.

Written from the definitions and not from the SQL: it loops over customers, keeps
every order, works with local dates of single orders and exact decimals.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Order:
    customer: object
    company: object
    state: str
    when: datetime  # UTC, naive, as Odoo stores date_order
    amount: Decimal  # in company currency


@dataclass(frozen=True)
class Settings:
    tz: str = "Asia/Bangkok"
    new_days: int = 30
    regular_orders: int = 3
    regular_days: int = 180
    lapsed_orders: int = 2
    lapsed_days: int = 90
    rhythm_factor: Decimal = Decimal(2)
    rhythm_days: int = 14


def settings_of(company):
    """:return: Settings of a res.company record"""
    return Settings(
        company.customer_tz,
        company.new_customer_days,
        company.regular_customer_orders,
        company.regular_customer_days,
        company.lapsed_customer_orders,
        company.lapsed_customer_days,
        Decimal(str(round(company.rhythm_factor, 1))),
        company.rhythm_min_days,
    )


def local_day(when, tz):
    """:return: the calendar day of a naive UTC datetime in time zone ``tz``"""
    return when.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz)).date()


def cents(amount):
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def lifecycle(days, as_of, settings):
    """:param days: local days of the confirmed orders until ``as_of``"""
    if not days:
        return "prospect"
    ages = sorted((as_of - day).days for day in days)
    if len(days) >= settings.lapsed_orders and ages[0] > settings.lapsed_days:
        return "lapsed"
    recent = [age for age in ages if age <= settings.regular_days]
    if len(recent) >= settings.regular_orders:
        return "regular"
    return "new" if ages[-1] <= settings.new_days else "occasional"


def rhythm_lapse_date(days, settings):
    """:param days: sorted local days of the confirmed orders"""
    if len(days) < 3 or days[0] == days[-1]:
        return None
    usual = Fraction((days[-1] - days[0]).days, len(days) - 1)
    too_long = max(Fraction(settings.rhythm_factor) * usual, settings.rhythm_days)
    return days[-1] + timedelta(days=math.floor(too_long) + 1)


def fifths(values):
    """:return: the four values that end the first, second... fifth of a sorted list"""
    return [values[math.ceil(Fraction(k * len(values), 5)) - 1] for k in (1, 2, 3, 4)]


def measured_cuts(rows):
    """:param rows: those of all customers of one company
    :return: (recency, frequency, money), each the borders between the fifths; None
        without customers who bought
    """
    buyers = [row for row in rows if row["order_count"]]
    return buyers and (
        fifths(sorted((row["last_order_date"] for row in buyers), reverse=True)),
        fifths(sorted(row["order_count"] for row in buyers)),
        fifths(sorted(row["amount_total"] for row in buyers)),
    )


def rfm_group(recency, frequency, money):
    """The name of a customer's group, said in words and not as a grid."""
    valuable = frequency + money  # 7 and more: the mean is 4 or 5 when rounded up
    if valuable >= 7 and recency >= 4:
        return "champions"
    if recency >= 3 and (valuable >= 7 or recency >= 4 and valuable >= 5):
        return "loyal"
    if recency >= 4:
        return "promising"
    if recency == 3:
        return "needs_attention"
    if valuable < 5:
        return "dormant"
    return "at_risk" if recency == 2 else "almost_lost"


def rfm(row, cuts):
    """:return: dict of a customer's scores and group"""
    if not row["order_count"]:
        scores = 0, 0, 0
    else:
        last, often, money = cuts
        scores = (
            5 - sum(row["last_order_date"] < border for border in last),
            1 + sum(row["order_count"] > border for border in often),
            1 + sum(row["amount_total"] > border for border in money),
        )
    names = ("rfm_recency", "rfm_frequency", "rfm_monetary")
    return {
        **dict(zip(names, scores, strict=True)),
        "rfm_group": rfm_group(*scores) if any(scores) else None,
    }


def customer_row(orders, as_of, settings, paid=Decimal(0)):
    """The figures of one customer in one company.

    :param orders: list of Order
    :param as_of: local date; later orders do not count
    :return: dict, or None when no order counts
    """
    dated = [(local_day(order.when, settings.tz), order) for order in orders]
    dated = [(day, order) for day, order in dated if day <= as_of]
    if not dated:
        return None
    sold = [(day, order) for day, order in dated if order.state == "sale"]
    days = sorted(day for day, _order in sold)
    total = cents(sum((order.amount for _day, order in sold), Decimal(0)))
    row = {
        "order_count": len(sold),
        "order_count_all": len(dated),
        "amount_total": total,
        "amount_total_all": cents(sum((o.amount for _d, o in dated), Decimal(0))),
        "amount_paid": cents(paid),
        "first_order_date": days[0] if days else None,
        "last_order_date": days[-1] if days else None,
        "average_order": cents(total / len(sold)) if sold else None,
        "average_gap_days": None,
        "rhythm_lapse_date": rhythm_lapse_date(days, settings),
        "lifecycle": lifecycle(days, as_of, settings),
    }
    if len(days) > 1:
        row["average_gap_days"] = (days[-1] - days[0]).days / (len(days) - 1)
    return row


def customer_rows(orders, as_of, settings, paid=(), cuts=None):
    """The figures of every customer.

    :param orders: iterable of Order
    :param as_of: local date, or a dict company: local date
    :param settings: Settings, or a dict company: Settings
    :param paid: dict (customer, company): Decimal
    :param cuts: dict company: borders of the scores; default those of these customers
    :return: dict (customer, company): row
    """
    grouped = defaultdict(list)
    for order in orders:
        grouped[order.customer, order.company].append(order)
    rows = {}
    for (customer, company), mine in grouped.items():
        row = customer_row(
            mine,
            as_of[company] if isinstance(as_of, dict) else as_of,
            settings[company] if isinstance(settings, dict) else settings,
            dict(paid).get((customer, company), Decimal(0)),
        )
        if row:
            rows[customer, company] = row
    cuts = cuts or company_cuts(rows)
    for (_customer, company), row in rows.items():
        row.update(rfm(row, cuts[company]))
    return rows


def company_cuts(rows):
    """:return: dict company: borders of the scores among ``rows``"""
    grouped = defaultdict(list)
    for (_customer, company), row in rows.items():
        grouped[company].append(row)
    return {company: measured_cuts(mine) for company, mine in grouped.items()}


def orders_of(records):
    """:return: list of Order for sale.order records, read through the ORM"""
    return [
        Order(
            record.partner_id.commercial_partner_id.id,
            record.company_id.id,
            record.state,
            record.date_order,
            Decimal(repr(record.amount_total))
            / Decimal(repr(record.currency_rate or 1.0)),
        )
        for record in records
    ]


def stored_rows(env, customers=None):
    """:return: dict (customer id, company id): row, as crm_customer_metric has it

    :param customers: ids to limit the rows to
    """
    names = (
        "order_count",
        "order_count_all",
        "amount_total",
        "amount_total_all",
        "amount_paid",
        "first_order_date",
        "last_order_date",
        "average_order",
        "average_gap_days",
        "rhythm_lapse_date",
        "lifecycle",
        "rfm_recency",
        "rfm_frequency",
        "rfm_monetary",
        "rfm_group",
    )
    env.cr.execute(
        f"SELECT partner_id, company_id, {', '.join(names)} "  # noqa: S608
        "FROM crm_customer_metric"
    )
    return {
        row[:2]: {
            name: cents(repr(value))
            if isinstance(value, float) and name.startswith(("amount", "average_order"))
            else value
            for name, value in zip(names, row[2:], strict=True)
        }
        for row in env.cr.fetchall()
        if customers is None or row[0] in customers
    }
