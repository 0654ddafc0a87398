"""What was outstanding at the end of any day, from entries and draws alone."""

from odoo.tools import SQL

# A draw belongs to the later day of its two entries, so both must have happened.
_DRAWS = SQL(
    """SELECT d.entry_id, d.award_entry_id, d.points, s.kind, s.program_id,
              a.date AS given_on, greatest(s.date, a.date) AS day
         FROM loyalty_point_draw d
         JOIN loyalty_point_entry s ON s.id = d.entry_id
         JOIN loyalty_point_entry a ON a.id = d.award_entry_id"""
)
# The last day of an award as it is known by now.
_ENDS = SQL("coalesce(w.expiry, CASE WHEN w.id IS NULL THEN e.expiry END)")


def month_number(day):
    """:return: running number of a date's calendar month, as in the queries"""
    return day.year * 12 + day.month


def _month(day):
    return SQL(
        "(extract(year FROM %(day)s) * 12 + extract(month FROM %(day)s))::int", day=day
    )


def outstanding(env, program_ids, day, value_of):
    """What is left of each cohort at the end of a day. A debt counts in the month of
    the entry that left it.

    :param day: last day that counts
    :param value_of: SQL alias of an entry -> SQL of the value of a point
    :return: [(programme id, month number, points given, points left, points left that
        have a last day, value of what is left, value of the latter, latest last day)]
    """
    return env.execute_query(
        SQL(
            """
            WITH d AS MATERIALIZED (%(draws)s
                 WHERE s.program_id = ANY(%(programs)s)
                   AND s.date <= %(day)s AND a.date <= %(day)s
            ), moved AS (
                SELECT ref, sum(points) AS points
                  FROM (SELECT entry_id AS ref, points FROM d
                         UNION ALL
                        SELECT award_entry_id, -points FROM d) each
                 GROUP BY ref
            ), p AS (
                SELECT e.program_id, %(month)s AS month,
                       CASE WHEN e.points > 0 AND e.kind <> 'reversal'
                            THEN e.points ELSE 0 END AS given,
                       e.points + coalesce(m.points, 0) AS points,
                       CASE WHEN e.points + coalesce(m.points, 0) <> 0
                            THEN coalesce(b.rate, %(value)s) ELSE 0 END AS rate,
                       %(ends)s AS ends
                  FROM loyalty_point_entry e
                  LEFT JOIN moved m ON m.ref = e.id
                  LEFT JOIN loyalty_point_award w ON w.entry_id = e.id
                  LEFT JOIN loyalty_point_booking_line b ON b.entry_id = e.id
                 WHERE e.program_id = ANY(%(programs)s) AND e.date <= %(day)s
            )
            SELECT program_id, month, sum(given)::float, sum(points)::float,
                   coalesce(sum(points) FILTER (WHERE ends IS NOT NULL), 0)::float,
                   sum(points * rate)::float,
                   coalesce(sum(points * rate)
                            FILTER (WHERE ends IS NOT NULL), 0)::float,
                   max(ends) FILTER (WHERE points > 0)
              FROM p
             GROUP BY program_id, month
            HAVING sum(given) <> 0 OR sum(points) <> 0
             ORDER BY program_id, month
            """,
            draws=_DRAWS,
            programs=list(program_ids),
            day=day,
            month=_month(SQL("e.date")),
            value=value_of(SQL("e")),
            ends=_ENDS,
        )
    )


def history(env, program_id, day):
    """What became of awards with a last day, by cohort and age.

    :param day: last day that counts
    :return: ({month number: points given}, {(month number, age in months): (points
        that lapsed, points that went otherwise)})
    """
    ends = SQL("%s IS NOT NULL", _ENDS)
    given = env.execute_query(
        SQL(
            """SELECT %s, sum(e.points)::float
                 FROM loyalty_point_entry e
                 LEFT JOIN loyalty_point_award w ON w.entry_id = e.id
                WHERE e.program_id = %s AND e.date <= %s AND e.points > 0
                  AND e.kind <> 'reversal' AND %s
                GROUP BY 1""",
            _month(SQL("e.date")),
            program_id,
            day,
            ends,
        )
    )
    exits = env.execute_query(
        SQL(
            """SELECT %(month)s, %(gone)s - %(month)s,
                      coalesce(sum(d.points) FILTER (WHERE d.kind = 'lapse'), 0)::float,
                      coalesce(sum(d.points) FILTER (WHERE d.kind <> 'lapse'), 0)::float
                 FROM (%(draws)s WHERE s.program_id = %(program)s
                          AND s.date <= %(day)s AND a.date <= %(day)s) d
                 JOIN loyalty_point_entry e ON e.id = d.award_entry_id
                 LEFT JOIN loyalty_point_award w ON w.entry_id = e.id
                WHERE e.points > 0 AND e.kind <> 'reversal' AND %(ends)s
                GROUP BY 1, 2""",
            month=_month(SQL("d.given_on")),
            gone=_month(SQL("d.day")),
            draws=_DRAWS,
            program=program_id,
            day=day,
            ends=ends,
        )
    )
    return dict(given), {(cohort, age): tuple(out) for cohort, age, *out in exits}
