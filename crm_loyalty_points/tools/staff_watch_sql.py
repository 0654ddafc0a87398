"""Statements of the staff watch, over the entries of a company and period."""

from collections import namedtuple

from odoo.tools import SQL

from ..models.loyalty_card_by_hand import BY_HAND
from .ledger_sql import relation
from .points_booking import sort_case

Scope = namedtuple("Scope", "watch_id company_id first last")

# The arithmetic of an award names its rules; a later part of an order says which part.
_EXPECTED = SQL(
    """(CASE WHEN e.kind = 'earn' AND e.policy ? 'rules'
             THEN coalesce(e.policy ->> 'posted', e.policy ->> 'points')::numeric
        END)"""
)
_SORT = sort_case(SQL("coalesce(o.kind, e.kind)"))


def _entries(scope):
    """:return: SQL of the entries e (with origin o) of points"""
    return SQL(
        """FROM loyalty_point_entry e
           JOIN loyalty_program p
             ON p.id = e.program_id AND p.program_type = 'loyalty'
           LEFT JOIN loyalty_point_entry o ON o.id = e.reversed_entry_id
          WHERE e.date BETWEEN %s AND %s
            AND (e.company_id = %s OR e.company_id IS NULL)""",
        scope.first,
        scope.last,
        scope.company_id,
    )


def sum_up(env, scope):
    """One line per operator."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_staff_watch_line (
                watch_id, company_id, operator_id, operator_name, entry_count, by_hand,
                given, used, taken_back, counted, expected, difference, finding_count)
            SELECT %(watch)s, %(company)s, operator_id, operator_name, count(*),
                   coalesce(sum(points) FILTER (WHERE by_hand AND points > 0), 0),
                   coalesce(sum(points) FILTER (WHERE sort = 'given' AND NOT by_hand
                                                  AND kind <> 'reversal'
                                                  AND source_id IS NOT NULL), 0),
                   coalesce(-sum(points) FILTER (WHERE sort = 'used'), 0),
                   coalesce(sum(points) FILTER (WHERE kind = 'reversal'), 0),
                   coalesce(sum(points) FILTER (WHERE expected IS NOT NULL), 0),
                   coalesce(sum(expected), 0),
                   coalesce(sum(points - expected), 0), 0
              FROM (SELECT e.operator_id, e.operator_name, e.points, e.kind,
                           e.source_id, %(sort)s AS sort,
                           e.key LIKE %(hand)s AS by_hand,
                           %(expected)s AS expected %(entries)s) e
             GROUP BY operator_id, operator_name
            """,
            watch=scope.watch_id,
            company=scope.company_id,
            sort=_SORT,
            hand=f"{BY_HAND}%",
            expected=_EXPECTED,
            entries=_entries(scope),
        )
    )


def find(env, scope):
    """Everything that can be found without the engine."""
    for query in (_too_many, _own_card, _staff_phone, _shared_phone):
        env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_staff_finding (
                    watch_id, company_id, kind, entry_id, date, card_id, partner_id,
                    other_partner_id, operator_name, points, expected)
                SELECT %s, %s, found.* FROM (%s) found
                """,
                scope.watch_id,
                scope.company_id,
                query(scope),
            )
        )
    _count_findings(env, scope)


def _count_findings(env, scope):
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_staff_watch_line l SET finding_count = f.count
              FROM (SELECT operator_name, count(*) FROM loyalty_staff_finding
                     WHERE watch_id = %(watch)s GROUP BY operator_name) f
             WHERE l.watch_id = %(watch)s AND l.operator_name = f.operator_name
            """,
            watch=scope.watch_id,
        )
    )


def _too_many(scope):
    """Awards of more points than their own arithmetic says."""
    return SQL(
        """
        SELECT 'too_many', e.id, e.date, e.card_id, c.partner_id, NULL::int,
               e.operator_name, e.points, e.expected
          FROM (SELECT e.*, %s AS expected %s) e
          JOIN loyalty_card c ON c.id = e.card_id
         WHERE e.points > e.expected
        """,
        _EXPECTED,
        _entries(scope),
    )


def _given(scope):
    """:return: SQL of the points given to named cards by users u of the staff"""
    return SQL(
        """
        SELECT e.*, c.partner_id, m.commercial_partner_id, m.phone_sanitized,
               u.partner_id AS staff_id, s.commercial_partner_id AS staff_commercial_id,
               s.phone_sanitized AS staff_phone
          FROM (SELECT e.* %s AND e.points > 0
                   AND e.kind IN ('earn', 'bonus', 'adjust')) e
          JOIN loyalty_card c ON c.id = e.card_id
          JOIN res_partner m ON m.id = c.partner_id
          JOIN res_users u ON u.id = e.operator_id AND e.operator_model = 'res.users'
          JOIN res_partner s ON s.id = u.partner_id
        """,
        _entries(scope),
    )


def _own_card(scope):
    """Operators who gave points to themselves."""
    return SQL(
        """
        SELECT 'self_award', g.id, g.date, g.card_id, g.partner_id, NULL::int,
               g.operator_name, g.points, NULL::numeric
          FROM (%s) g
         WHERE g.partner_id = g.staff_id OR g.commercial_partner_id = g.staff_id
        """,
        _given(scope),
    )


def _staff_phone(scope):
    """Points given to a card with the phone number of somebody of the staff."""
    return SQL(
        """
        SELECT 'staff_phone', g.id, g.date, g.card_id, g.partner_id, t.partner_id,
               g.operator_name, g.points, NULL::numeric
          FROM (%s) g
          JOIN (SELECT m.phone_sanitized, min(m.id) AS partner_id
                  FROM res_users u JOIN res_partner m ON m.id = u.partner_id
                 WHERE NOT u.share AND u.active AND m.phone_sanitized IS NOT NULL
                 GROUP BY m.phone_sanitized) t
            ON t.phone_sanitized = g.phone_sanitized
         WHERE t.partner_id <> g.partner_id AND g.partner_id <> g.staff_id
        """,
        _given(scope),
    )


def _shared_phone(scope):
    """Members who moved points in the period and have another member's number."""
    return SQL(
        """
        SELECT 'shared_phone', NULL::int, moved.date, moved.card_id, m.id, shared.first,
               NULL::varchar, moved.points, NULL::numeric
          FROM (SELECT e.card_id, max(e.date) AS date, sum(e.points) AS points %s
                 GROUP BY e.card_id) moved
          JOIN loyalty_card c ON c.id = moved.card_id AND c.active
          JOIN res_partner m ON m.id = c.partner_id
          JOIN (SELECT o.phone_sanitized, min(o.id) AS first, max(o.id) AS last
                  FROM loyalty_card k
                  JOIN res_partner o ON o.id = k.partner_id AND o.active
                 WHERE k.is_member_card AND k.active
                   AND o.phone_sanitized IS NOT NULL
                 GROUP BY o.phone_sanitized
                HAVING count(DISTINCT o.id) > 1) shared
            ON shared.phone_sanitized = m.phone_sanitized
         WHERE m.id <> shared.first
        """,
        _entries(scope),
    )


def count_awards(env, scope):
    """:return: number of awards that can be counted again"""
    [(count,)] = env.execute_query(
        SQL("SELECT count(*) %s AND %s IS NOT NULL", _entries(scope), _EXPECTED)
    )
    return count


def awards(env, scope, after, limit):
    """:return: [(entry id, arithmetic)] of the next awards"""
    return env.execute_query(
        SQL(
            """SELECT e.id, e.policy %s AND %s IS NOT NULL AND e.id > %s
                ORDER BY e.id LIMIT %s""",
            _entries(scope),
            _EXPECTED,
            after,
            limit,
        )
    )


def add_wrong(env, scope, rows):
    """:param rows: [(entry id, points by the engine or None)]"""
    if not rows:
        return
    columns = {"entry_id": "int", "expected": "numeric"}
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_staff_finding (
                watch_id, company_id, kind, entry_id, date, card_id, partner_id,
                operator_name, points, expected)
            SELECT %s, %s, 'arithmetic', e.id, e.date, e.card_id, c.partner_id,
                   e.operator_name, e.points, wrong.expected
              FROM %s
              JOIN loyalty_point_entry e ON e.id = wrong.entry_id
              JOIN loyalty_card c ON c.id = e.card_id
            """,
            scope.watch_id,
            scope.company_id,
            relation(env.cr, "wrong", columns, rows),
        )
    )
    _count_findings(env, scope)
