"""Triggers that make tables append-only: rows are added and stay as they are.

ENABLE ALWAYS: they fire also under session_replication_role = replica. A superuser who
drops or disables them is not stopped, but can be found: see `protected`.

Every ledger has a function of its own, which its module drops when it is uninstalled.
"""

from odoo.tools import SQL

# Per table: (suffix of the trigger's name, what it refuses, how often it fires).
_TRIGGERS = (
    ("append_only", "UPDATE OR DELETE", "ROW"),
    ("no_truncate", "TRUNCATE", "STATEMENT"),
)


def protect(cr, table, function, what):
    """Refuse UPDATE, DELETE and TRUNCATE on `table`; safe to repeat.

    :param function: name of the trigger function, one per ledger
    :param what: the ledger in words, as the refusal's subject: "the points ledger".
        Texts of the code only, never of users: it becomes part of the function
    """
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION USING MESSAGE = %s
                    || TG_OP || ' of ' || TG_TABLE_NAME || ' refused';
            END $$
            """,
            SQL.identifier(function),
            f"{what} is append-only: ",
        )
    )
    for name, event, level in _TRIGGERS:
        trigger = SQL.identifier(f"{table}_{name}")
        cr.execute(
            SQL(
                """
                DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s;
                CREATE TRIGGER %(trigger)s BEFORE %(event)s ON %(table)s
                    FOR EACH %(level)s EXECUTE FUNCTION %(function)s();
                ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER %(trigger)s;
                """,
                trigger=trigger,
                table=SQL.identifier(table),
                event=SQL(event),
                level=SQL(level),
                function=SQL.identifier(function),
            )
        )


def protected(cr, function):
    """:return: how many triggers with this function are there and always fire; two
    for each table that was protected"""
    cr.execute(
        """SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE p.proname = %s AND t.tgenabled = 'A'""",
        [function],
    )
    return cr.fetchone()[0]


def unprotect(cr, function):
    """Drop the triggers and their function."""
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(function)))
