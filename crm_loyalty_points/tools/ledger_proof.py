"""The nightly proof of the ledger, and the rebuilding of its projections.

Everything is derived from the append-only tables alone and compared with what is
stored. The remainder of an entry is its points, plus what it drew, minus what was
drawn from it; the balance of a card is the sum of its entries.
"""

from odoo.tools import SQL

from . import ledger_guard, ledger_links, ledger_redate

_SUMS = SQL(
    """
    SELECT card_id, sum(points) AS points, count(*) AS entries, min(seq) AS first,
           max(seq) AS last
      FROM loyalty_point_entry GROUP BY card_id
    """
)
_DRAWN = SQL(
    """
    SELECT ref, sum(points) AS points
      FROM (SELECT entry_id AS ref, points FROM loyalty_point_draw
             UNION ALL
            SELECT award_entry_id, -points FROM loyalty_point_draw) moved
     GROUP BY ref
    """
)

# Each query finds rows (check, card, entry, expected, found).
_CHECKS = {
    "balance": SQL(
        """
        SELECT v.name, c.id, NULL::int, v.expected::float, v.found::float
          FROM loyalty_card c
          LEFT JOIN (%s) s ON s.card_id = c.id
         CROSS JOIN LATERAL (VALUES
               ('balance', coalesce(s.points, 0),
                round(coalesce(c.points, 0)::numeric, 2)),
               ('sequence', coalesce(s.entries, 0), coalesce(c.entry_seq, 0)),
               ('sequence', coalesce(s.entries, 0), coalesce(s.last, 0)),
               ('sequence', least(coalesce(s.entries, 0), 1), coalesce(s.first, 0))
               ) v(name, expected, found)
         WHERE (c.is_member_card OR s.card_id IS NOT NULL)
           -- Cheap to ask, and true of no card; the rest is for those that it finds.
           AND (coalesce(c.points, 0) <> coalesce(s.points, 0)::float
                OR coalesce(c.entry_seq, 0) <> coalesce(s.entries, 0)
                OR s.last <> s.entries OR s.first <> 1)
           AND v.expected IS DISTINCT FROM v.found
        """,
        _SUMS,
    ),
    "remaining": SQL(
        """
        SELECT 'remaining', e.card_id, e.id, (e.points + coalesce(m.points, 0))::float,
               coalesce(a.remaining, 0)::float
          FROM loyalty_point_entry e
          LEFT JOIN (%s) m ON m.ref = e.id
          LEFT JOIN loyalty_point_award a ON a.entry_id = e.id
         WHERE coalesce(a.remaining, 0) <> e.points + coalesce(m.points, 0)
            OR (e.points + coalesce(m.points, 0)) * e.points < 0
            OR (e.kind = 'reversal' AND e.points > 0
                AND e.points + coalesce(m.points, 0) <> 0)
        """,
        _DRAWN,
    ),
    "crossing": SQL(
        """
        SELECT 'crossing', s.card_id, d.entry_id, a.card_id::float, s.card_id::float
          FROM loyalty_point_draw d
          LEFT JOIN loyalty_point_entry s ON s.id = d.entry_id
          LEFT JOIN loyalty_point_entry a ON a.id = d.award_entry_id
         WHERE (a.card_id = s.card_id) IS NOT TRUE
         UNION ALL
        SELECT 'crossing', e.card_id, e.id, c.program_id::float, e.program_id::float
          FROM loyalty_point_entry e LEFT JOIN loyalty_card c ON c.id = e.card_id
         WHERE (e.program_id = c.program_id) IS NOT TRUE
        """
    ),
    "reversed": SQL(
        """
        SELECT 'reversed', e.card_id, e.id, -e.points::float, sum(r.points)::float
          FROM loyalty_point_entry r
          LEFT JOIN loyalty_point_entry e ON e.id = r.reversed_entry_id
         WHERE r.reversed_entry_id IS NOT NULL
         GROUP BY e.card_id, e.id, e.points
        HAVING abs(sum(r.points)) > abs(e.points) OR sum(r.points) * e.points > 0
            OR count(*) FILTER (WHERE (r.card_id = e.card_id) IS NOT TRUE) > 0
        """
    ),
    "expiry": ledger_redate.CHECK,
    "triggers": SQL(
        """
        SELECT 'triggers', NULL::int, NULL::int, %(count)s::float, count(*)::float
          FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE p.proname = ANY(%(functions)s) AND t.tgenabled = 'A'
        HAVING count(*) <> %(count)s
        """,
        count=2 * len(ledger_guard.TABLES) + len(ledger_links.FUNCTIONS),
        functions=[ledger_guard.FUNCTION, *ledger_links.FUNCTIONS],
    ),
}


def check(env, limit=100, parts=None):
    """Prove the ledger of the whole database.

    :param limit: how many differences of one sort are listed
    :param parts: names of the queries to run, None for all: "balance" (with
        "sequence"), "remaining", "crossing", "reversed", "expiry", "triggers"
    :return: list of dicts check, card_id, entry_id, expected, found; empty when the
        ledger is proven. Checks: "balance" (card against its entries), "sequence"
        (numbers without gaps), "remaining" (awards against entries and draws),
        "crossing" (a draw or an entry outside its card or programme, or of a card or
        an entry that is not there), "reversed"
        (more taken back than moved), "expiry" (award against entry and redates, as
        numbers YYYYMMDD), "triggers" (append-only protection missing)
    """
    found = []
    names = ("check", "card_id", "entry_id", "expected", "found")
    for part, query in _CHECKS.items():
        if parts is None or part in parts:
            rows = env.execute_query(SQL("%s LIMIT %s", query, limit))
            found += [dict(zip(names, row, strict=True)) for row in rows]
    return found


def rebuild(env, expiry):
    """Make the projections anew from the append-only tables.

    :param expiry: SQL of an entry's expiry as it is now, over entry `e`
    :return: (awards changed, cards changed)
    """
    awards = env.execute_query(
        SQL(
            """
            INSERT INTO loyalty_point_award AS a (
                entry_id, card_id, company_id, program_id, expiry, remaining)
            SELECT e.id, e.card_id, e.company_id, e.program_id, %s,
                   e.points + coalesce(m.points, 0)
              FROM loyalty_point_entry e
              LEFT JOIN (%s) m ON m.ref = e.id
              LEFT JOIN loyalty_point_award old ON old.entry_id = e.id
             WHERE (old.id IS NOT NULL OR e.points + coalesce(m.points, 0) <> 0
                    OR (e.points > 0 AND e.kind <> 'reversal'))
               AND (old.remaining, old.expiry, old.card_id, old.program_id)
                   IS DISTINCT FROM (e.points + coalesce(m.points, 0), %s,
                                     e.card_id, e.program_id)
                ON CONFLICT (entry_id) DO UPDATE
               SET remaining = excluded.remaining, expiry = excluded.expiry,
                   card_id = excluded.card_id, program_id = excluded.program_id,
                   company_id = excluded.company_id
            RETURNING a.id
            """,
            expiry,
            _DRAWN,
            expiry,
        )
    )
    cards = env.execute_query(
        SQL(
            """
            UPDATE loyalty_card c
               SET points = coalesce(s.points, 0), entry_seq = coalesce(s.entries, 0)
              FROM loyalty_card o LEFT JOIN (%s) s ON s.card_id = o.id
             WHERE o.id = c.id AND (c.is_member_card OR s.card_id IS NOT NULL)
               AND (round(coalesce(c.points, 0)::numeric, 2) <> coalesce(s.points, 0)
                    OR coalesce(c.entry_seq, 0) <> coalesce(s.entries, 0))
            RETURNING c.id
            """,
            _SUMS,
        )
    )
    return len(awards), len(cards)
