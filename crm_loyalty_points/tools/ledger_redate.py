"""Changes of expiry: append-only, and folded into the date an award has now.

The date of an award starts as that of its entry. Each row of `loyalty.point.redate` of
its card that is not older than the award then changes it, in the order of posting:

* a row of one award sets its date, or takes it away;
* a row without award (the customer was active) sets a later date for all awards of the
  card that have one;
* what had lapsed on the day of the row stays as it was.

The fold is an SQL aggregate, so that the proof and the rebuilding use the same one.
"""

from odoo.tools import SQL

from .ledger_sql import relation

STEP = "crm_loyalty_points_redate_step"
FOLD = "crm_loyalty_points_redated"
# Movements that show that the customer is active.
ACTIVITY = frozenset(("earn", "redeem"))

_FOLDED = SQL(
    "%s(e.expiry, r.award_entry_id IS NULL, r.day, r.expiry ORDER BY r.id)",
    SQL.identifier(FOLD),
)
_HOLDS = SQL(
    """r.card_id = e.card_id AND r.last_entry_id >= e.id
       AND (r.award_entry_id IS NULL OR r.award_entry_id = e.id)"""
)
# SQL, over an entry `e`, of the expiry its award has now.
EXPIRY = SQL(
    """nullif(coalesce((SELECT %s FROM loyalty_point_redate r WHERE %s), e.expiry,
                       'infinity'), 'infinity')""",
    _FOLDED,
    _HOLDS,
)
# Awards whose date is not what entries and redates say: rows as `ledger_proof` wants.
CHECK = SQL(
    """
    SELECT 'expiry', a.card_id, a.entry_id,
           to_char(coalesce(f.expiry, e.expiry, 'infinity'), 'YYYYMMDD')::float,
           to_char(coalesce(a.expiry, 'infinity'), 'YYYYMMDD')::float
      FROM loyalty_point_award a
      JOIN loyalty_point_entry e ON e.id = a.entry_id
      LEFT JOIN (SELECT e.id, %s AS expiry
                   FROM loyalty_point_redate r
                   JOIN loyalty_point_entry e ON %s
                  WHERE e.points > 0
                  GROUP BY e.id) f ON f.id = e.id
     WHERE coalesce(a.expiry, 'infinity')
           <> coalesce(f.expiry, e.expiry, 'infinity')
    """,
    _FOLDED,
    _HOLDS,
)
EXTENSION_COLUMNS = {
    "card_id": "int",
    "company_id": "int",
    "program_id": "int",
    "last_entry_id": "int",
    "day": "date",
    "expiry": "date",
}


def define_fold(cr):
    """Make the aggregate; safe to repeat.

    Its state is the date so far, `infinity` for none; NULL before the first row.
    """
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %(step)s(
                current date, given date, active boolean, day date, expiry date)
            RETURNS date LANGUAGE sql IMMUTABLE AS $$
                SELECT CASE
                       WHEN coalesce(current, given, 'infinity') < day
                       THEN coalesce(current, given)
                       WHEN active
                       THEN greatest(coalesce(current, given, 'infinity'), expiry)
                       ELSE coalesce(expiry, 'infinity') END
            $$;
            CREATE OR REPLACE AGGREGATE %(fold)s(
                given date, active boolean, day date, expiry date)
            (SFUNC = %(step)s, STYPE = date);
            """,
            step=SQL.identifier(STEP),
            fold=SQL.identifier(FOLD),
        )
    )


def drop_fold(cr):
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(STEP)))


def extend(env, rows, operator):
    """The customers of these cards were active: extend what has an end.

    Awards that were used up are extended, too: a reward that is given back returns
    its points to them.

    :param rows: rows of EXTENSION_COLUMNS, at most one per card: awards up to the last
        entry that are valid on `day` are valid until `expiry` at least
    :param operator: (model, id, name) of who posts
    """
    env.cr.execute(
        SQL(
            """
            WITH x AS (
                SELECT * FROM %s
            ), moved AS (
                UPDATE loyalty_point_award a SET expiry = x.expiry
                  FROM x
                 WHERE a.card_id = x.card_id AND a.expiry >= x.day
                   AND a.expiry < x.expiry
             RETURNING a.card_id
            )
            INSERT INTO loyalty_point_redate (
                card_id, company_id, program_id, last_entry_id, day, expiry, reason,
                key, operator_model, operator_id, operator_name, posted_at)
            SELECT x.*, 'activity', 'activity:' || x.last_entry_id, %s, %s, %s,
                   now() AT TIME ZONE 'UTC'
              FROM x WHERE card_id IN (SELECT card_id FROM moved)
             ORDER BY card_id
            """,
            relation(env.cr, "extended", EXTENSION_COLUMNS, rows),
            *operator,
        )
    )
