"""The statements of the ledger's writer; see `ledger_writer`."""

import io
from functools import lru_cache

from odoo.tools import SQL

# From this many rows on, rows travel by COPY instead of as parameters.
COPY_FROM = 1000

# The balance of a card `c` in hundredths. A float knows those exactly, so that divided
# by 100 they are the float of the two-digit number again.
CARD_CENTS = SQL("round(coalesce(c.points, 0) * 100)")

ENTRY_COLUMNS = {
    "ord": "int",
    "card_id": "int",
    "seq": "int",
    "kind": "varchar",
    "cents": "bigint",
    "date": "date",
    "expiry": "date",
    "company_id": "int",
    "currency_id": "int",
    "program_id": "int",
    "branch_id": "int",
    "reason": "varchar",
    "source_model": "varchar",
    "source_id": "int",
    "source_name": "varchar",
    "policy": "jsonb",
    "key": "varchar",
    "body_hash": "varchar",
    "reversed_entry_id": "int",
}
POSITION_COLUMNS = {
    "ref": "bigint",
    "card_id": "int",
    "company_id": "int",
    "program_id": "int",
    "expiry": "date",
    "cents": "bigint",
}
DRAW_COLUMNS = {
    "ord": "int",
    "spend": "bigint",
    "award": "bigint",
    "company_id": "int",
    "cents": "bigint",
}


def relation(cr, name, columns, rows):
    """Make `rows` readable in SQL as relation `name`.

    :param columns: dict of column name to PostgreSQL type
    :return: SQL for a FROM clause
    """
    if len(rows) >= COPY_FROM:
        return _copied(cr, name, columns, rows)
    values = list(map(list, zip(*rows, strict=True))) or [[] for _ in columns]
    return SQL(_unnest(name, tuple(columns.items())), *values)


@lru_cache
def _unnest(name, columns):
    """:return: text of the FROM clause; it is asked for several times per posting"""
    arrays = ", ".join(f"%s::{kind}[]" for _column, kind in columns)
    names = ", ".join(f'"{column}"' for column, _kind in columns)
    return f'unnest({arrays}) AS "{name}"({names})'


def empty_table(cr, name, columns):
    """Make a temporary table that goes with the transaction, or empty the one there is:
    each new one would take locks that the transaction keeps to its end.

    :param columns: dict of column name to PostgreSQL type
    """
    table = SQL.identifier(name)
    cr.execute(SQL("SELECT to_regclass(%s)", f"pg_temp.{name}"))
    if cr.fetchone()[0]:
        no_defaults = (
            SQL("ALTER %s DROP DEFAULT", SQL.identifier(column)) for column in columns
        )
        cr.execute(SQL("TRUNCATE pg_temp.%s", table))
        cr.execute(SQL("ALTER TABLE pg_temp.%s %s", table, SQL(", ").join(no_defaults)))
        return
    definitions = (
        SQL("%s %s", SQL.identifier(column), SQL(kind))
        for column, kind in columns.items()
    )
    cr.execute(
        SQL(
            "CREATE TEMP TABLE %s (%s) ON COMMIT DROP",
            table,
            SQL(", ").join(definitions),
        )
    )


def _copied(cr, name, columns, rows):
    table = f"crm_ledger_{name}"
    empty_table(cr, table, columns)
    lines = io.StringIO()
    lines.writelines("\t".join(map(_copy_text, row)) + "\n" for row in rows)
    lines.seek(0)
    cr.copy_expert(f'COPY pg_temp."{table}" FROM STDIN', lines)
    cr.execute(SQL("ANALYZE pg_temp.%s", SQL.identifier(table)))
    return SQL("pg_temp.%s AS %s", SQL.identifier(table), SQL.identifier(name))


def _copy_text(value):
    if value is None:
        return r"\N"
    if isinstance(value, str):
        if "\\" in value:
            value = value.replace("\\", r"\\")
        if not value.isprintable():
            for char, escape in (("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
                value = value.replace(char, escape)
        return value
    return str(value)


def lookup(env, keys, card_ids):
    """:return: ({key: (entry id, body hash)}, {merged card id: surviving card id})"""
    rows = env.execute_query(
        SQL(
            """
            SELECT id, key, body_hash FROM loyalty_point_entry WHERE key = ANY(%s)
            UNION ALL
            SELECT id, NULL, merged_into_id::text FROM loyalty_card
             WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
            """,
            keys,
            card_ids,
        )
    )
    known = {key: (id_, body) for id_, key, body in rows if key is not None}
    merged = {id_: int(into) for id_, key, into in rows if key is None}
    return known, merged


def move_cards(env, rows):
    """Add to the balance and to the entry counter of cards, and so lock them.

    Under REPEATABLE READ nothing but an UPDATE of the row makes the second of two
    sessions that spend the same points fail (and be retried).

    :param rows: [(card id, cents to add, number of entries to add)]
    :return: [(card id, cents, entry_seq, program, company, currency, is_member_card,
        merged_into_id, has_debt)] after the change
    """
    columns = {"id": "int", "cents": "bigint", "entries": "int"}
    source = relation(env.cr, "moved", columns, sorted(rows))
    return env.execute_query(
        SQL(
            """
            UPDATE loyalty_card c
               SET points = (%s + moved.cents) / 100,
                   entry_seq = coalesce(c.entry_seq, 0) + moved.entries,
                   write_date = now() AT TIME ZONE 'UTC',
                   write_uid = %s
              FROM %s, loyalty_program p
             WHERE c.id = moved.id AND p.id = c.program_id
         RETURNING c.id, %s::bigint, c.entry_seq,
                   c.program_id, c.company_id, p.currency_id, c.is_member_card,
                   c.merged_into_id,
                   EXISTS (SELECT FROM loyalty_point_award a
                            WHERE a.card_id = c.id AND a.remaining < 0)
            """,
            CARD_CENTS,
            env.uid,
            source,
            CARD_CENTS,
        )
    )


def open_positions(env, card_ids):
    """:return: [(card id, entry id, expiry, cents)] of awards and debts left."""
    return env.execute_query(
        SQL(
            """
            SELECT card_id, entry_id, expiry, round(remaining * 100)::bigint
              FROM loyalty_point_award
             WHERE card_id = ANY(%s) AND remaining <> 0
            """,
            card_ids,
        )
    )


def origins(env, entry_ids):
    """:return: [(id, card, kind, cents, reversed cents, lapsed cents)]"""
    return env.execute_query(
        SQL(
            """
            SELECT e.id, e.card_id, e.kind, round(e.points * 100)::bigint,
                   (SELECT coalesce(round(sum(r.points) * 100), 0)::bigint
                      FROM loyalty_point_entry r WHERE r.reversed_entry_id = e.id),
                   (SELECT coalesce(round(sum(d.points) * 100), 0)::bigint
                      FROM loyalty_point_draw d
                      JOIN loyalty_point_entry l ON l.id = d.entry_id
                     WHERE d.award_entry_id = e.id AND l.kind = 'lapse')
              FROM loyalty_point_entry e
             WHERE e.id = ANY(%s)
            """,
            entry_ids,
        )
    )


def origin_draws(env, entry_ids):
    """:return: [(spend id, award entry id, expiry, net cents)], last drawn first.

    What a reversal paid of the spend's own debt is left out: it went to no award.
    """
    return env.execute_query(
        SQL(
            """
            WITH moves AS MATERIALIZED (
                SELECT id AS spend_id, id
                  FROM loyalty_point_entry
                 WHERE id = ANY(%(ids)s) AND points < 0
                 UNION ALL
                SELECT s.id, r.id
                  FROM loyalty_point_entry s
                  JOIN loyalty_point_entry r ON r.reversed_entry_id = s.id
                 WHERE s.id = ANY(%(ids)s) AND s.points < 0
            )
            SELECT m.spend_id, d.award_entry_id, a.expiry,
                   round(sum(d.points) * 100)::bigint
              FROM moves m
              JOIN loyalty_point_draw d ON d.entry_id = m.id
              JOIN loyalty_point_entry t ON t.id = d.award_entry_id
              JOIN loyalty_point_award a ON a.entry_id = d.award_entry_id
             WHERE t.reversed_entry_id IS DISTINCT FROM m.spend_id
             GROUP BY m.spend_id, d.award_entry_id, a.expiry
            HAVING sum(d.points) > 0
             ORDER BY m.spend_id,
                      max(d.id) FILTER (WHERE d.entry_id = m.spend_id) DESC
            """,
            ids=entry_ids,
        )
    )


def write_plan(env, entries, added, changed, draws, operator, new):
    """Insert entries, draws and awards, and update the changed awards.

    :param entries, added, changed, draws: rows of ENTRY_COLUMNS, POSITION_COLUMNS
        (new and stored positions) and DRAW_COLUMNS
    :param operator: (model, id, name) of who posts
    :param new: references from this number on mean "the new entry number ref - new"
    :return: list of the ids of the new entries, in the order of `entries`; None for
        one whose key exists already
    """
    cr = env.cr
    parts = [
        SQL(
            """
            WITH ids AS MATERIALIZED (
                SELECT ord, nextval('loyalty_point_entry_id_seq')::int AS id
                  FROM generate_series(0, %s) AS ord
            ), e AS (
                INSERT INTO loyalty_point_entry (
                    id, card_id, seq, kind, points, date, expiry, company_id,
                    currency_id, program_id, branch_id, reason, source_model,
                    source_id, source_name, policy, key, body_hash,
                    reversed_entry_id, operator_model, operator_id, operator_name,
                    posted_at)
                SELECT ids.id, v.card_id, v.seq, v.kind,
                       round(v.cents::numeric / 100, 2), v.date, v.expiry,
                       v.company_id, v.currency_id, v.program_id, v.branch_id,
                       v.reason, v.source_model, v.source_id, v.source_name,
                       v.policy, v.key, v.body_hash, v.reversed_entry_id,
                       %s, %s, %s, now() AT TIME ZONE 'UTC'
                  FROM %s JOIN ids ON ids.ord = v.ord
                 ORDER BY v.ord
                ON CONFLICT (key) DO NOTHING
                RETURNING id
            )""",
            len(entries) - 1,
            *operator,
            relation(cr, "v", ENTRY_COLUMNS, entries),
        )
    ]
    if added:
        parts.append(
            SQL(
                """, a AS (
                INSERT INTO loyalty_point_award (
                    entry_id, card_id, company_id, program_id, expiry, remaining)
                SELECT ids.id, n.card_id, n.company_id, n.program_id, n.expiry,
                       round(n.cents::numeric / 100, 2)
                  FROM %s JOIN ids ON ids.ord = n.ref - %s
                 ORDER BY n.ref
            )""",
                relation(cr, "n", POSITION_COLUMNS, added),
                new,
            )
        )
    if changed:
        parts.append(
            SQL(
                """, u AS (
                UPDATE loyalty_point_award a
                   SET remaining = round(w.cents::numeric / 100, 2)
                  FROM %s
                 WHERE a.entry_id = w.ref
            )""",
                relation(cr, "w", POSITION_COLUMNS, changed),
            )
        )
    if draws:
        parts.append(
            SQL(
                """, d AS (
                INSERT INTO loyalty_point_draw (
                    entry_id, award_entry_id, company_id, points)
                SELECT coalesce(s.id, x.spend), coalesce(t.id, x.award),
                       x.company_id, round(x.cents::numeric / 100, 2)
                  FROM %s
                  LEFT JOIN ids s ON s.ord = x.spend - %s
                  LEFT JOIN ids t ON t.ord = x.award - %s
                 WHERE (SELECT count(*) FROM e) = %s
                 ORDER BY x.ord
            )""",
                relation(cr, "x", DRAW_COLUMNS, draws),
                new,
                new,
                # nothing is drawn for a key that exists: there is no entry
                len(entries),
            )
        )
    parts.append(
        SQL("SELECT e.id FROM ids LEFT JOIN e ON e.id = ids.id ORDER BY ids.ord")
    )
    return [id_ for (id_,) in env.execute_query(SQL(" ").join(parts))]
