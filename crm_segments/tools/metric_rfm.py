"""RFM: how recently, how often and for how much a customer buys, in scores of 1 to 5.

Each score is a fifth of the shop's own customers with a confirmed order, in one
company: the fifth that ordered last has recency 5, the fifth with most orders has
frequency 5, the fifth with the largest sum of confirmed orders has money 5. Customers
with the same value always have the same score. One who stands on the border between
two fifths gets the better score for recency and the lower one for the two others, so
that a shop's first customer is a fresh face and not a champion.

The borders are *cut points*, values of the customers that stand on them:

* recency k (k = 5, 4, 3, 2): whoever ordered on this day or later scores k or more; the
  customer at place ceil((6 - k) * n / 5), the latest order first
* frequency and money k (k = 1, 2, 3, 4): whoever has at most this scores k or less; the
  customer at place ceil(k * n / 5), the smallest first

A full pass measures and stores them; between two full passes a customer is scored by
the stored ones alone, without looking at any other customer. Only a shop with few
customers measures them after every change.

The groups. Quintiles of recency, frequency and money come from mail order (Arthur
Hughes, "Strategic Database Marketing"); putting names on a grid of recency against the
mean of the two others is what shop and e-mail tools have done since. Our grid has
seven names and no overlaps. The value of a customer is the mean of frequency and
money, halves rounded up::

              recency 1     recency 2   recency 3         recency 4   recency 5
    value 5   almost lost   at risk     loyal             champions   champions
    value 4   almost lost   at risk     loyal             champions   champions
    value 3   almost lost   at risk     needs attention   loyal       loyal
    value 2   dormant       dormant     needs attention   promising   promising
    value 1   dormant       dormant     needs attention   promising   promising
"""

from odoo.tools import SQL

SCORES = (1, 2, 3, 4, 5)
# By value from 5 down to 1, each by recency from 1 up to 5.
_ROWS = (
    ("almost_lost", "at_risk", "loyal", "champions", "champions"),
    ("almost_lost", "at_risk", "loyal", "champions", "champions"),
    ("almost_lost", "at_risk", "needs_attention", "loyal", "loyal"),
    ("dormant", "dormant", "needs_attention", "promising", "promising"),
    ("dormant", "dormant", "needs_attention", "promising", "promising"),
)
GRID = {
    (recency, value): _ROWS[5 - value][recency - 1]
    for recency in SCORES
    for value in SCORES
}

RECENCY_CUTS = ("recency_5", "recency_4", "recency_3", "recency_2")
FREQUENCY_CUTS = ("frequency_1", "frequency_2", "frequency_3", "frequency_4")
MONEY_CUTS = ("monetary_1", "monetary_2", "monetary_3", "monetary_4")
CUTS = (*RECENCY_CUTS, *FREQUENCY_CUTS, *MONEY_CUTS)
SCORE_COLUMNS = ("rfm_recency", "rfm_frequency", "rfm_monetary", "rfm_group")


def value(frequency, money):
    """:return: the row of the grid for two scores"""
    return (frequency + money + 1) // 2


def measured_cuts_cte():
    """:return: SQL of the CTE ``cuts``, measured on the rows of ``facts``

    percentile_disc answers the value at place ceil(fraction * n); fifths of whole
    numbers come out exactly.
    """
    fifths = SQL("ARRAY[0.2, 0.4, 0.6, 0.8]")
    names = SQL(", ").join(
        SQL("%s[%s] AS %s", SQL.identifier(measure), place, SQL.identifier(name))
        for measure, cuts in (
            ("recency", RECENCY_CUTS),
            ("frequency", FREQUENCY_CUTS),
            ("money", MONEY_CUTS),
        )
        for place, name in enumerate(cuts, 1)
    )
    return SQL(
        """cuts AS MATERIALIZED (
            SELECT customers, %(names)s FROM (
                SELECT count(*)::int AS customers,
                       percentile_disc(%(fifths)s) WITHIN GROUP
                           (ORDER BY last_order_date DESC) AS recency,
                       percentile_disc(%(fifths)s) WITHIN GROUP
                           (ORDER BY order_count) AS frequency,
                       percentile_disc(%(fifths)s) WITHIN GROUP
                           (ORDER BY amount_total) AS money
                  FROM facts WHERE order_count > 0) AS fifths
        )""",
        names=names,
        fifths=fifths,
    )


def stored_cuts_cte(cut_id):
    """:return: SQL of the CTE ``cuts``, as an earlier full pass stored them"""
    return SQL(
        "cuts AS MATERIALIZED (SELECT customers, %s FROM crm_rfm_cut WHERE id = %s)",
        SQL(", ").join(map(SQL.identifier, CUTS)),
        cut_id,
    )


def saved_cuts_cte(param):
    """:return: SQL of the CTE that stores ``cuts`` as those of the day"""
    names = ("customers", *CUTS)
    return SQL(
        """saved AS (
            INSERT INTO crm_rfm_cut (company_id, day, %(names)s)
            SELECT %(company_id)s, %(day)s, %(names)s FROM cuts
       ON CONFLICT (company_id, day) DO UPDATE SET %(assign)s
        )""",
        names=SQL(", ").join(map(SQL.identifier, names)),
        company_id=param.company_id,
        day=param.as_of,
        assign=SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in names
        ),
    )


def _score(figure, operator, cuts, scores, otherwise):
    """:return: SQL of the score: of the first of ``cuts`` that ``figure`` meets"""
    cases = SQL(" ").join(
        SQL("WHEN %s %s %s THEN %s", figure, operator, SQL.identifier("c", cut), score)
        for cut, score in zip(cuts, scores, strict=True)
    )
    return SQL("CASE %s ELSE %s END", cases, otherwise)


def fresh_cte():
    """:return: SQL of the CTE ``fresh``: ``facts`` with their scores by ``cuts``

    Without a confirmed order the scores are 0 and there is no group.
    """
    recency = _score(
        SQL("f.last_order_date"), SQL(">="), RECENCY_CUTS, (5, 4, 3, 2), SQL("1")
    )
    frequency = _score(
        SQL("f.order_count"), SQL("<="), FREQUENCY_CUTS, SCORES[:4], SQL("5")
    )
    money = _score(SQL("f.amount_total"), SQL("<="), MONEY_CUTS, SCORES[:4], SQL("5"))
    groups = [GRID[recency, value] for recency in SCORES for value in SCORES]
    return SQL(
        """fresh AS (
            SELECT f.*, s.rfm_recency, s.rfm_frequency, s.rfm_monetary,
                   CASE WHEN s.rfm_recency > 0 THEN (%(groups)s::varchar[])[
                       s.rfm_recency * 5 - 5
                       + (s.rfm_frequency + s.rfm_monetary + 1) / 2] END AS rfm_group
              FROM facts f LEFT JOIN cuts c ON TRUE
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN f.order_count > 0 THEN %(recency)s ELSE 0 END
                              AS rfm_recency,
                          CASE WHEN f.order_count > 0 THEN %(frequency)s ELSE 0 END
                              AS rfm_frequency,
                          CASE WHEN f.order_count > 0 THEN %(money)s ELSE 0 END
                              AS rfm_monetary) AS s
        )""",
        groups=groups,
        recency=recency,
        frequency=frequency,
        money=money,
    )


def rescore(param):
    """Measure the cut points on the stored rows and score these anew.

    :return: SQL that writes the rows whose scores change
    """
    return SQL(
        """WITH facts AS (
            SELECT id, last_order_date, order_count, amount_total
              FROM crm_customer_metric WHERE company_id = %(company_id)s
        ), %(cuts)s, %(saved)s, %(fresh)s
        UPDATE crm_customer_metric m SET (%(names)s) = ROW(%(values)s)
          FROM fresh f
         WHERE m.id = f.id AND (%(stored)s) IS DISTINCT FROM (%(values)s)""",
        company_id=param.company_id,
        cuts=measured_cuts_cte(),
        saved=saved_cuts_cte(param),
        fresh=fresh_cte(),
        names=SQL(", ").join(map(SQL.identifier, SCORE_COLUMNS)),
        stored=SQL(", ").join(SQL.identifier("m", name) for name in SCORE_COLUMNS),
        values=SQL(", ").join(SQL.identifier("f", name) for name in SCORE_COLUMNS),
    )
