"""What the points engine works on: baskets, programmes, and exact numbers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from .condition import ALWAYS, Condition, CustomerFacts

POINT_DIGITS = 2
QUANTITY_DIGITS = 6
ZERO = Decimal(0)
POINT = Decimal(1).scaleb(-POINT_DIGITS)


def number(value, digits=QUANTITY_DIGITS):
    """A float, string or Decimal as a Decimal of at most ``digits`` decimals.

    Binary floats arrive with noise (0.1 + 0.2); cutting it off here, half up, is the
    only place where money and quantities are rounded before the points themselves.
    """
    if not isinstance(value, Decimal):
        value = Decimal(str(value or 0))
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def cut(points):
    """The rounding rule of points: two digits, towards zero."""
    return points.quantize(POINT, ROUND_DOWN)


def as_text(value):
    """A Decimal as short plain text: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Line:
    """One line of a basket.

    ``total`` and ``untaxed`` are what the whole line costs after its own discount,
    negative for a discount line. ``product_points`` are the points set on the product,
    for one unit of the line's ``quantity``. ``product`` is what a basket without a
    document needs to find the rules of the line.
    """

    key: int | str
    quantity: Decimal
    total: Decimal
    untaxed: Decimal
    product_points: Decimal = ZERO
    product: int | None = None


@dataclass(frozen=True)
class Basket:
    """What one customer buys at once. ``lines`` includes discounts and rewards.

    The other fields are the circumstances; the conditions of a programme ask for them.

    :ivar day: the business day of the points, for limits per day
    :ivar moment: local time of the sale where the shop is, without time zone
    :ivar kind: what was sold with: "sale", "pos", "counter"...
    :ivar channel: id of the crm.team
    """

    lines: tuple[Line, ...] = ()
    digits: int = 2
    currency: str = ""
    day: date | None = None
    partner: int | None = None
    branch: int | None = None
    channel: int | None = None
    kind: str = ""
    moment: datetime | None = None
    customer: CustomerFacts = CustomerFacts()


@dataclass(frozen=True)
class Rule:
    """One way to earn. The three sets hold the keys of basket lines:

    * ``goods``: lines whose quantity counts (no reward, no delivery);
    * ``money``: lines whose amount counts: goods, and the discounts that lower them;
    * ``threshold``: lines compared with ``minimum_amount``.

    ``step`` is the baht per point; None counts the amount itself. ``limit`` is the most
    the rule gives for a basket. ``refused`` names the condition that failed on the day
    of a stored basket; it is not asked again.
    """

    key: int | str
    mode: str
    rate: Decimal
    goods: frozenset
    money: frozenset
    threshold: frozenset
    minimum_quantity: Decimal = ZERO
    minimum_amount: Decimal = ZERO
    minimum_with_tax: bool = True
    step: Decimal | None = None
    limit: Decimal | None = None
    condition: Condition = ALWAYS
    refused: str | None = None


@dataclass(frozen=True)
class Campaign:
    """Multiplies the points of a programme while its condition holds."""

    key: int | str
    name: str
    factor: Decimal
    condition: Condition = ALWAYS


@dataclass(frozen=True)
class Limits:
    """The most a member earns: by one order, on one day, in the programme at all."""

    order: Decimal | None = None
    day: Decimal | None = None
    member: Decimal | None = None


@dataclass(frozen=True)
class Policy:
    """A programme as it stood when the basket was counted."""

    key: int | str
    name: str
    rules: tuple[Rule, ...]
    condition: Condition = ALWAYS
    campaigns: tuple[Campaign, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True)
class Outcome:
    """``points`` (two digits, never negative) and ``why`` (JSON-able)."""

    points: Decimal
    why: dict
