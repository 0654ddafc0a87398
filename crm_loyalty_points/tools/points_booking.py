"""What the points of a programme are worth in the books: exact sums, in SQL.

Every entry has a **position**: its points, plus what it drew, minus what was drawn from
it; that is what is left of an award, or owed by a spend. Every position has a **rate**:
the value of a point on the day of its entry, frozen when it is booked. So

    value in the books = sum over positions of (what is left x own rate)

and what one row of the ledger changes about it is

    entry:                        points x rate of the entry
    draw (spend s, award a, p):   p x (rate of s - rate of a)

A spend that drew everything is thus worth -(p x rate of a) over its awards: points are
released at the rate of their own award, whatever a point is worth on the day of use;
a spend that is given back returns at the same rates. Nothing else changes a position,
so the sum over booked rows *is* the value above. (Approach: a contract liability that
is released in proportion to use, at the price allocated when the points were granted,
IFRS 15.B39-43; points that lapse are released when they do, the prudent case of B46.)

Rows are booked once: a table keyed by entry and by draw says which are.
"""

from odoo.tools import SQL

from ..models.loyalty_point_report import SORTS

NAMES = ("given", "used", "lapsed", "other")


def sort_case(kind):
    """:param kind: SQL of an entry's kind
    :return: SQL of what it means to the shop, see `loyalty.point.report`"""
    whens = SQL(" ").join(SQL("WHEN %s THEN %s", k, s) for k, s in SORTS.items())
    return SQL("(CASE %s %s ELSE 'other' END)", kind, whens)


def unbooked_entries(programs):
    """:param programs: SQL list of programme ids
    :return: SQL of the entries not booked yet, as e (with origin o)"""
    return SQL(
        """FROM loyalty_point_entry e
           LEFT JOIN loyalty_point_entry o ON o.id = e.reversed_entry_id
           LEFT JOIN loyalty_point_booking_line b ON b.entry_id = e.id
          WHERE e.program_id IN %s AND b.id IS NULL""",
        programs,
    )


def unbooked_draws(programs):
    """:return: SQL of the draws not booked yet, as d, with spend s and award a"""
    return SQL(
        """FROM loyalty_point_draw d
           JOIN loyalty_point_entry s ON s.id = d.entry_id
           JOIN loyalty_point_entry a ON a.id = d.award_entry_id
           LEFT JOIN loyalty_point_entry o ON o.id = s.reversed_entry_id
           LEFT JOIN loyalty_point_booking_line b ON b.draw_id = d.id
          WHERE s.program_id IN %s AND b.id IS NULL""",
        programs,
    )


def count_unbooked(env, program_id):
    """:return: number of entries and draws that wait to be booked"""
    ids = SQL("(%s)", program_id)
    [(count,)] = env.execute_query(
        SQL(
            "SELECT (SELECT count(*) %s) + (SELECT count(*) %s)",
            unbooked_entries(ids),
            unbooked_draws(ids),
        )
    )
    return count


def last_day(env, program_id, first_open, days):
    """:param first_open: first day on which the books are open
    :param days: how many days one batch books
    :return: last day of the next batch, None when nothing waits"""
    ids = SQL("(%s)", program_id)
    [(day,)] = env.execute_query(
        SQL(
            """
            SELECT max(day)
              FROM (SELECT DISTINCT greatest(day, %s) AS day
                      FROM (SELECT e.date AS day %s
                             UNION ALL
                            SELECT greatest(s.date, a.date) %s) waiting
                     ORDER BY 1 LIMIT %s) batch
            """,
            first_open,
            unbooked_entries(ids),
            unbooked_draws(ids),
            days,
        )
    )
    return day


def book(env, program, first_open, until):
    """Freeze the rates of what waits up to a day, and what each row is worth.

    :return: [(day, what happened, exact amount as text)] in order of days
    """
    ids = SQL("(%s)", program.id)
    rate = program._sql_point_value(SQL("e"))
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_point_booking_line (
                program_id, company_id, entry_id, day, sort, rate, points, amount)
            SELECT e.program_id, %(company)s, e.id, greatest(e.date, %(first)s),
                   %(sort)s, r.rate, e.points, e.points * r.rate
              FROM (SELECT e.*, o.kind AS origin %(waiting)s) e,
                   LATERAL (SELECT %(rate)s AS rate) r
             WHERE greatest(e.date, %(first)s) <= %(until)s
             ORDER BY e.id
                ON CONFLICT (entry_id) DO NOTHING
            """,
            company=program.company_id.id,
            first=first_open,
            sort=sort_case(SQL("coalesce(e.origin, e.kind)")),
            waiting=unbooked_entries(ids),
            rate=rate,
            until=until,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_point_booking_line (
                program_id, company_id, draw_id, day, sort, rate, points, amount)
            SELECT d.program_id, %(company)s, d.id, greatest(d.day, %(first)s),
                   %(sort)s, ls.rate - la.rate, d.points,
                   d.points * (ls.rate - la.rate)
              FROM (SELECT d.id, d.points, d.entry_id, d.award_entry_id,
                           s.program_id, s.kind, greatest(s.date, a.date) AS day,
                           o.kind AS origin %(waiting)s) d
              JOIN loyalty_point_booking_line ls ON ls.entry_id = d.entry_id
              JOIN loyalty_point_booking_line la ON la.entry_id = d.award_entry_id
             WHERE greatest(d.day, %(first)s) <= %(until)s
             ORDER BY d.id
                ON CONFLICT (draw_id) DO NOTHING
            """,
            company=program.company_id.id,
            first=first_open,
            sort=sort_case(SQL("coalesce(d.origin, d.kind)")),
            waiting=unbooked_draws(ids),
            until=until,
        )
    )
    return env.execute_query(
        SQL(
            """
            SELECT day, sort, sum(amount)::text
              FROM loyalty_point_booking_line
             WHERE program_id = %s AND booking_id IS NULL
             GROUP BY day, sort ORDER BY day, sort
            """,
            program.id,
        )
    )


def attach(env, program_id, day, booking_id):
    """Say which booking the new rows of a day are in."""
    env.cr.execute(
        SQL(
            """UPDATE loyalty_point_booking_line SET booking_id = %s
                WHERE program_id = %s AND day = %s AND booking_id IS NULL""",
            booking_id,
            program_id,
            day,
        )
    )


def tie_out(value_of):
    """The ledger beside the books, one row per programme that is kept in the books.

    The value comes from the projection (what is left of each award), the balance from
    the journal items: nothing that the booking itself has written but the rates.

    :param value_of: SQL alias -> SQL of the value of a point, for rows not booked yet
    :return: SQL
    """
    programs = SQL(
        "(SELECT id FROM loyalty_program WHERE points_accounting_since IS NOT NULL)"
    )
    e, s, a = SQL("e"), SQL("s"), SQL("a")
    return SQL(
        """
        SELECT p.id, p.id AS program_id, p.company_id,
               coalesce(l.points, 0) AS points,
               round(coalesce(l.value, 0), 2) AS value,
               round(coalesce(we.value, 0) + coalesce(wd.value, 0), 2) AS waiting_value,
               coalesce(we.count, 0) AS waiting_count,
               coalesce(m.balance, 0) AS balance,
               round(coalesce(l.value, 0) - coalesce(we.value, 0)
                     - coalesce(wd.value, 0), coalesce(c.decimal_places, 2))
                   - coalesce(m.balance, 0) AS difference
          FROM loyalty_program p
          JOIN res_company y ON y.id = p.company_id
          JOIN res_currency c ON c.id = y.currency_id
          LEFT JOIN (SELECT w.program_id, sum(w.remaining) AS points,
                            sum(w.remaining * coalesce(b.rate, %(value_e)s)) AS value
                       FROM loyalty_point_award w
                       JOIN loyalty_point_entry e ON e.id = w.entry_id
                       LEFT JOIN loyalty_point_booking_line b ON b.entry_id = e.id
                      WHERE w.remaining <> 0 AND w.program_id IN %(programs)s
                      GROUP BY w.program_id) l ON l.program_id = p.id
          LEFT JOIN (SELECT e.program_id, count(*) AS count,
                            sum(e.points * %(value_e)s) AS value %(entries)s
                      GROUP BY e.program_id) we ON we.program_id = p.id
          LEFT JOIN (SELECT s.program_id,
                            sum(d.points * (coalesce(bs.rate, %(value_s)s)
                                            - coalesce(ba.rate, %(value_a)s))) AS value
                       FROM (SELECT d.* %(draws)s) d
                       JOIN loyalty_point_entry s ON s.id = d.entry_id
                       JOIN loyalty_point_entry a ON a.id = d.award_entry_id
                       LEFT JOIN loyalty_point_booking_line bs ON bs.entry_id = s.id
                       LEFT JOIN loyalty_point_booking_line ba ON ba.entry_id = a.id
                      GROUP BY s.program_id) wd ON wd.program_id = p.id
          LEFT JOIN (SELECT k.program_id, -sum(i.balance) AS balance
                       FROM loyalty_point_booking k
                       JOIN account_move_line i
                         ON i.move_id = k.move_id AND i.account_id = k.account_id
                      WHERE i.parent_state = 'posted'
                      GROUP BY k.program_id) m ON m.program_id = p.id
         WHERE p.id IN %(programs)s
        """,
        programs=programs,
        entries=unbooked_entries(programs),
        draws=unbooked_draws(programs),
        value_e=value_of(e),
        value_s=value_of(s),
        value_a=value_of(a),
    )
