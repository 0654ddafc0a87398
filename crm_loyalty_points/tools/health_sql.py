"""What the health check looks for: one query per kind of fault.

Each gives rows (card id, found, expected). They look at the cards kept in the ledger,
of the companies asked for; ``%(companies)s`` is None for all of them.
"""

from odoo.tools import SQL

# What Odoo's own log of a customer says, cards merged at the installation included.
_HISTORY = SQL(
    """
    SELECT coalesce(c.merged_into_id, c.id) AS card_id,
           round(sum(h.issued - h.used)::numeric, 2) AS points
      FROM loyalty_history h JOIN loyalty_card c ON c.id = h.card_id
     GROUP BY 1
    """
)

# Kinds in the order in which a shop should look at them.
_FAULTS = {
    "archived": """
        SELECT c.id, round(c.points::numeric, 2), 0 FROM card c
         WHERE NOT c.active AND c.merged_into_id IS NULL
           AND round(c.points::numeric, 2) <> 0 AND c.partner_id IS NOT NULL""",
    "expired": """
        SELECT c.id, round(c.points::numeric, 2), 0 FROM card c
         WHERE c.active AND c.expiration_date < c.today
           AND round(c.points::numeric, 2) > 0""",
    "negative": """
        SELECT c.id, round(c.points::numeric, 2), 0 FROM card c
         WHERE round(c.points::numeric, 2) < 0""",
    "family": """
        SELECT c.id, round(c.points::numeric, 2), 0
          FROM card c
          JOIN res_partner p ON p.id = c.partner_id
          JOIN card main ON main.partner_id = p.commercial_partner_id
                        AND main.program_id = c.program_id
                        AND main.active AND main.id <> c.id
         WHERE c.active AND round(c.points::numeric, 2) <> 0""",
}
# Faults that only the installation can see.
_FOUND_AT_INSTALLATION = {
    "duplicate": """
        SELECT c.id, NULL::numeric, NULL::numeric FROM card c
         WHERE c.merged_into_id IS NOT NULL""",
    "history": """
        SELECT c.id, round(c.points::numeric, 2), h.points
          FROM card c JOIN (%(history)s) h ON h.card_id = c.id
         WHERE c.active AND round(c.points::numeric, 2) <> h.points""",
}


def kinds(installation):
    """:return: names of the faults looked for"""
    return [*(_FOUND_AT_INSTALLATION if installation else ()), *_FAULTS]


def add_findings(env, check_id, kind, companies, state):
    """Note every card with a fault, in one statement.

    :param companies: ids of companies, None for all
    :param state: state of the new findings
    :return: their number
    """
    query = {**_FOUND_AT_INSTALLATION, **_FAULTS}[kind]
    env.cr.execute(
        SQL(
            """
            WITH card AS (
                SELECT c.*, (now() AT TIME ZONE coalesce(o.customer_tz, 'UTC'))::date
                            AS today
                  FROM loyalty_card c
                  LEFT JOIN res_company o ON o.id = c.company_id
                 WHERE c.is_member_card
                   AND (%(companies)s::int[] IS NULL OR c.company_id IS NULL
                        OR c.company_id = ANY(%(companies)s::int[]))
            )
            INSERT INTO loyalty_health_finding (
                check_id, kind, card_id, program_id, company_id, found, expected,
                state)
            SELECT %(check)s, %(kind)s, c.id, c.program_id, c.company_id, f.found,
                   f.expected, %(state)s
              FROM (%(faults)s) f(card_id, found, expected)
              JOIN card c ON c.id = f.card_id
             ORDER BY c.id
            """,
            companies=companies,
            check=check_id,
            kind=kind,
            state=state,
            faults=SQL(query, history=_HISTORY),
        )
    )
    return env.cr.rowcount


def figures(env, companies):
    """:return: (number of member cards, points on them, points in Odoo's history)"""
    [row] = env.execute_query(
        SQL(
            """
            SELECT count(*), coalesce(round(sum(c.points)::numeric, 2), 0)::float,
                   coalesce(sum(h.points), 0)::float
              FROM loyalty_card c LEFT JOIN (%s) h ON h.card_id = c.id
             WHERE c.is_member_card
               AND (%s::int[] IS NULL OR c.company_id IS NULL
                    OR c.company_id = ANY(%s::int[]))
            """,
            _HISTORY,
            companies,
            companies,
        )
    )
    return row
