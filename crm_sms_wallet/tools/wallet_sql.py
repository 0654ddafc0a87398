"""What the writer of the wallet reads and writes.

Numbers with decimals travel as text: Odoo's cursor would make floats of them.
"""

from decimal import Decimal

from odoo.tools import SQL

from .wallet_plan import Lot, Taken


def lock(env, wallet_id):
    """UPDATE the wallet's row: whoever planned by an older state of it fails now, and
    is repeated. A lock alone would not do, see the design of the points ledger.

    :return: (state for a plan, number of the last entry)
    """
    [row] = env.execute_query(
        SQL(
            """
            UPDATE crm_sms_wallet SET entry_seq = entry_seq WHERE id = %s
            RETURNING balance::text, credits, held, uncovered, uncovered_cost::text,
                      entry_seq
            """,
            wallet_id,
        )
    )
    balance, credits, held, uncovered, cost, seq = row
    state = (Decimal(balance), credits, held, uncovered, Decimal(cost))
    return state, seq


def find_entry(env, wallet_id, key):
    """:return: (id, kind, body hash, detail) of the entry with this key, or None"""
    rows = env.execute_query(
        SQL(
            """SELECT id, kind, body_hash, detail FROM crm_sms_wallet_entry
                WHERE wallet_id = %s AND key = %s""",
            wallet_id,
            key,
        )
    )
    return rows[0] if rows else None


def open_lots(env, wallet_id, also=()):
    """:return: [Lot] with something left, and those with the ids `also`"""
    rows = env.execute_query(
        SQL(
            """SELECT id, credits, price::text, expires_on, remaining, spent::text
                 FROM crm_sms_credit_lot
                WHERE wallet_id = %s AND (remaining > 0 OR id = ANY(%s))""",
            wallet_id,
            list(also),
        )
    )
    return [
        Lot(ref, credits, Decimal(price), ends, remaining, Decimal(spent))
        for ref, credits, price, ends, remaining, spent in rows
    ]


def open_holds(env, wallet_id, entry_id=None):
    """:return: {entry id: [date, credits left]}, of one entry or of all open holds"""
    rows = env.execute_query(
        SQL(
            """SELECT entry_id, date, remaining FROM crm_sms_hold
                WHERE wallet_id = %s AND %s""",
            wallet_id,
            SQL("entry_id = %s", entry_id) if entry_id else SQL("remaining > 0"),
        )
    )
    return {ref: [day, left] for ref, day, left in rows}


def drawn(env, entry_id):
    """:return: [(lot id or None, credits)] of a settlement, as they were drawn"""
    return env.execute_query(
        SQL(
            "SELECT lot_id, credits FROM crm_sms_credit_draw WHERE entry_id = %s"
            " ORDER BY id",
            entry_id,
        )
    )


def not_refunded(env, entry_id):
    """:return: [Taken] what is left of a settlement per lot, as it was drawn"""
    rows = env.execute_query(
        SQL(
            """
            WITH moved AS (
                SELECT d.id, d.lot_id, d.credits, d.cost
                  FROM crm_sms_credit_draw d WHERE d.entry_id = %(id)s
            ), back AS (
                SELECT piece->>0 AS lot, sum((piece->>1)::int) AS credits,
                       sum((piece->>2)::numeric) AS cost
                  FROM crm_sms_wallet_entry e,
                       jsonb_array_elements(e.detail->'pieces') piece
                 WHERE e.origin_entry_id = %(id)s GROUP BY 1
            )
            SELECT m.lot_id, m.credits - coalesce(b.credits, 0),
                   (m.cost - coalesce(b.cost, 0))::text
              FROM moved m
              LEFT JOIN back b ON b.lot IS NOT DISTINCT FROM m.lot_id::text
             ORDER BY m.id
            """,
            id=entry_id,
        )
    )
    return [Taken(ref, credits, Decimal(cost)) for ref, credits, cost in rows]


ENTRY_COLUMNS = (
    "wallet_id, company_id, seq, kind, reason, date, posted_at, money, credits, held,"
    " cost, price, balance_after, credits_after, held_after, origin_entry_id,"
    " source_model, source_id, source_name, operator_id, operator_name, detail, key,"
    " body_hash"
)


def insert_entry(env, values):
    """:param values: one value per column of `ENTRY_COLUMNS`
    :return: id of the entry"""
    [[entry_id]] = env.execute_query(
        SQL(
            "INSERT INTO crm_sms_wallet_entry (%s) VALUES %s RETURNING id",
            SQL(ENTRY_COLUMNS),
            tuple(values),
        )
    )
    return entry_id


def insert_lot(env, wallet_id, company_id, entry_id, lot):
    """:return: id of the lot"""
    [[lot_id]] = env.execute_query(
        SQL(
            """
            INSERT INTO crm_sms_credit_lot (wallet_id, company_id, entry_id, credits,
                price, expires_on, remaining, spent)
            VALUES %s RETURNING id
            """,
            (
                *(wallet_id, company_id, entry_id, lot.credits, lot.price),
                *(lot.expires_on, lot.remaining, lot.spent),
            ),
        )
    )
    return lot_id


def update_lots(env, lots):
    for lot in lots:
        env.execute_query(
            SQL(
                "UPDATE crm_sms_credit_lot SET remaining = %s, spent = %s WHERE id = %s"
                " RETURNING id",
                lot.remaining,
                lot.spent,
                lot.ref,
            )
        )


def insert_draws(env, rows):
    """:param rows: [(entry id, wallet id, company id, lot id, credits, cost)]"""
    if rows:
        env.cr.execute(
            SQL(
                """INSERT INTO crm_sms_credit_draw
                       (entry_id, wallet_id, company_id, lot_id, credits, cost)
                   VALUES %s""",
                SQL(", ").join(SQL("%s", row) for row in rows),
            )
        )


def insert_hold(env, wallet_id, company_id, entry_id, credits, day):
    env.cr.execute(
        """INSERT INTO crm_sms_hold
                  (wallet_id, company_id, entry_id, credits, remaining, date)
           VALUES (%s, %s, %s, %s, %s, %s)""",
        [wallet_id, company_id, entry_id, credits, credits, day],
    )


def update_hold(env, entry_id, remaining):
    env.cr.execute(
        "UPDATE crm_sms_hold SET remaining = %s WHERE entry_id = %s",
        [remaining, entry_id],
    )


def update_wallet(env, wallet_id, plan, seq):
    """Store the state after a plan; note when the credits fall below the threshold.
    Who never records a purchase has no credits here, and is not told so.

    :return: whether they have just fallen below it
    """
    [row] = env.execute_query(
        SQL(
            """
            UPDATE crm_sms_wallet
               SET balance = %(balance)s, credits = %(credits)s, held = %(held)s,
                   uncovered = %(uncovered)s, uncovered_cost = %(uncovered_cost)s,
                   entry_seq = %(seq)s,
                   low_state = CASE
                       WHEN mode <> 'resold' AND NOT EXISTS (
                            SELECT FROM crm_sms_credit_lot WHERE wallet_id = %(id)s)
                       THEN 'enough'
                       WHEN %(credits)s >= coalesce(low_credits, 0) THEN 'enough'
                       WHEN low_state = 'told' THEN 'told' ELSE 'low' END
             WHERE id = %(id)s
            RETURNING low_state = 'low'
            """,
            balance=plan.balance,
            credits=plan.credits,
            held=plan.held,
            uncovered=plan.uncovered,
            uncovered_cost=plan.uncovered_cost,
            seq=seq,
            id=wallet_id,
        )
    )
    return row[0]
