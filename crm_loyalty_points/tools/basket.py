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

Conditions, campaigns and limits
    One order of steps, for every channel:

    1. a rule whose condition (or whose programme's) does not hold gives nothing;
    2. the rule's points are counted as above and cut;
    3. they are multiplied by the highest factor of the campaigns that hold and of the
       customer's own tier, and cut: these do not multiply each other;
    4. they are lowered to the rule's own limit;
    5. the sum of the rules is lowered to the programme's limits: per order, then what
       the member may still earn today, then what is left in the programme at all.

    Limits come last so that no campaign lifts them.

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
    back points at the rate of their own day. Of the circumstances only the answers are
    stored (which rule was refused by which condition, the factor, the room under each
    limit): who the customer was is nobody's business in a ledger that never forgets.
"""

from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from .basket_shapes import (
    POINT,
    POINT_DIGITS,
    QUANTITY_DIGITS,
    ZERO,
    Basket,
    Campaign,
    Limits,
    Line,
    Outcome,
    Policy,
    Rule,
    as_text,
    cut,
    number,
)
from .condition import ALWAYS, Condition, CustomerFacts, unmet

__all__ = [
    "ALWAYS",
    "MODES",
    "POINT",
    "POINT_DIGITS",
    "QUANTITY_DIGITS",
    "VERSION",
    "ZERO",
    "Basket",
    "Campaign",
    "Condition",
    "CustomerFacts",
    "Limits",
    "Line",
    "Outcome",
    "Policy",
    "Rule",
    "compute",
    "cut",
    "number",
    "remaining",
    "thaw",
    "unmet",
    "whole_steps",
]

VERSION = 2
MODES = ("order", "money", "unit", "product")
# Why a rule gives nothing for the lines themselves, whoever buys them.
BASKET_REFUSALS = {"minimum_amount", "minimum_quantity", "no_goods"}


def compute(policy, basket):
    """Count the points of one programme for one basket.

    :param Policy policy: the programme
    :param Basket basket: what is bought
    :return: :class:`Outcome`
    :raise ValueError: a rule has a mode outside :data:`MODES`
    """
    refused = unmet(policy.condition, basket)
    campaign = None if refused else _best_campaign(policy, basket)
    factor = campaign.factor if campaign else Decimal(1)
    reports = [_count_rule(rule, basket, factor, refused) for rule in policy.rules]
    total = cut(sum((Decimal(report["points"]) for report in reports), ZERO))
    limits = _limits(policy, basket.customer)
    points = min([total, *(Decimal(limit["room"]) for limit in limits)])
    why = {
        "version": VERSION,
        "program": {"id": policy.key, "name": policy.name},
        "date": basket.day.isoformat() if basket.day else None,
        "currency": basket.currency,
        "digits": basket.digits,
        "channel": basket.kind,
        "lines": [_freeze_line(line) for line in basket.lines],
        "rules": reports,
        "points": str(points),
    }
    if refused:
        why["refused"] = refused
    if campaign:
        why["campaign"] = {
            "id": campaign.key,
            "name": campaign.name,
            "factor": as_text(factor),
        }
    if limits:
        why.update(limits=limits, unlimited=str(total))
    return Outcome(points, why)


def _best_campaign(policy, basket):
    """:return: the campaign with the highest factor that holds, the first of equals"""
    held = [each for each in policy.campaigns if not unmet(each.condition, basket)]
    return max(held, key=lambda campaign: campaign.factor, default=None)


def _limits(policy, customer):
    """:return: the limits of a programme, and the room under each"""
    limits = policy.limits
    asked = (
        ("order", limits.order, ZERO),
        ("day", limits.day, customer.earned_today.get(policy.key, ZERO)),
        ("member", limits.member, customer.earned.get(policy.key, ZERO)),
    )
    return [
        {
            "limit": name,
            "points": as_text(limit),
            "room": str(cut(max(limit - earned, ZERO))),
        }
        for name, limit, earned in asked
        if limit is not None
    ]


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
    program = why["program"]
    rooms = [Decimal(limit["room"]) for limit in why.get("limits", ())]
    return (
        Policy(
            program["id"],
            program["name"],
            rules,
            campaigns=_thaw_campaigns(why),
            limits=Limits(order=min(rooms, default=None)),
        ),
        Basket(
            lines,
            digits=why["digits"],
            currency=why["currency"],
            day=day,
            kind=why["channel"],
        ),
    )


def _thaw_campaigns(why):
    campaign = why.get("campaign")
    if not campaign:
        return ()
    factor = Decimal(campaign["factor"])
    return (Campaign(campaign["id"], campaign["name"], factor),)


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


def _count_rule(rule, basket, factor, refused):
    """One rule's report: its definition, what it found, and its points.

    :param factor: what a campaign multiplies the points by
    :param refused: the condition of the programme that does not hold, or None
    """
    report = _freeze_rule(rule, basket)
    refused = refused or rule.refused or unmet(rule.condition, basket)
    refusal = {"refused": refused} if refused else _refusal(rule, basket)
    if refusal:
        return {**report, **refusal, "points": "0.00"}
    counted, multiplier = _counted(rule, basket)
    base = points = max(cut(rule.rate * multiplier), ZERO)
    if factor != 1:
        points = cut(base * factor)
        report["base"] = str(base)
    if rule.limit is not None and points > rule.limit:
        report["unlimited"] = str(points)
        points = rule.limit
    return {
        **report,
        "counted": as_text(counted),
        "multiplier": as_text(multiplier),
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
        return {"refused": "minimum_amount", "found": as_text(amount)}
    goods = [line for line in basket.lines if line.key in rule.goods]
    if not goods:
        return {"refused": "no_goods", "found": "0"}
    quantity = sum((line.quantity for line in goods), ZERO)
    if quantity < rule.minimum_quantity:
        return {"refused": "minimum_quantity", "found": as_text(quantity)}
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


def _freeze_line(line):
    return [
        line.key,
        as_text(line.quantity),
        as_text(line.total),
        as_text(line.untaxed),
        as_text(line.product_points),
    ]


def _freeze_rule(rule, basket):
    """The definition part of a rule's report; line sets as positions in the basket."""

    def positions(keys):
        return [index for index, line in enumerate(basket.lines) if line.key in keys]

    report = {
        "rule": rule.key,
        "mode": rule.mode,
        "rate": as_text(rule.rate),
        "step": as_text(rule.step) if rule.step else None,
        "minimum_quantity": as_text(rule.minimum_quantity),
        "minimum_amount": as_text(rule.minimum_amount),
        "minimum_with_tax": rule.minimum_with_tax,
        "goods": positions(rule.goods),
        "money": positions(rule.money),
        "threshold": positions(rule.threshold),
    }
    if rule.limit is not None:
        report["limit"] = as_text(rule.limit)
    return report


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
        limit=Decimal(report["limit"]) if "limit" in report else None,
        refused=_frozen_refusal(report),
    )


def _frozen_refusal(report):
    """:return: the condition that refused the rule on its day. What its lines were
    refused for is asked again: they may have come back meanwhile."""
    refused = report.get("refused")
    return None if refused in BASKET_REFUSALS else refused
