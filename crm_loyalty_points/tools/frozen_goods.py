"""What the goods of a document are worth in points, years after they were sold.

Plain Python without ORM. A document has a **chain** of awards, oldest first: one from
its confirmation, and one for each later change that added goods. Each keeps its rules,
its lines and its points (``why``, see `basket.compute`).

* The goods that a link of the chain was given for are worth what that link's own rules
  say, whatever the programme gives by now; and links together never more than was given
  for them (a link alone may: a minimum that an earlier one had reached may be reached
  by its goods now).
* What the document holds beyond the goods of the whole chain is counted by the rules of
  today; it makes the next link.

Written as formulas: C are the goods of today without what came back, U(i) the most of
each line that the links 1..i held, C^U the smaller of both line by line, P(i) the rules
of link i and p(i) its points. Then

    f(0) = 0
    f(i) = min(p(1) + .. + p(i), f(i-1) + P(i)(C^U(i)) - P(i)(C^U(i-1)))
    frozen = f(n)
    added  = today(C) - today(C^U(n))

With unchanged rules the sum telescopes to P(C). So the figure depends on the goods
alone, not on the way that led to them: any split of a return takes the same in all, and
a return that is undone gives back what it took.

A line is told by its key and its kind (product and unit): another product on the same
line is another line. Discounts are negative: the smaller amount is the larger discount.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from . import basket as engine

ZERO = Decimal(0)


@dataclass(frozen=True)
class Back:
    """What came back of one line: units, and the money credited (both positive)."""

    quantity: Decimal = ZERO
    total: Decimal = ZERO
    untaxed: Decimal = ZERO


@dataclass(frozen=True)
class Goods:
    """A document as it stands.

    :ivar basket: basket.Basket
    :ivar kinds: {line key as text: what names product and unit}
    """

    basket: engine.Basket
    kinds: dict

    def without(self, returned):
        """:param dict returned: {line key: Back}
        :return: Goods that the customer still has, and has paid for"""
        lines = tuple(
            less(line, returned[line.key], self.basket.digits)
            if line.key in returned
            else line
            for line in self.basket.lines
        )
        return replace(self, basket=replace(self.basket, lines=lines))


def less(line, back, digits):
    """A line without what came back of it.

    The money that goes is the larger of the returned units' share and of what was
    credited: the two are about the same goods.

    :param Back back: figures beyond the line count as all of it
    """
    share = ZERO
    if line.quantity:
        share = min(abs(back.quantity / line.quantity), Decimal(1))

    def left(amount, credited):
        gone = min(max(abs(amount) * share, credited), abs(amount))
        rest = engine.number(abs(amount) - gone, digits)
        return rest if amount >= 0 else -rest

    return replace(
        line,
        quantity=engine.number(line.quantity * (1 - share)),
        total=left(line.total, back.total),
        untaxed=left(line.untaxed, back.untaxed),
    )


class Link:
    """One award of the chain, from its ``why``."""

    def __init__(self, why):
        self.policy, self.basket = engine.thaw(why)
        self.given = Decimal(why.get("posted", why["points"]))
        self.lines = {line.key: line for line in self.basket.lines}
        self._kinds = why.get("kinds") or {}
        rules = self.policy.rules
        self._counted = frozenset().union(*(r.money | r.threshold for r in rules))

    def held(self, line):
        """:return: the line as the link held it: a discount that no rule counted (what
        points paid for) lowered nothing, and its end raises nothing"""
        if line.total < 0 and line.key not in self._counted:
            return _none(line)
        return line

    def kind(self, key):
        """:return: the line's kind, None when it was not kept"""
        return self._kinds.get(str(key))


def worth(whys, goods, today=None):
    """Count goods that were partly awarded before.

    :param list whys: of the document's awards with the engine's arithmetic, oldest
        first
    :param Goods goods: as they stand, without what came back
    :param today: basket.Policy by which more goods earn, None when they do not
    :return: (frozen, added): points of the chain's own goods, and of goods beyond them
    """
    chain = [Link(why) for why in whys]
    held, frozen, given = {}, ZERO, ZERO
    before = _common(goods, held)
    for link in chain:
        _hold(held, link, goods)
        upto = _common(goods, held)
        policy = _extend(link.policy, set(link.lines), today, goods)
        gain = _points(link, policy, upto) - _points(link, policy, before)
        given += link.given
        frozen = min(max(frozen + gain, ZERO), given)
        before = upto
    if today is None:
        return frozen, ZERO
    last = chain[-1].policy if chain else None
    known = {line.key for line in goods.basket.lines}
    today = _extend(today, known, last, Goods(_all(goods, held), goods.kinds))
    whole = engine.compute(today, _all(goods, held)).points
    added = whole - engine.compute(today, replace(goods.basket, lines=before)).points
    return frozen, max(added, ZERO)


def _points(link, policy, lines):
    """Points of lines by a link's rules and circumstances."""
    own = tuple(
        replace(line, product_points=link.lines[line.key].product_points)
        if line.key in link.lines
        else line
        for line in lines
    )
    return engine.compute(policy, replace(link.basket, lines=own)).points


def _hold(held, link, goods):
    """Add a link's lines to the most that the chain held of each.

    Of a discount none is the most; the first link has no earlier one to compare with.
    """
    first = not held
    for place, line in list(held.items()):
        if line.total < 0 and place[0] not in link.lines:
            held[place] = _none(line)
    for key, line in link.lines.items():
        line = link.held(line)
        kind = link.kind(key)
        if kind is None:
            kind = goods.kinds.get(str(key))
        seen = held.get((key, kind))
        if seen is None and line.total < 0 and not first:
            seen = _none(line)
        held[key, kind] = _each(max, line, seen) if seen else line


def _common(goods, held):
    """:return: tuple of lines, each the smaller of now and ever held"""
    lines = []
    for line in goods.basket.lines:
        most = held.get((line.key, goods.kinds.get(str(line.key)))) or _none(line)
        smaller = _each(min, line, most)
        lines.append(replace(smaller, quantity=_signed(line, smaller)))
    return (*lines, *_dropped(goods, held))


def _signed(line, smaller):
    """A discount counts whole: its quantity says nothing."""
    return line.quantity if line.total < 0 else smaller.quantity


def _dropped(goods, held):
    """Discounts that were taken off the document since."""
    now = {line.key for line in goods.basket.lines}
    return [
        line for (key, _kind), line in held.items() if line.total < 0 and key not in now
    ]


def _all(goods, held):
    """The basket of now; dropped discounts have a place, but no amount."""
    dropped = [_none(line) for line in _dropped(goods, held)]
    return replace(goods.basket, lines=(*goods.basket.lines, *dropped))


def _none(line):
    return replace(line, quantity=ZERO, total=ZERO, untaxed=ZERO)


def _each(pick, line, other):
    return replace(
        line,
        quantity=pick(line.quantity, other.quantity),
        total=pick(line.total, other.total),
        untaxed=pick(line.untaxed, other.untaxed),
    )


def _extend(policy, known, other, goods):
    """Let rules cover lines that they were never asked about.

    The same rule of another day tells; where there is none, a discount lowers the
    money, and goods count for nothing.
    """
    rules = {rule.key: rule for rule in other.rules} if other else {}
    strange = [line for line in goods.basket.lines if line.key not in known]
    if not strange:
        return policy
    keys = frozenset(line.key for line in strange)
    discounts = frozenset(line.key for line in strange if line.total <= 0)

    def extended(rule):
        twin = rules.get(rule.key)
        if twin is None:
            return replace(rule, money=rule.money | discounts)
        return replace(
            rule,
            goods=rule.goods | (twin.goods & keys),
            money=rule.money | (twin.money & keys),
            threshold=rule.threshold | (twin.threshold & keys),
        )

    return replace(policy, rules=tuple(extended(rule) for rule in policy.rules))
