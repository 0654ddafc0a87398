"""The statements of the bulk writer; see `ledger_bulk`, and `ledger_stage` for the
temporary tables by which they pass their rows on. Amounts are integer hundredths.
"""

from collections import namedtuple

from odoo.tools import SQL

from .ledger_movement import BODY_HASH
from .ledger_redate import ACTIVITY
from .ledger_sql import CARD_CENTS
from .ledger_stage import local_days


def known_keys(env):
    """:return: [(ord, entry id, key, whether the body is the same)] of posted keys,
    whose rows leave `crm_ledger_move`"""
    return env.execute_query(
        SQL(
            """
            DELETE FROM crm_ledger_move m
             USING crm_ledger_move n
             CROSS JOIN LATERAL (SELECT id, body_hash FROM loyalty_point_entry
                                  WHERE key = n.key LIMIT 1) e
             WHERE n.ord = m.ord
         RETURNING m.ord, e.id, m.key, e.body_hash = %s
            """,
            BODY_HASH,
        )
    )


CARDS = SQL("crm_ledger_card")
# Cards whose movements all go one way, that owe nothing, and whose other points do not
# stay valid because of these movements.
_ONE_WAY = SQL(
    """d.card_id IS NULL AND (t.lowest >= 0 OR t.highest < 0)
       AND NOT (t.active AND p.expiry_policy = 'inactivity')"""
)
_CARD_COLUMNS = SQL(
    """id, cents, entry_seq, program_id, company_id, currency_id, is_member_card,
       merged_into_id, has_debt, moved, entries, lowest, simple"""
)
# What is told of the cards: how many there are and how many of them are simple, the id
# of one that is not of the ledger, whether one was merged into another, of the simple
# ones whether one spends and whether one has several movements, and of `give` the
# number of entries made and the changes, see `simple_cards`.
Moved = namedtuple(
    "Moved",
    "cards simple stranger merged spending several entries changes",
    defaults=(0, None),
)
_TOLD = SQL(
    """count(*), count(*) FILTER (WHERE simple),
       min(id) FILTER (WHERE is_member_card IS NOT TRUE),
       coalesce(bool_or(merged_into_id IS NOT NULL), FALSE),
       coalesce(bool_or(simple AND lowest < 0), FALSE),
       coalesce(bool_or(simple AND entries > 1), FALSE)"""
)


def only_given(env):
    """:return: whether nothing is spent"""
    [(only,)] = env.execute_query(
        SQL("SELECT coalesce(min(cents) >= 0, TRUE) FROM crm_ledger_move")
    )
    return only


def asked(env):
    """:return: (number of cards asked for, whether one has several movements, whether
    nothing is spent)"""
    [(movements, cards, lowest)] = env.execute_query(
        SQL("SELECT count(*), count(DISTINCT card_id), min(cents) FROM crm_ledger_move")
    )
    return cards, movements > cards, (lowest or 0) >= 0


def move_cards(env):
    """Add the movements to the cards they name, and so lock them.

    :return: Moved
    """
    rows = env.execute_query(
        SQL(
            """
            WITH %s, k AS (
                INSERT INTO crm_ledger_card SELECT %s FROM c RETURNING *
            )
            SELECT %s FROM k
            """,
            _moved(env),
            _CARD_COLUMNS,
            _TOLD,
        )
    )
    return Moved(*rows[0])


def give(env, today, operator, several, tell_balances):
    """All of it in one statement, where nothing is spent: lock the cards, and write
    entries and awards of the simple ones. `crm_ledger_card` gets the others.

    :param today, operator, several: see `write_entries`
    :param tell_balances: `changes` have them, not only the ids
    :return: Moved
    """
    columns = ("id", "cents - moved", "cents") if tell_balances else ("id",)
    env.cr.execute(
        SQL(
            """
            WITH %s, k AS (
                INSERT INTO crm_ledger_card SELECT %s FROM c WHERE NOT simple
            ), %s
            SELECT %s, (SELECT count(*) FROM e),
                   %s
              FROM c
            """,
            _moved(env),
            _CARD_COLUMNS,
            _written(today, operator, several, SQL("c")),
            _TOLD,
            SQL(", ").join(
                SQL("coalesce(array_agg(%s) FILTER (WHERE simple), '{}')", SQL(column))
                for column in columns
            ),
        ),
        log_exceptions=False,
    )
    row = env.cr.fetchone()
    told = len(Moved._fields) - 1
    return Moved(*row[:told], list(zip(*row[told:], strict=True)))


def _moved(env):
    """:return: the UPDATE of the cards, as `c` of a WITH clause"""
    return SQL(
        """
        t AS MATERIALIZED (
            SELECT card_id, sum(cents)::bigint AS moved, count(*) AS entries,
                   min(cents) AS lowest, max(cents) AS highest,
                   bool_or(kind = ANY(%s)) AS active
              FROM crm_ledger_move GROUP BY card_id ORDER BY card_id
        ), c AS (
            UPDATE loyalty_card c
               SET points = (%s + t.moved) / 100,
                   entry_seq = coalesce(c.entry_seq, 0) + t.entries,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %s
              FROM t LEFT JOIN (SELECT DISTINCT card_id FROM loyalty_point_award
                                 WHERE remaining < 0) d ON d.card_id = t.card_id,
                   loyalty_program p
             WHERE c.id = t.card_id AND p.id = c.program_id
         RETURNING c.id, %s::bigint AS cents, c.entry_seq, c.program_id, c.company_id,
                   p.currency_id, c.is_member_card, c.merged_into_id,
                   d.card_id IS NOT NULL AS has_debt, t.moved, t.entries, t.lowest,
                   (%s) AS simple
        )
        """,
        list(ACTIVITY),
        CARD_CENTS,
        env.uid,
        CARD_CENTS,
        _ONE_WAY,
    )


def missing_card(env):
    """:return: id of a card that is asked for and is not there, or has no programme"""
    rows = env.execute_query(
        SQL(
            """SELECT card_id FROM crm_ledger_move m
                WHERE NOT EXISTS (SELECT FROM loyalty_card c
                                    JOIN loyalty_program p ON p.id = c.program_id
                                   WHERE c.id = m.card_id)
                LIMIT 1"""
        )
    )
    return rows[0][0]


def open_awards(env, today):
    """Find what the spends may draw on. Cards that have to lapse points first, or have
    not enough, are not `simple`.

    :param today: see `ledger_stage.local_days`
    :return: ids of cards that turned out not to be simple
    """
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_ledger_open
            SELECT card_id, entry_id, expiry, cents, sum(cents) OVER w,
                   row_number() OVER w
              FROM (SELECT a.card_id, a.entry_id, a.expiry,
                           round(a.remaining * 100)::bigint AS cents
                      FROM crm_ledger_card c
                      JOIN loyalty_point_award a
                        ON a.card_id = c.id AND a.remaining <> 0
                     WHERE c.simple AND c.lowest < 0) a
            WINDOW w AS (PARTITION BY card_id ORDER BY expiry NULLS LAST, entry_id)
            """
        )
    )
    env.cr.execute("ANALYZE pg_temp.crm_ledger_open")
    rows = env.execute_query(
        SQL(
            """
            UPDATE crm_ledger_card c SET simple = FALSE
              FROM crm_ledger_card k
              LEFT JOIN (SELECT card_id, max(upto) AS held, min(expiry) AS first
                           FROM crm_ledger_open GROUP BY card_id) o
                     ON o.card_id = k.id
              LEFT JOIN (%s) t ON t.company_id = coalesce(k.company_id, 0)
             WHERE k.id = c.id AND c.simple AND c.lowest < 0
               AND (coalesce(o.held, 0) < -c.moved OR o.first < t.today)
         RETURNING c.id
            """,
            local_days(today),
        )
    )
    return [id_ for (id_,) in rows]


def plain_rows(env):
    """:return: what the planner needs of the cards that are not simple: (rows as those
    of `ledger_sql.move_cards`, [(ord)] of their movements in order)"""
    cards = env.execute_query(
        SQL(
            """SELECT id, cents, entry_seq, program_id, company_id, currency_id,
                      is_member_card, merged_into_id, has_debt, moved, entries
                 FROM crm_ledger_card WHERE NOT simple ORDER BY id"""
        )
    )
    ords = env.execute_query(
        SQL(
            """SELECT m.ord FROM crm_ledger_move m
                 JOIN crm_ledger_card c ON c.id = m.card_id
                WHERE NOT c.simple ORDER BY m.ord"""
        )
    )
    return cards, [ord_ for (ord_,) in ords]


def _simple_movements(columns, several, cards=CARDS):
    """:param columns: SQL of what is wanted of the movements `m` and cards `c`
    :param several: whether a card may have more than one movement
    :param cards: SQL of the relation of the cards
    :return: SELECT of the movements of simple cards, with their number `no` and
        sequence `seq` on the card, and what it spends `upto` them"""
    places = "1 AS no, c.entry_seq AS seq, -m.cents AS upto"
    window = ""
    if several:
        places = """row_number() OVER w AS no,
                    c.entry_seq - c.entries + row_number() OVER w AS seq,
                    (sum(-m.cents) OVER w)::bigint AS upto"""
        window = """WINDOW w AS (PARTITION BY m.card_id ORDER BY m.ord
                                 ROWS UNBOUNDED PRECEDING)"""
    return SQL(
        """SELECT %s, %s
             FROM crm_ledger_move m JOIN %s c ON c.id = m.card_id
            WHERE c.simple %s""",
        columns,
        SQL(places),
        cards,
        SQL(window),
    )


def write_entries(env, today, operator, several):
    """Insert the entries of simple cards, and the awards of those that give.

    :param today: see `ledger_stage.local_days`
    :param operator: (model, id, name) of who posts
    :param several: see `_simple_movements`
    :return: number of entries made
    :raises psycopg2.errors.UniqueViolation: a key that is there already
    """
    env.cr.execute(
        SQL(
            "WITH %s SELECT count(*) FROM e", _written(today, operator, several, CARDS)
        ),
        log_exceptions=False,
    )
    return env.cr.fetchone()[0]


def _written(today, operator, several, cards):
    """A plain INSERT costs less than one that asks for conflicts, which were asked for
    before: what it meets was given twice, or posted meanwhile.

    :return: the entries and their awards, as `e` and `a` of a WITH clause
    """
    return SQL(
        """
        e AS (
            INSERT INTO loyalty_point_entry (
                id, card_id, seq, kind, points, date, expiry, company_id,
                currency_id, program_id, branch_id, reason, source_model,
                source_id, source_name, policy, key, body_hash, operator_model,
                operator_id, operator_name, posted_at)
            SELECT m.id, m.card_id, m.seq, m.kind, round(m.cents::numeric / 100, 2),
                   coalesce(m.date, t.today), CASE WHEN m.cents >= 0 THEN m.expiry END,
                   m.company_id, m.currency_id, m.program_id, m.branch_id,
                   m.reason, m.source_model, m.source_id, m.source_name, m.policy,
                   m.key, %(body)s, %(model)s, %(user)s, %(name)s,
                   now() AT TIME ZONE 'UTC'
              FROM (%(movements)s) m
              JOIN (%(today)s) t ON t.company_id = coalesce(m.company_id, 0)
         RETURNING id, card_id, company_id, program_id, expiry, points
        ), a AS (
            INSERT INTO loyalty_point_award (
                entry_id, card_id, company_id, program_id, expiry, remaining)
            SELECT id, card_id, company_id, program_id, expiry, points
              FROM e WHERE points > 0
        )
        """,
        movements=_simple_movements(
            SQL("m.*, c.company_id, c.currency_id, c.program_id"), several, cards
        ),
        today=local_days(today),
        body=BODY_HASH,
        model=operator[0],
        user=operator[1],
        name=operator[2],
    )


def is_key_repeated(env):
    """:return: whether two movements have one key"""
    env.cr.execute(
        """SELECT TRUE FROM crm_ledger_move GROUP BY key HAVING count(*) > 1 LIMIT 1"""
    )
    return bool(env.cr.rowcount)


# Which spend `s` takes how much of which award. Both lists of a card, laid end to end,
# are cut where either has a border: each piece is of one spend and of one award.
_PIECES = SQL(
    """
    SELECT s.ord, s.id, s.company_id, o.no, o.entry_id, p.upto - p.since AS cents,
           o.cents AS held
      FROM (SELECT card_id, upto,
                   lag(upto, 1, 0::bigint) OVER (PARTITION BY card_id ORDER BY upto)
                       AS since,
                   min(award_no) OVER later AS award_no,
                   min(spend_no) OVER later AS spend_no
              FROM (SELECT card_id, upto, min(award_no) AS award_no,
                           min(spend_no) AS spend_no
                      FROM (SELECT card_id, upto, no AS award_no, NULL::int AS spend_no
                              FROM crm_ledger_open
                             UNION ALL
                            SELECT card_id, upto, NULL, no FROM s
                             WHERE cents < 0) border
                     GROUP BY card_id, upto) cut
            WINDOW later AS (PARTITION BY card_id ORDER BY upto DESC)) p
      JOIN crm_ledger_open o ON o.card_id = p.card_id AND o.no = p.award_no
      JOIN s ON s.card_id = p.card_id AND s.no = p.spend_no
    """
)
# A card's only spend takes awards whole, and of the last one what it still needs.
_PIECES_OF_ONE = SQL(
    """
    SELECT s.ord, s.id, s.company_id, o.no, o.entry_id,
           least(s.upto, o.upto) - o.upto + o.cents AS cents, o.cents AS held
      FROM s
      JOIN crm_ledger_open o ON o.card_id = s.card_id AND o.upto - o.cents < s.upto
    """
)


def draw(env, several):
    """Let the spends of simple cards draw on their awards, in draw order.

    :param several: see `_simple_movements`
    """
    env.cr.execute(
        SQL(
            """
            WITH s AS MATERIALIZED (%s), p AS MATERIALIZED (%s), u AS (
                UPDATE loyalty_point_award a
                   SET remaining = round((t.held - t.cents)::numeric / 100, 2)
                  FROM (SELECT entry_id, held, sum(cents) AS cents
                          FROM p GROUP BY entry_id, held) t
                 WHERE a.entry_id = t.entry_id
            )
            INSERT INTO loyalty_point_draw (
                entry_id, award_entry_id, company_id, points)
            SELECT id, entry_id, company_id, round(cents::numeric / 100, 2)
              FROM p ORDER BY ord, no
            """,
            _simple_movements(
                SQL("m.ord, m.id, m.card_id, m.cents, c.company_id"), several
            ),
            _PIECES if several else _PIECES_OF_ONE,
        )
    )


def simple_cards(env):
    """:return: [(card id, cents before, cents after)]"""
    return env.execute_query(
        SQL("SELECT id, cents - moved, cents FROM crm_ledger_card WHERE simple")
    )


def simple_ids(env):
    """:return: [(ord, entry id)] of the entries made"""
    return env.execute_query(
        SQL(
            """SELECT m.ord, m.id FROM crm_ledger_move m
                WHERE NOT EXISTS (SELECT FROM crm_ledger_card c
                                   WHERE c.id = m.card_id AND NOT c.simple)"""
        )
    )
