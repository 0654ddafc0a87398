"""Lapsing the points of many cards at once, in SQL.

The same as `CardPlan.lapse_due` does for a card that is being posted to: one entry per
award, for what is left of it, dated the day after its last one.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .local_day import local_today, sql_today

# Awards `a` whose last day has passed at their company.
_DUE = SQL(
    """a.remaining > 0 AND a.expiry < today.day
       AND today.company_id = coalesce(a.company_id, 0)"""
)


def due_cards(env, limit, skipped=()):
    """:return: ids of at most `limit` cards with points to lapse, none of `skipped`"""
    rows = env.execute_query(
        SQL(
            """
            SELECT a.card_id FROM loyalty_point_award a, %s
             WHERE %s AND a.card_id <> ALL(%s)
             GROUP BY a.card_id ORDER BY a.card_id LIMIT %s
            """,
            sql_today(env),
            _DUE,
            list(skipped),
            limit,
        )
    )
    return [id_ for (id_,) in rows]


def count_due(env):
    """:return: number of cards with points to lapse"""
    [(count,)] = env.execute_query(
        SQL(
            "SELECT count(DISTINCT a.card_id) FROM loyalty_point_award a, %s WHERE %s",
            sql_today(env),
            _DUE,
        )
    )
    return count


def due_points(env, card_ids):
    """:return: {card id: points that will lapse as soon as somebody looks}"""
    # It is asked for each order with rewards: one query, days compared here.
    tomorrow = fields.Date.today() + timedelta(1)
    due = {}
    for card_id, company_id, expiry, points in env.execute_query(
        SQL(
            """
            SELECT card_id, company_id, expiry, sum(remaining)
              FROM loyalty_point_award
             WHERE card_id = ANY(%s) AND remaining > 0 AND expiry < %s
             GROUP BY card_id, company_id, expiry
            """,
            list(card_ids),
            tomorrow,
        )
    ):
        if expiry < local_today(env, env["res.company"].browse(company_id or ())):
            due[card_id] = due.get(card_id, 0) + points
    return {card_id: float(points) for card_id, points in due.items()}


def sql_due(env):
    """:return: SQL for a sub-query with (card_id, points) due to lapse, of all cards"""
    return SQL(
        """(SELECT a.card_id, sum(a.remaining) AS points
              FROM loyalty_point_award a, %s WHERE %s GROUP BY a.card_id)""",
        sql_today(env),
        _DUE,
    )


def lapse(env, card_ids, operator):
    """Post the lapse of all awards due on these cards.

    The UPDATE of the cards is the lock, as in `ledger_sql.move_cards`: when one was
    posted to after the snapshot was taken, PostgreSQL refuses the whole statement.

    :param operator: (model, id, name) of who posts
    :return: [(card id, points before, points after)]
    """
    return env.execute_query(
        SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT a.entry_id, a.card_id, a.remaining, a.expiry,
                       row_number() OVER (PARTITION BY a.card_id
                                          ORDER BY a.expiry, a.entry_id) AS place
                  FROM loyalty_point_award a, %(today)s
                 WHERE %(due)s AND a.card_id = ANY(%(cards)s)
            ), card AS (
                UPDATE loyalty_card c
                   SET points = round(coalesce(c.points, 0)::numeric - s.points, 2),
                       entry_seq = coalesce(c.entry_seq, 0) + s.count,
                       write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
                  FROM (SELECT card_id, sum(remaining) AS points, count(*)
                          FROM due GROUP BY card_id) s,
                       loyalty_program p
                 WHERE c.id = s.card_id AND p.id = c.program_id
             RETURNING c.id, c.entry_seq - s.count AS seq, c.company_id, c.program_id,
                       p.currency_id, c.points AS new, c.points + s.points AS old
            ), planned AS MATERIALIZED (
                SELECT nextval('loyalty_point_entry_id_seq')::int AS id, ordered.*
                  FROM (SELECT due.*, card.seq + due.place AS seq, card.company_id,
                               card.program_id, card.currency_id
                          FROM due JOIN card ON card.id = due.card_id
                         ORDER BY due.card_id, due.place) ordered
            ), entered AS (
                INSERT INTO loyalty_point_entry (
                    id, card_id, seq, kind, points, date, company_id, currency_id,
                    program_id, reason, key, body_hash, operator_model, operator_id,
                    operator_name, posted_at)
                SELECT id, card_id, seq, 'lapse', -remaining, expiry + 1, company_id,
                       currency_id, program_id, 'expired',
                       'lapse:' || card_id || ':' || seq, '', %(model)s, %(user)s,
                       %(name)s, now() AT TIME ZONE 'UTC'
                  FROM planned ORDER BY id
            ), drawn AS (
                INSERT INTO loyalty_point_draw (
                    entry_id, award_entry_id, company_id, points)
                SELECT id, entry_id, company_id, remaining FROM planned ORDER BY id
            ), emptied AS (
                UPDATE loyalty_point_award a SET remaining = 0
                  FROM planned WHERE a.entry_id = planned.entry_id
            )
            SELECT id, old::float, new::float FROM card ORDER BY id
            """,
            today=sql_today(env),
            due=_DUE,
            cards=list(card_ids),
            uid=env.uid,
            model=operator[0],
            user=operator[1],
            name=operator[2],
        )
    )
