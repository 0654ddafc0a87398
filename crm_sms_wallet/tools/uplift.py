"""What a campaign brought: those who were meant to get it against a hold-out group
drawn at random. Plain Python, no ORM.

Compared are the people *assigned* to the two groups, whether or not the message
reached them: only they differ by nothing but chance (intention to treat).

* Share of buyers: the interval of the difference is Newcombe's hybrid score interval,
  which keeps what it promises with ten people, too. A difference counts as shown when
  the interval leaves out zero **and** Fisher's exact test is below 5 %, which holds
  false alarms at 5 % for groups of any size.
* Money per person: most people spend nothing and a few spend much. Welch's interval
  is far too narrow then, since a small group has often not met its large spenders.
  :func:`money` takes a t interval whose variances know the spending of both groups,
  with one buyer and one other person added to each, and whose degrees of freedom are
  counted in buyers.

All intervals are 95 % ones.
"""

from dataclasses import dataclass
from functools import cache
from math import exp, hypot, lgamma, log, log1p, sqrt
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.80
# "No clear effect" is said only when this much more or fewer buyers would have shown.
WORTH_SEEING = 0.5
NORMAL_FROM = 1e6  # degrees of freedom from which t is taken for normal


@dataclass(frozen=True)
class Group:
    """The people of one group.

    :ivar int people: how many were assigned to it
    :ivar int buyers: how many of them bought
    :ivar float total: sum of what each of them spent (or brought in profit)
    :ivar float squares: sum of the squares of the same
    """

    people: int
    buyers: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True)
class Effect:
    """Treated minus hold-out.

    :ivar difference: share of people, or money per person; None when a group is empty
    :ivar low: of the interval, None when nothing can be said
    :ivar high: see ``low``
    :ivar str verdict: no_holdout, too_few, unclear, more or less
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    verdict: str = "no_holdout"


@cache
def normal_quantile(p):
    """:return: z with P(Z <= z) = p"""
    return NormalDist().inv_cdf(p)


def _beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny, precision = 1e-300, 1e-14
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    result = d
    for m in range(1, 5000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 + step * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + step / c
            c = c if abs(c) > tiny else tiny
            result *= c * d
        if abs(c * d - 1) < precision:
            break
    return result


def incomplete_beta(a, b, x):
    """:return: the regularised incomplete beta function I_x(a, b)"""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def t_tail(t, df):
    """:return: P(T > t) of Student's distribution, t >= 0"""
    if df >= NORMAL_FROM:
        return 1 - NormalDist().cdf(t)
    return incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2


def t_quantile(p, df):
    """:param p: above 0.5
    :param df: degrees of freedom, also broken ones, at least 1
    :return: t with P(T <= t) = p"""
    if df >= NORMAL_FROM:
        return normal_quantile(p)
    low, high = 0.0, normal_quantile(p)
    while t_tail(high, df) > 1 - p:
        low, high = high, 2 * high
    for _step in range(200):
        middle = (low + high) / 2
        if t_tail(middle, df) > 1 - p:
            low = middle
        else:
            high = middle
        if high - low < 1e-12 * high:
            break
    return (low + high) / 2


def share_interval(buyers, people):
    """Wilson's score interval of one share.

    :return: (low, high)"""
    if not people:
        return 0.0, 1.0
    z = normal_quantile(1 - ALPHA / 2)
    share = buyers / people
    centre = share + z * z / (2 * people)
    half = z * sqrt(share * (1 - share) / people + z * z / (4 * people * people))
    scale = 1 + z * z / people
    low = 0.0 if not buyers else (centre - half) / scale
    high = 1.0 if buyers == people else (centre + half) / scale
    return low, high


def difference_interval(treated, holdout):
    """Newcombe's hybrid score interval of the difference of two shares.

    :return: (low, high)"""
    one, two = treated.buyers / treated.people, holdout.buyers / holdout.people
    low_1, high_1 = share_interval(treated.buyers, treated.people)
    low_2, high_2 = share_interval(holdout.buyers, holdout.people)
    difference = one - two
    return (
        difference - hypot(one - low_1, high_2 - two),
        difference + hypot(high_1 - one, two - low_2),
    )


def _log_choose(n, k):
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def fisher(treated, holdout):
    """Fisher's exact test of equal shares.

    :return: two-sided p-value: how often chance alone gives something as rare"""
    bought = treated.buyers + holdout.buyers
    people = treated.people + holdout.people
    first = max(0, bought - treated.people)
    last = min(bought, holdout.people)

    def weight(number):
        return _log_choose(holdout.people, number) + _log_choose(
            treated.people, bought - number
        )

    whole = _log_choose(people, bought)
    # room for rounding: what is as likely as the outcome counts with it
    limit = weight(holdout.buyers) + 1e-7
    chances = (weight(number) for number in range(first, last + 1))
    return min(1.0, sum(exp(w - whole) for w in chances if w <= limit))


def _verdict(shown, difference, enough):
    if shown:
        return "more" if difference > 0 else "less"
    return "unclear" if enough else "too_few"


def conversion(treated, holdout):
    """Compare the shares of buyers.

    :return: Effect in shares (0.01 is one point)"""
    if not treated.people or not holdout.people:
        return Effect()
    difference = treated.buyers / treated.people - holdout.buyers / holdout.people
    low, high = difference_interval(treated, holdout)
    p_value = fisher(treated, holdout)
    shown = p_value < ALPHA and not low <= 0 <= high
    base = (treated.buyers + holdout.buyers) / (treated.people + holdout.people)
    seen = smallest_share(treated.people, holdout.people, base)
    enough = seen is not None and seen <= WORTH_SEEING * base
    return Effect(difference, low, high, p_value, _verdict(shown, difference, enough))


def _money_variance(group, mean_bought, squares_bought):
    """The variance of what a person of a group spends, with one buyer who spends as
    buyers of both groups do and one person who buys nothing added.

    The larger of two estimates: from the group's own purchases, and from its number of
    buyers and what buyers of both groups spend."""
    people, buyers = group.people + 2, group.buyers + 1
    mean = (group.total + mean_bought) / people
    own = (group.squares + squares_bought) / people - mean * mean
    shape = squares_bought * buyers / people - (mean_bought * buyers / people) ** 2
    return max(own, shape, 0.0) / (people - 1)


def money(treated, holdout):
    """Compare what people spend on average (or the profit they bring).

    :return: Effect in money per person"""
    if not treated.people or not holdout.people:
        return Effect()
    difference = treated.total / treated.people - holdout.total / holdout.people
    buyers = treated.buyers + holdout.buyers
    if not buyers:
        return Effect(difference, verdict="too_few")
    mean = (treated.total + holdout.total) / buyers
    squares = (treated.squares + holdout.squares) / buyers
    one = _money_variance(treated, mean, squares)
    two = _money_variance(holdout, mean, squares)
    if not one + two:
        return Effect(difference, verdict="too_few")
    df = (one + two) ** 2 / (
        one * one / max(treated.buyers, 1) + two * two / max(holdout.buyers, 1)
    )
    half = t_quantile(1 - ALPHA / 2, max(df, 1.0)) * sqrt(one + two)
    p_value = 2 * t_tail(abs(difference) / sqrt(one + two), max(df, 1.0))
    low, high = difference - half, difference + half
    average = abs(treated.total + holdout.total) / (treated.people + holdout.people)
    # what is found in four of five campaigns is that much more than half the interval
    seen = half * (1 + normal_quantile(POWER) / normal_quantile(1 - ALPHA / 2))
    enough = seen <= WORTH_SEEING * average
    verdict = _verdict(not low <= 0 <= high, difference, enough)
    return Effect(difference, low, high, p_value, verdict)


def people_needed(treated_part, share, base):
    """How many people a campaign needs to show a difference (Fleiss, Tytun and Ury,
    with the correction that makes it right for Fisher's exact test).

    :param treated_part: part of the people who get the message
    :param share: of buyers among them
    :param base: share of buyers without the message, not the same
    :return: number of people, both groups"""
    ratio = (1 - treated_part) / treated_part
    mean = (share + ratio * base) / (1 + ratio)
    z_alpha, z_power = normal_quantile(1 - ALPHA / 2), normal_quantile(POWER)
    distance = abs(share - base)
    plain = (
        z_alpha * sqrt((ratio + 1) * mean * (1 - mean))
        + z_power * sqrt(ratio * share * (1 - share) + base * (1 - base))
    ) ** 2 / (ratio * distance * distance)
    root = sqrt(1 + 2 * (ratio + 1) / (plain * ratio * distance))
    return plain / 4 * (1 + root) ** 2 * (1 + ratio)


def smallest_share(treated, holdout, base):
    """The smallest growth of the share of buyers that four of five such campaigns show.

    :param int treated: people who get the message
    :param int holdout: people who do not
    :param base: share of buyers without the message
    :return: difference of shares; None when nothing would show"""
    if not treated or not holdout or not 0 <= base < 1:
        return None
    people, part = treated + holdout, treated / (treated + holdout)
    low, high = 0.0, 1 - base
    if people_needed(part, base + high, base) > people:
        return None
    for _step in range(60):
        middle = (low + high) / 2
        if middle > 0 and people_needed(part, base + middle, base) <= people:
            high = middle
        else:
            low = middle
    return high


def smallest_money(treated, holdout, deviation):
    """The smallest growth of money per person that four of five such campaigns show.

    :param deviation: standard deviation of what a person spends
    :return: money per person; None when nothing would show"""
    if treated < 2 or holdout < 2:
        return None
    error = deviation * sqrt(1 / treated + 1 / holdout)
    return (normal_quantile(1 - ALPHA / 2) + normal_quantile(POWER)) * error


def deviation(group):
    """:return: standard deviation of what a person of the group spends"""
    if group.people < 2:
        return 0.0
    mean = group.total / group.people
    return sqrt(
        max(group.squares - group.people * mean * mean, 0.0) / (group.people - 1)
    )


def join(groups):
    """:return: Group of the people of several groups"""
    groups = list(groups)
    return Group(
        sum(group.people for group in groups),
        sum(group.buyers for group in groups),
        sum(group.total for group in groups),
        sum(group.squares for group in groups),
    )
