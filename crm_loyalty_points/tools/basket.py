"""The one engine that turns a basket into points.

Plain Python and :class:`decimal.Decimal`, no ORM: the quotation, the till, the
counter and a chat shop each describe what is bought as a :class:`Basket`, so the same
basket gives the same points wherever it is sold.

Grammar
    A :class:`Policy` is a programme: its rules, and optionally the baht that earn a
    point. A :class:`Rule` says how it counts (``mode``), at which ``rate``, above which
    minimums, and over which lines. *Which* lines a rule covers (products, category,
    tag, domain, and what is a reward or a delivery) is decided by the adapter, who
    knows the database; how they are added up is decided here.

    ======== =================================================================
    mode     points of the rule
    ======== =================================================================
    order    rate
    money    rate x amount; with ``step``: rate x whole steps within the amount
    unit     rate x quantity
    product  rate x the sum of (points set on the product x quantity)
    ======== =================================================================

Rounding
    The points of each rule are cut after two digits (towards zero) and never negative;
    the programme gives their sum. With baht per point only whole steps count: at 25
    baht a point, 99 baht are three points. Native order, money and unit rules give
    Odoo's own figures as long as rate x quantity has no third digit: Odoo cuts the
    money mode only and lets the others carry any number of digits.

Return
    :func:`compute` gives the points and ``why``: a JSON-able dict with every rule's
    arithmetic *and* all that is needed to repeat it. It is stored on the ledger entry,
    and :func:`remaining` works from it alone, so that goods returned years later take
    back points at the rate of their own day.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal

VERSION = 1
POINT_DIGITS = 2
QUANTITY_DIGITS = 6
MODES = ("order", "money", "unit", "product")
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


@dataclass(frozen=True)
class Line:
    """One line of a basket.

    ``total`` and ``untaxed`` are what the whole line costs after its own discount,
    negative for a discount line. ``product_points`` are the points set on the product,
    for one unit of the line's ``quantity``.
    """

    key: int | str
    quantity: Decimal
    total: Decimal
    untaxed: Decimal
    product_points: Decimal = ZERO


@dataclass(frozen=True)
class Basket:
    """What one customer buys at once. ``lines`` includes discounts and rewards.

    The fields after ``lines`` are the circumstances: conditions of a programme may ask
    for them, the arithmetic does not.
    """

    lines: tuple[Line, ...]
    digits: int = 2
    currency: str = ""
    day: date | None = None
    partner: int | None = None
    channel: str = ""
    branch: int | None = None


@dataclass(frozen=True)
class Rule:
    """One way to earn. The three sets hold the keys of basket lines:

    * ``goods``: lines whose quantity counts (no reward, no delivery);
    * ``money``: lines whose amount counts: goods, and the discounts that lower them;
    * ``threshold``: lines compared with ``minimum_amount``.

    ``step`` is the baht per point; None counts the amount itself.
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


@dataclass(frozen=True)
class Policy:
    """A programme as it stood when the basket was counted."""

    key: int | str
    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Outcome:
    """``points`` (two digits, never negative) and ``why`` (JSON-able)."""

    points: Decimal
    why: dict


def compute(policy, basket):
    """Count the points of one programme for one basket.

    :param Policy policy: the programme
    :param Basket basket: what is bought
    :return: :class:`Outcome`
    :raise ValueError: a rule has a mode outside :data:`MODES`
    """
    reports = [_count_rule(rule, basket) for rule in policy.rules]
    points = sum((Decimal(report["points"]) for report in reports), ZERO)
    points = cut(points)
    return Outcome(
        points,
        {
            "version": VERSION,
            "program": {"id": policy.key, "name": policy.name},
            "date": basket.day.isoformat() if basket.day else None,
            "currency": basket.currency,
            "digits": basket.digits,
            "channel": basket.channel,
            "lines": [_freeze_line(line) for line in basket.lines],
            "rules": reports,
            "points": str(points),
        },
    )


def remaining(why, returned):
    """The points the basket of ``why`` is still worth after goods came back.

    The stored rules are applied to the stored basket less the returned quantities, so
    that any split of a return takes back the same as one return of everything, and a
    basket that falls below a minimum loses what the minimum had opened.

    :param dict why: as stored by :func:`compute`
    :param dict returned: line key -> quantity returned in all so far
    :return: Decimal, never more than was earned
    """
    policy, basket = thaw(why)
    quantities = {str(key): number(value) for key, value in returned.items()}
    lines = tuple(
        _less(line, quantities.get(str(line.key), ZERO), basket.digits)
        for line in basket.lines
    )
    left = compute(policy, replace(basket, lines=lines)).points
    return min(left, Decimal(why["points"]))


def thaw(why):
    """:return: (Policy, Basket) as they were when ``why`` was written."""
    lines = tuple(
        Line(key, *(Decimal(value) for value in values))
        for key, *values in why["lines"]
    )
    keys = [line.key for line in lines]
    rules = tuple(_thaw_rule(report, keys) for report in why["rules"])
    day = date.fromisoformat(why["date"]) if why["date"] else None
    return (
        Policy(why["program"]["id"], why["program"]["name"], rules),
        Basket(
            lines,
            digits=why["digits"],
            currency=why["currency"],
            day=day,
            channel=why["channel"],
        ),
    )


def _less(line, quantity, digits):
    """The line without ``quantity`` units, its money in proportion."""
    if not quantity or not line.quantity:
        return line
    left = line.quantity - min(quantity, line.quantity)
    return replace(
        line,
        quantity=left,
        total=number(line.total * left / line.quantity, digits),
        untaxed=number(line.untaxed * left / line.quantity, digits),
    )


def _count_rule(rule, basket):
    """One rule's report: its definition, what it found, and its points."""
    report = _freeze_rule(rule, basket)
    refusal = _refusal(rule, basket)
    if refusal:
        return {**report, **refusal, "points": "0.00"}
    counted, multiplier = _counted(rule, basket)
    points = max(cut(rule.rate * multiplier), ZERO)
    return {
        **report,
        "counted": _text(counted),
        "multiplier": _text(multiplier),
        "points": str(cut(points)),
    }


def _refusal(rule, basket):
    """Why the rule gives nothing, as {"refused", "found"}, or None.

    The order of the questions is Odoo's: amount, products, quantity. Goods that were
    all returned count as none.
    """
    threshold = [line for line in basket.lines if line.key in rule.threshold]
    amount = sum(
        (line.total if rule.minimum_with_tax else line.untaxed for line in threshold),
        ZERO,
    )
    if rule.minimum_amount > amount:
        return {"refused": "minimum_amount", "found": _text(amount)}
    goods = [line for line in basket.lines if line.key in rule.goods]
    if not goods:
        return {"refused": "no_goods", "found": "0"}
    quantity = sum((line.quantity for line in goods), ZERO)
    if quantity < rule.minimum_quantity:
        return {"refused": "minimum_quantity", "found": _text(quantity)}
    if not any(line.quantity for line in goods):
        return {"refused": "no_goods", "found": "0"}
    return None


def _counted(rule, basket):
    """(what the rule looked at, what its rate is multiplied by)."""
    if rule.mode == "order":
        return Decimal(1), Decimal(1)
    if rule.mode == "money":
        amount = sum(
            (line.total for line in basket.lines if line.key in rule.money), ZERO
        )
        return amount, whole_steps(amount, rule.step) if rule.step else amount
    goods = [line for line in basket.lines if line.key in rule.goods]
    if rule.mode == "unit":
        quantity = sum((line.quantity for line in goods), ZERO)
        return quantity, quantity
    if rule.mode == "product":
        points = sum((line.product_points * line.quantity for line in goods), ZERO)
        return points, points
    raise ValueError(f"unknown rule mode {rule.mode!r}")


def whole_steps(amount, step):
    """How many whole steps an amount holds; an amount below zero holds none."""
    if amount <= 0:
        return ZERO
    return (amount / step).to_integral_value(ROUND_FLOOR)


def _text(value):
    """A Decimal as short plain text: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _freeze_line(line):
    return [
        line.key,
        _text(line.quantity),
        _text(line.total),
        _text(line.untaxed),
        _text(line.product_points),
    ]


def _freeze_rule(rule, basket):
    """The definition part of a rule's report; line sets as positions in the basket."""

    def positions(keys):
        return [index for index, line in enumerate(basket.lines) if line.key in keys]

    return {
        "rule": rule.key,
        "mode": rule.mode,
        "rate": _text(rule.rate),
        "step": _text(rule.step) if rule.step else None,
        "minimum_quantity": _text(rule.minimum_quantity),
        "minimum_amount": _text(rule.minimum_amount),
        "minimum_with_tax": rule.minimum_with_tax,
        "goods": positions(rule.goods),
        "money": positions(rule.money),
        "threshold": positions(rule.threshold),
    }


def _thaw_rule(report, keys):
    def line_keys(name):
        return frozenset(keys[index] for index in report[name])

    return Rule(
        key=report["rule"],
        mode=report["mode"],
        rate=Decimal(report["rate"]),
        goods=line_keys("goods"),
        money=line_keys("money"),
        threshold=line_keys("threshold"),
        minimum_quantity=Decimal(report["minimum_quantity"]),
        minimum_amount=Decimal(report["minimum_amount"]),
        minimum_with_tax=report["minimum_with_tax"],
        step=Decimal(report["step"]) if report["step"] else None,
    )
