"""The nightly proof of the wallets, and the rebuilding of their projections.

Everything is derived from the append-only tables (entries and draws) alone and compared
with what is stored. Numbers are compared as they are, without a tolerance.
"""

from odoo.tools import SQL

from . import append_only

_WALLET = SQL(
    """
    SELECT w.id, w.company_id, w.balance, w.credits, w.held, w.uncovered,
           w.uncovered_cost, w.entry_seq,
           coalesce(e.money, 0) AS true_balance, coalesce(e.credits, 0) AS true_credits,
           coalesce(e.held, 0) AS true_held, coalesce(e.entries, 0) AS true_seq,
           coalesce(e.last, 0) AS last, coalesce(u.credits, 0) AS true_uncovered,
           coalesce(u.cost, 0) AS true_uncovered_cost,
           coalesce(l.remaining, 0) AS remaining, coalesce(h.remaining, 0) AS in_holds
      FROM crm_sms_wallet w
      LEFT JOIN (SELECT wallet_id, sum(money) AS money, sum(credits) AS credits,
                        sum(held) AS held, count(*) AS entries, max(seq) AS last
                   FROM crm_sms_wallet_entry GROUP BY wallet_id) e ON e.wallet_id = w.id
      LEFT JOIN (SELECT wallet_id, sum(credits) AS credits, sum(cost) AS cost
                   FROM crm_sms_credit_draw WHERE lot_id IS NULL
                  GROUP BY wallet_id) u ON u.wallet_id = w.id
      LEFT JOIN (SELECT wallet_id, sum(remaining) AS remaining
                   FROM crm_sms_credit_lot GROUP BY wallet_id) l ON l.wallet_id = w.id
      LEFT JOIN (SELECT wallet_id, sum(remaining) AS remaining
                   FROM crm_sms_hold GROUP BY wallet_id) h ON h.wallet_id = w.id
    """
)
_LOT = SQL(
    """
    SELECT l.*, l.credits - coalesce(d.credits, 0) AS true_remaining,
           coalesce(d.cost, 0) AS true_spent, coalesce(d.strangers, 0) AS strangers
      FROM crm_sms_credit_lot l
      LEFT JOIN (SELECT d.lot_id, sum(d.credits) AS credits, sum(d.cost) AS cost,
                        count(*) FILTER (WHERE e.wallet_id <> l.wallet_id
                                            OR d.wallet_id <> l.wallet_id) AS strangers
                   FROM crm_sms_credit_draw d
                   JOIN crm_sms_credit_lot l ON l.id = d.lot_id
                   JOIN crm_sms_wallet_entry e ON e.id = d.entry_id
                  GROUP BY d.lot_id) d ON d.lot_id = l.id
    """
)
_HOLD = SQL(
    """
    SELECT h.id, h.company_id, h.wallet_id, h.entry_id, h.remaining,
           o.held + coalesce(m.held, 0) AS true_remaining
      FROM crm_sms_hold h
      JOIN crm_sms_wallet_entry o ON o.id = h.entry_id
      LEFT JOIN (SELECT origin_entry_id, sum(held) AS held
                   FROM crm_sms_wallet_entry
                  WHERE held < 0 GROUP BY origin_entry_id) m
             ON m.origin_entry_id = h.entry_id
    """
)

# Each query finds rows (check, company, entry, expected, found); numbers as text.
_CHECKS = {
    "balances": SQL(
        """
        SELECT v.name, w.company_id, NULL::int, v.expected::text, v.found::text
          FROM (%s) w CROSS JOIN LATERAL (VALUES
               ('balance', w.true_balance, w.balance),
               ('credits', w.true_credits, w.credits),
               ('held', w.true_held, w.held),
               ('held', w.in_holds, w.held),
               ('sequence', w.true_seq, w.entry_seq),
               ('sequence', w.true_seq, w.last),
               ('uncovered', w.true_uncovered, w.uncovered),
               ('uncovered', w.true_uncovered_cost, w.uncovered_cost),
               ('lots', w.remaining - w.true_uncovered, w.credits + w.held)
               ) v(name, expected, found)
         WHERE v.expected IS DISTINCT FROM v.found
        """,
        _WALLET,
    ),
    "running": SQL(
        """
        SELECT 'running', company_id, id, v.expected::text, v.found::text
          FROM (SELECT *, sum(money) OVER running AS m, sum(credits) OVER running AS c,
                       sum(held) OVER running AS h
                  FROM crm_sms_wallet_entry
                WINDOW running AS (PARTITION BY wallet_id ORDER BY seq)) e
         CROSS JOIN LATERAL (VALUES (e.m, e.balance_after), (e.c, e.credits_after),
                                    (e.h, e.held_after)) v(expected, found)
         WHERE v.expected IS DISTINCT FROM v.found
        """
    ),
    "lots": SQL(
        """
        SELECT v.name, l.company_id, l.entry_id, v.expected::text, v.found::text
          FROM (%s) l JOIN crm_sms_wallet_entry e ON e.id = l.entry_id
         CROSS JOIN LATERAL (VALUES
               ('lot left', l.true_remaining, l.remaining),
               ('lot left', least(l.credits, greatest(0, l.remaining)), l.remaining),
               ('lot cost', l.true_spent, l.spent),
               ('lot used up', CASE l.remaining WHEN 0 THEN l.price ELSE l.spent END,
                l.spent),
               ('lot price', coalesce(e.price, l.price), l.price),
               ('lot size', CASE WHEN e.price IS NULL THEN l.credits ELSE e.credits END,
                l.credits),
               ('crossing', 0, l.strangers)
               ) v(name, expected, found)
         WHERE v.expected IS DISTINCT FROM v.found
        """,
        _LOT,
    ),
    "holds": SQL(
        """
        SELECT 'hold', company_id, entry_id, true_remaining::text, remaining::text
          FROM (%s) h WHERE remaining <> true_remaining OR true_remaining < 0
        """,
        _HOLD,
    ),
    "draws": SQL(
        """
        SELECT 'draws', e.company_id, e.id, v.expected::text, v.found::text
          FROM crm_sms_wallet_entry e
          LEFT JOIN (SELECT d.entry_id, sum(d.credits) AS credits, sum(d.cost) AS cost
                       FROM crm_sms_credit_draw d GROUP BY d.entry_id) d
                 ON d.entry_id = e.id
         CROSS JOIN LATERAL (VALUES
               (e.cost, coalesce(d.cost, 0)),
               (CASE e.kind WHEN 'settle' THEN -e.held
                            WHEN 'expire' THEN -e.credits
                            ELSE coalesce(d.credits, 0) END, coalesce(d.credits, 0))
               ) v(expected, found)
         WHERE v.expected IS DISTINCT FROM v.found
        """
    ),
    "refunds": SQL(
        """
        SELECT 'refunds', s.company_id, s.id, v.expected::text, v.found::text
          FROM crm_sms_wallet_entry s
          JOIN (SELECT origin_entry_id, sum(credits) AS credits, -sum(cost) AS cost
                  FROM crm_sms_wallet_entry
                 WHERE kind = 'refund' AND held = 0 GROUP BY origin_entry_id) r
            ON r.origin_entry_id = s.id
         CROSS JOIN LATERAL (VALUES (-s.held, r.credits), (s.cost, r.cost)
               ) v(expected, found)
         WHERE v.found > v.expected
        """
    ),
}


def check(env, limit=100):
    """Prove the wallets of the whole database.

    :param limit: how many differences of one sort are listed
    :return: list of dicts check, company_id, entry_id, expected, found (texts); empty
        when the wallets are proven
    """
    found = []
    names = ("check", "company_id", "entry_id", "expected", "found")
    for query in _CHECKS.values():
        rows = env.execute_query(SQL("%s LIMIT %s", query, limit))
        found += [dict(zip(names, row, strict=True)) for row in rows]
    there = append_only.protected(env.cr)
    if there != 2 * len(append_only.TABLES):
        wanted = str(2 * len(append_only.TABLES))
        values = ("triggers", None, None, wanted, str(there))
        found.append(dict(zip(names, values, strict=True)))
    return found


def rebuild(env):
    """Make the projections anew from the append-only tables.

    Lots and holds themselves stay: what they are is said by the entries of purchases
    and holds; what is left of them is counted again. The rows of the wallets are
    updated first, as by the writer.
    """
    env.flush_all()
    env.cr.execute("UPDATE crm_sms_wallet SET entry_seq = entry_seq")
    env.cr.execute(
        SQL(
            """
            UPDATE crm_sms_credit_lot l
               SET remaining = t.true_remaining, spent = t.true_spent
              FROM (%s) t WHERE t.id = l.id
               AND (t.remaining, t.spent) IS DISTINCT FROM
                   (t.true_remaining, t.true_spent)
            """,
            _LOT,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_sms_hold h SET remaining = t.true_remaining
              FROM (%s) t WHERE t.id = h.id AND t.remaining <> t.true_remaining
            """,
            _HOLD,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_sms_wallet w
               SET balance = t.true_balance, credits = t.true_credits,
                   held = t.true_held, uncovered = t.true_uncovered,
                   uncovered_cost = t.true_uncovered_cost, entry_seq = t.last
              FROM (%s) t WHERE t.id = w.id
            """,
            _WALLET,
        )
    )
    env.invalidate_all()
