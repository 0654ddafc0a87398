"""Putting movements where the statements of the bulk writer find them.

They pass their rows on in temporary tables:

* `crm_ledger_move`: what is asked, one row per movement, in the order `ord`; `id` is
  what the entry of a simple card will have
* `crm_ledger_card`: the cards after the UPDATE that locks them; `simple` ones are
  posted by these statements, the others by the planner
* `crm_ledger_open`: awards that the spends of simple cards may draw on; `upto` is what
  the card holds up to and with this award, in draw order

Amounts are integer hundredths.
"""

import io

from odoo.tools import SQL

from .ledger_sql import _copy_text, empty_table

MOVE_COLUMNS = {
    "ord": "int",
    "card_id": "int",
    "kind": "varchar",
    "cents": "bigint",
    "key": "varchar",
    "reason": "varchar",
    "date": "date",
    "expiry": "date",
    "branch_id": "int",
    "source_model": "varchar",
    "source_id": "int",
    "source_name": "varchar",
    "policy": "jsonb",
    "may_owe": "boolean",
}
_TEMPORARY = {
    "move": {**MOVE_COLUMNS, "id": "int"},
    "card": {
        **{"id": "int", "cents": "bigint", "entry_seq": "int", "program_id": "int"},
        **{"company_id": "int", "currency_id": "int", "is_member_card": "boolean"},
        **{"merged_into_id": "int", "has_debt": "boolean", "moved": "bigint"},
        **{"entries": "int", "lowest": "bigint", "simple": "boolean"},
    },
    "open": {
        **{"card_id": "int", "entry_id": "int", "expiry": "date", "cents": "bigint"},
        **{"upto": "bigint", "no": "int"},
    },
}


def create_tables(cr):
    """Make the temporary tables, empty; they go with the transaction."""
    for name, columns in _TEMPORARY.items():
        empty_table(cr, f"crm_ledger_{name}", columns)
    cr.execute(
        """ALTER TABLE pg_temp.crm_ledger_move
           ALTER id SET DEFAULT nextval('loyalty_point_entry_id_seq')"""
    )


def _analyze(cr):
    # How many movements a card has is all that the statements differ by.
    cr.execute("ANALYZE pg_temp.crm_ledger_move (card_id)")


def stage_movements(cr, movements):
    """COPY Movement objects to `crm_ledger_move`; `ord` is their place in the list.

    A column with the same value in all rows travels once, as a default.
    """
    columns = zip(
        *(
            (
                *(ord_, m.card_id, m.kind, m.cents, m.key, m.reason, m.date, m.expiry),
                *(m.branch_id, *m.source, m.policy, m.may_owe),
            )
            for ord_, m in enumerate(movements)
        ),
        strict=True,
    )
    varying = {}
    for (name, kind), values in zip(MOVE_COLUMNS.items(), columns, strict=True):
        if name == "ord" or values.count(values[0]) < len(values):
            varying[name] = _texts(kind, values)
        elif values[0] is not None:
            cr.execute(
                SQL(
                    "ALTER TABLE pg_temp.crm_ledger_move ALTER %s SET DEFAULT %s::%s",
                    SQL.identifier(name),
                    values[0],
                    SQL(kind),
                )
            )
    lines = "\n".join(map("\t".join, zip(*varying.values(), strict=True)))
    names = ", ".join(f'"{name}"' for name in varying)
    cr.copy_expert(
        f"COPY pg_temp.crm_ledger_move ({names}) FROM STDIN",
        io.StringIO(lines + "\n"),
    )
    _analyze(cr)


def _texts(kind, values):
    plain = kind in ("int", "bigint", "date", "boolean") and None not in values
    return map(str if plain else _copy_text, values)


def stage_query(env, query, columns):
    """Put what a query of `_post_query` gives into `crm_ledger_move`.

    :return: number of rows with wrong values
    """
    given = {name: SQL("q.%s", SQL.identifier(name)) for name in columns}
    given["cents"] = SQL("round(%s::numeric * 100)::bigint", given.pop("points"))
    given["reason"] = SQL("coalesce(%s, q.kind)", given.get("reason", SQL("NULL")))
    given["may_owe"] = SQL("coalesce(%s, FALSE)", given.get("may_owe", SQL("FALSE")))
    env.cr.execute(
        SQL(
            """
            WITH q AS MATERIALIZED (%s), staged AS (
                INSERT INTO crm_ledger_move (ord, %s)
                SELECT row_number() OVER () - 1, %s FROM q
            )
            SELECT count(*) FROM q
             WHERE q.card_id IS NULL OR coalesce(q.key, '') = '' OR q.points IS NULL
                OR q.points::numeric * 100 <> round(q.points::numeric * 100)
            """,
            query,
            SQL(", ").join(map(SQL.identifier, given)),
            SQL(", ").join(given.values()),
        )
    )
    [(wrong,)] = env.cr.fetchall()
    _analyze(env.cr)
    return wrong


def local_days(today):
    """:return: SQL of the relation (company_id, today)

    :param today: {company id: local date}, 0 for cards of all companies
    """
    return SQL(
        "SELECT * FROM unnest(%s::int[], %s::date[]) AS t(company_id, today)",
        list(today),
        list(today.values()),
    )


def staged(env, ords):
    """:return: [dict of values, `cents` among them] of movements, in order

    :param ords: their numbers, None for all
    """
    columns = [name for name in MOVE_COLUMNS if name != "ord"]
    rows = env.execute_query(
        SQL(
            "SELECT %s FROM crm_ledger_move WHERE %s ORDER BY ord",
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL("TRUE") if ords is None else SQL("ord = ANY(%s)", ords),
        )
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]
