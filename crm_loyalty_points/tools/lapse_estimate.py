"""How many of the points that are left will lapse, by the shop's own history.

Plain Python. Points leave an award in one of two ways: they are used (or taken back),
or they lapse. Awards are gathered by the month in which they were given (cohort); their
age k is counted in calendar months. With

    L(c, k), U(c, k)   points of cohort c that lapsed, or went otherwise, at age k
    R(c, k)            what was left of cohort c when age k began

the shop's own experience at age k, over all cohorts that have completed that age, is

    l(k) = sum L / sum R,    u(k) = sum U / sum R

and of points that are a months old the share

    f(a) = sum over j >= a of  l(j) x product over a <= i < j of (1 - l(i) - u(i))

is expected to lapse. This is the chain ladder of insurance (pooled development factors
by age: T. Mack, 1993) written for two ways out, which is the cumulative incidence of
competing risks (Kalbfleisch and Prentice, 1980). It needs no assumption about the rules
of expiry: a validity of twelve months shows as a large l(12) by itself.

Ages that no cohort has completed are unknown; what is left then is expected to be used,
which is the prudent side for a liability. Points without a last day never lapse, so
neither history nor estimate counts them.
"""

from collections import defaultdict


def shares(cohorts, exits, now):
    """Estimate from the history of cohorts.

    :param cohorts: {month number of a cohort: points given, with a last day}
    :param exits: {(cohort, age): (lapsed, otherwise gone)}, in points
    :param now: number of the first month that is not complete yet
    :return: (list of f(a) for a = 0, 1, ..., number of ages known). Beyond the list the
        share is 0.
    """
    lapsed, gone, left = defaultdict(float), defaultdict(float), defaultdict(float)
    known = 0
    for cohort, given in cohorts.items():
        rest = float(given)
        for age in range(max(now - cohort, 0)):
            lapse, use = map(float, exits.get((cohort, age), (0, 0)))
            left[age] += max(rest, 0.0)
            lapsed[age] += lapse
            gone[age] += use
            rest -= lapse + use
            known = max(known, age + 1)
    result = [0.0] * known
    later = 0.0
    for age in reversed(range(known)):
        if left[age] > 0:
            lapse = _share(lapsed[age], left[age])
            use = min(_share(gone[age], left[age]), 1 - lapse)
            later = lapse + (1 - lapse - use) * later
        result[age] = later
    return result, known


def _share(part, whole):
    return min(max(part / whole, 0.0), 1.0)
