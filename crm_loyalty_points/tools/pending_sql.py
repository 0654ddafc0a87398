"""The statements of pending points; see `loyalty.point.pending`."""

from odoo.tools import SQL

from .ledger_sql import relation
from .local_day import sql_today

HELD_COLUMNS = {
    "ord": "int",
    "card_id": "int",
    "company_id": "int",
    "program_id": "int",
    "branch_id": "int",
    "kind": "varchar",
    "cents": "bigint",
    "date": "date",
    "expiry": "date",
    "available_on": "date",
    "wait_for": "varchar",
    "reason": "varchar",
    "source_model": "varchar",
    "source_id": "int",
    "source_name": "varchar",
    "policy": "jsonb",
    "key": "varchar",
    "body_hash": "varchar",
}
_COPIED = [name for name in HELD_COLUMNS if name not in ("ord", "cents")]


def insert(env, rows, operator):
    """Keep rows of HELD_COLUMNS; those whose key exists are left out.

    :param operator: (model, id, name) of who holds
    """
    names = SQL(", ").join(map(SQL.identifier, _COPIED))
    env.cr.execute(
        SQL(
            """
            INSERT INTO loyalty_point_pending (
                %s, points, held_points, returned_points, state, operator_model,
                operator_id, operator_name, held_at)
            SELECT %s, round(cents::numeric / 100, 2), round(cents::numeric / 100, 2),
                   0, 'pending', %s, %s, %s, now() AT TIME ZONE 'UTC'
              FROM %s ORDER BY ord
                ON CONFLICT (key) DO NOTHING
            """,
            names,
            names,
            *operator,
            relation(env.cr, "held", HELD_COLUMNS, rows),
        )
    )


def bodies(env, keys):
    """:return: {key: (pending id or None, body hash)} of held and of posted points"""
    rows = env.execute_query(
        SQL(
            """
            SELECT key, NULL::int, body_hash FROM loyalty_point_entry
             WHERE key = ANY(%s)
             UNION ALL
            SELECT key, id, body_hash FROM loyalty_point_pending WHERE key = ANY(%s)
            """,
            keys,
            keys,
        )
    )
    # what is held wins: its release has another date, and so another body
    return {key: (id_, body) for key, id_, body in rows}


def take(env, ids):
    """Mark what is still pending as posted, and so lock it.

    :return: rows of `TAKEN`, oldest first
    """
    return env.execute_query(
        SQL(
            """
            WITH taken AS (
                UPDATE loyalty_point_pending
                   SET state = 'posted', resolved_at = now() AT TIME ZONE 'UTC'
                 WHERE id = ANY(%s) AND state = 'pending'
             RETURNING id, card_id, company_id, program_id, branch_id, kind,
                       points::text, date, expiry, reason, source_model, source_id,
                       source_name, policy, key
            ) SELECT * FROM taken ORDER BY id
            """,
            ids,
        )
    )


TAKEN = (
    *("id", "card_id", "company_id", "program_id", "branch_id", "kind", "points"),
    *("date", "expiry", "reason", "source_model", "source_id", "source_name"),
    *("policy", "key"),
)


def link(env, rows):
    """:param rows: [(pending id, id of the entry it became)]"""
    columns = {"id": "int", "entry_id": "int"}
    env.cr.execute(
        SQL(
            """UPDATE loyalty_point_pending p SET entry_id = linked.entry_id
                 FROM %s WHERE p.id = linked.id""",
            relation(env.cr, "linked", columns, rows),
        )
    )


def void(env, ids, reason):
    """:return: ids of those that were pending and now are void"""
    rows = env.execute_query(
        SQL(
            """
            UPDATE loyalty_point_pending
               SET state = 'void', void_reason = %s,
                   resolved_at = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s) AND state = 'pending' RETURNING id
            """,
            reason,
            ids,
        )
    )
    return [id_ for (id_,) in rows]


def reduce(env, rows, reason, returned):
    """Take points away from what is pending; what reaches zero is void.

    :param rows: [(pending id, cents to take)]
    :param returned: whether they are points of goods that came back
    """
    columns = {"id": "int", "cents": "bigint"}
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_point_pending p
               SET points = p.points - less.points,
                   returned_points = p.returned_points
                                     + CASE WHEN %(returned)s THEN less.points
                                            ELSE 0 END,
                   state = CASE WHEN p.points > less.points THEN 'pending'
                                ELSE 'void' END,
                   void_reason = %(reason)s,
                   resolved_at = CASE WHEN p.points > less.points THEN NULL
                                      ELSE now() AT TIME ZONE 'UTC' END
              FROM (SELECT id, round(cents::numeric / 100, 2) AS points
                      FROM %(rows)s) less
             WHERE p.id = less.id AND p.state = 'pending'
            """,
            reason=reason,
            returned=returned,
            rows=relation(env.cr, "reduced", columns, rows),
        )
    )


def of_day(env, limit, after=0):
    """:return: [(id, source model, source id, what it waits for or None)] of pending
    points whose day has come, or that wait for an event; by id, after `after`"""
    return env.execute_query(
        SQL(
            """
            SELECT p.id, p.source_model, p.source_id, p.wait_for
              FROM loyalty_point_pending p, %s
             WHERE p.state = 'pending' AND p.id > %s
               AND today.company_id = coalesce(p.company_id, 0)
               AND (p.available_on IS NULL OR p.available_on <= today.day)
             ORDER BY p.id LIMIT %s
            """,
            sql_today(env),
            after,
            limit,
        )
    )


def sums(env, card_ids):
    """:return: {card id: pending points}; those of merged cards count for the card
    that took them over"""
    rows = env.execute_query(
        SQL(
            """
            SELECT coalesce(c.merged_into_id, c.id), sum(p.points)::float
              FROM loyalty_point_pending p JOIN loyalty_card c ON c.id = p.card_id
             WHERE p.state = 'pending'
               AND (c.id = ANY(%s) OR c.merged_into_id = ANY(%s))
             GROUP BY 1
            """,
            card_ids,
            card_ids,
        )
    )
    return dict(rows)
