"""How PostgreSQL keeps the rows of cards.

Each posting writes a new version of its card's row. Where that fits on the page of the
old one, no index has to learn of it, which is half of the price of a posting. So half
of each page is left free: enough for a posting on every card of it in one transaction.
The table takes no more room for it; without, the old versions would fill as much.
"""

from odoo.tools import SQL

TABLE = "loyalty_card"
FILLED = 50  # per cent of a page


def leave_room(cr):
    """Leave room for new versions from now on; rows of before move when they change."""
    cr.execute(
        "SELECT TRUE FROM pg_class WHERE oid = %s::regclass AND %s = ANY(reloptions)",
        [TABLE, f"fillfactor={FILLED}"],
    )
    if not cr.rowcount:
        cr.execute(
            SQL(
                "ALTER TABLE %s SET (fillfactor = %s)",
                SQL.identifier(TABLE),
                SQL(str(FILLED)),
            )
        )


def forget_room(cr):
    """Keep the rows as PostgreSQL would by itself."""
    cr.execute(SQL("ALTER TABLE %s RESET (fillfactor)", SQL.identifier(TABLE)))
