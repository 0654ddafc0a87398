"""When something of a programme holds: plain data and one question.

A :class:`Condition` is what the shop set on a programme, a rule, a reward or a
campaign; an unset part asks nothing, and all set parts have to hold. :func:`unmet` puts
it to a basket, of which only the circumstances are read: ``moment``, ``day``,
``branch``, ``channel`` and ``customer``.

Time
    Moments are wall clock times where the shop is, without time zone. The window is in
    minutes of the day and includes both its ends: 14:00-16:00 still holds at 16:00:59,
    not at 16:01. A window that passes midnight (22:00-02:00) belongs to the day on
    which it began: on Fridays it lasts until Saturday, 02:00.

What is unknown (a customer without birthday, a sale without branch) does not hold.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

NOTHING = frozenset()
# The parts that are sets of ids.
RECORDS = ("branches", "channels", "tiers", "tags", "segments")


@dataclass(frozen=True)
class CustomerFacts:
    """Who buys. Whoever makes a basket reads only what its programmes ask for.

    :ivar tiers: ids of loyalty.tier of all the customer's member cards
    :ivar tags: ids of res.partner.category
    :ivar segments: ids of crm.segment that the customer is in
    :ivar birth_month: 1 to 12, None when unknown
    :ivar first_order: whether nothing was bought before; None when not asked for
    :ivar earned_today: {programme key: points earned on the basket's day by other
        documents, less what was taken back}
    :ivar earned: the same without regard to the day
    """

    tiers: frozenset = NOTHING
    tags: frozenset = NOTHING
    segments: frozenset = NOTHING
    birth_month: int | None = None
    first_order: bool | None = None
    earned_today: dict[int | str, Decimal] = field(default_factory=dict)
    earned: dict[int | str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """All parts that are set have to hold; of a set of ids, one.

    :ivar weekdays: 0 (Monday) to 6
    :ivar window: (first, last) minute of the day, both included, or None
    :ivar channels: ids of crm.team
    """

    date_from: date | None = None
    date_to: date | None = None
    weekdays: frozenset = NOTHING
    window: tuple[int, int] | None = None
    branches: frozenset = NOTHING
    channels: frozenset = NOTHING
    tiers: frozenset = NOTHING
    tags: frozenset = NOTHING
    segments: frozenset = NOTHING
    first_order: bool = False
    birth_month: bool = False

    @classmethod
    def read(cls, data, **dates):
        """:return: the Condition of JSON-able ``data`` (or of nothing)"""
        data = data or {}
        window = data.get("window")
        return cls(
            **dates,
            **{
                name: frozenset(data.get(name) or ()) for name in ("weekdays", *RECORDS)
            },
            window=tuple(window) if window else None,
            first_order=bool(data.get("first_order")),
            birth_month=bool(data.get("birth_month")),
        )


ALWAYS = Condition()


def unmet(condition, basket):
    """:return: the name of the first part that does not hold, or None: "dates",
    "time", "branch", "channel", "tier", "tag", "segment", "first_order" or
    "birth_month"
    """
    if condition == ALWAYS:
        return None
    customer = basket.customer
    answers = (
        ("dates", _in_dates(condition, basket)),
        ("time", _in_time(condition, basket.moment)),
        ("branch", not condition.branches or basket.branch in condition.branches),
        ("channel", not condition.channels or basket.channel in condition.channels),
        ("tier", not condition.tiers or bool(condition.tiers & customer.tiers)),
        ("tag", not condition.tags or bool(condition.tags & customer.tags)),
        (
            "segment",
            not condition.segments or bool(condition.segments & customer.segments),
        ),
        ("first_order", not condition.first_order or bool(customer.first_order)),
        ("birth_month", not condition.birth_month or _in_birth_month(basket)),
    )
    return next((name for name, holds in answers if not holds), None)


def _in_dates(condition, basket):
    if not (condition.date_from or condition.date_to):
        return True
    day = basket.moment.date() if basket.moment else basket.day
    return (
        day is not None
        and (not condition.date_from or condition.date_from <= day)
        and (not condition.date_to or day <= condition.date_to)
    )


def _in_time(condition, moment):
    if not (condition.weekdays or condition.window):
        return True
    if moment is None:
        return False
    weekday = moment.weekday()
    if condition.window:
        first, last = condition.window
        minute = moment.hour * 60 + moment.minute
        if first <= last:
            if not first <= minute <= last:
                return False
        elif minute <= last:
            weekday = (weekday - 1) % 7
        elif minute < first:
            return False
    return not condition.weekdays or weekday in condition.weekdays


def _in_birth_month(basket):
    day = basket.moment or basket.day
    return day is not None and basket.customer.birth_month == day.month
