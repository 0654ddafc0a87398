"""The triggers that make the ledger's tables append-only.

ENABLE ALWAYS: they fire also under session_replication_role = replica. A superuser who
drops or disables them is not stopped, but found by the nightly proof.
"""

from odoo.tools import SQL

FUNCTION = "crm_loyalty_points_append_only"
TABLES = ("loyalty_point_entry", "loyalty_point_draw", "loyalty_point_redate")


def protect(cr, table):
    """Refuse UPDATE, DELETE and TRUNCATE on `table`; safe to repeat."""
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION USING MESSAGE = 'the points ledger is append-only: '
                    || TG_OP || ' of ' || TG_TABLE_NAME || ' refused';
            END $$
            """,
            SQL.identifier(FUNCTION),
        )
    )
    for name, event, level in (
        ("append_only", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
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
                function=SQL.identifier(FUNCTION),
            )
        )


def unprotect(cr):
    """Drop the triggers and their function."""
    cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(FUNCTION)))
