"""What entries and draws refer to is there, and stays: in place of foreign keys.

A foreign key asks row by row, a third of the price of posting many. These triggers ask
once per statement, and for more:

* an entry is of a card that has counted it (`entry_seq`). Whoever counts has written
  the card's row in the same transaction, so that nobody can delete it meanwhile, as
  with the lock that a foreign key takes;
* a draw is of two entries of one card, an entry takes back one that is there. Entries
  cannot be deleted at all, see `ledger_guard`;
* a card with entries is not deleted. Whoever deletes one that was posted to meanwhile
  waits for its row, and then finds the entry or a serialization failure.

A superuser who drops or disables them is found by the nightly proof.
"""

from odoo.tools import SQL

LINKED = "crm_loyalty_points_linked"
CARD_KEPT = "crm_loyalty_points_card_kept"
# New rows `n` that refer to what is not there.
_WRONG = {
    "loyalty_point_entry": SQL(
        """LEFT JOIN loyalty_card c ON c.id = n.card_id
           LEFT JOIN loyalty_point_entry o ON o.id = n.reversed_entry_id
               WHERE (c.entry_seq >= n.seq) IS NOT TRUE
                  OR o.id IS DISTINCT FROM n.reversed_entry_id"""
    ),
    "loyalty_point_draw": SQL(
        """LEFT JOIN loyalty_point_entry s ON s.id = n.entry_id
           LEFT JOIN loyalty_point_entry a ON a.id = n.award_entry_id
               WHERE (s.card_id = a.card_id) IS NOT TRUE"""
    ),
}
FUNCTIONS = [CARD_KEPT, *(f"{LINKED}_{table}" for table in _WRONG)]


def link(cr, table):
    """Refuse rows of `table` that refer to nothing; safe to repeat.

    The plan is kept for the session: it must look rows up even if the first statement
    brought so many that reading all cards was cheaper.
    """
    trigger = SQL.identifier(f"{table}_linked")
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql
                SET enable_hashjoin = off SET enable_mergejoin = off
                SET enable_seqscan = off AS $$
            BEGIN
                IF EXISTS (SELECT FROM posted n %(wrong)s) THEN
                    RAISE foreign_key_violation USING TABLE = TG_TABLE_NAME, MESSAGE =
                        'a row of ' || TG_TABLE_NAME || ' refers to nothing';
                END IF;
                RETURN NULL;
            END $$;
            DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s;
            CREATE TRIGGER %(trigger)s AFTER INSERT ON %(table)s
                REFERENCING NEW TABLE AS posted
                FOR EACH STATEMENT EXECUTE FUNCTION %(function)s();
            ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER %(trigger)s;
            """,
            function=SQL.identifier(f"{LINKED}_{table}"),
            wrong=_WRONG[table],
            trigger=trigger,
            table=SQL.identifier(table),
        )
    )
    _drop_foreign_keys(cr, table)


def _drop_foreign_keys(cr, table):
    """Ledgers of before have them."""
    cr.execute(
        """SELECT conname FROM pg_constraint
            WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid IN
                  (to_regclass('loyalty_card'), to_regclass('loyalty_point_entry'))""",
        [table],
    )
    for (name,) in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(name),
            )
        )


def keep_cards(cr):
    """Refuse to delete cards with entries; safe to repeat."""
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql
                AS $$
            BEGIN
                IF EXISTS (SELECT FROM loyalty_point_entry WHERE card_id = OLD.id)
                   AND (TG_OP = 'DELETE' OR NEW.id <> OLD.id) THEN
                    RAISE foreign_key_violation USING TABLE = TG_TABLE_NAME, MESSAGE =
                        'loyalty card ' || OLD.id || ' has entries in the ledger';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$;
            DROP TRIGGER IF EXISTS loyalty_card_kept ON loyalty_card;
            CREATE TRIGGER loyalty_card_kept BEFORE DELETE OR UPDATE OF id
                ON loyalty_card FOR EACH ROW EXECUTE FUNCTION %(function)s();
            ALTER TABLE loyalty_card ENABLE ALWAYS TRIGGER loyalty_card_kept;
            """,
            function=SQL.identifier(CARD_KEPT),
        )
    )


def unlink(cr):
    """Drop the triggers and their functions."""
    for name in FUNCTIONS:
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(name)))
