"""The statements of notices that points are about to end."""

from odoo.tools import SQL

from .ledger_sql import relation
from .local_day import sql_today


def reserve(env, rules, limit):
    """Note which notices are sent next, so that nobody sends them again.

    A card gets the notice with the fewest days among those that fit: one who is told
    late is not told twice on the same day.

    :param rules: [(loyalty.mail id, programme id, days before)]
    :param limit: number of notices
    :return: [(notice id, loyalty.mail id, card id, last day, points)]
    """
    columns = {"id": "int", "program_id": "int", "days": "int"}
    return env.execute_query(
        SQL(
            """
            WITH ending AS (
                SELECT a.card_id, a.program_id, a.expiry, a.expiry - today.day AS left,
                       sum(a.remaining) AS points
                  FROM loyalty_point_award a, %s
                 WHERE today.company_id = coalesce(a.company_id, 0) AND a.remaining > 0
                   AND a.expiry >= today.day AND a.program_id = ANY(%s)
                   AND a.expiry <= today.day + %s
                 GROUP BY a.card_id, a.program_id, a.expiry, today.day
            ), fitting AS (
                SELECT DISTINCT ON (ending.card_id, ending.expiry)
                       ending.*, c.company_id, rule.id AS mail_id, rule.days
                  FROM ending
                  JOIN loyalty_card c ON c.id = ending.card_id
                  JOIN %s ON rule.program_id = ending.program_id
                         AND ending.left <= rule.days
                 WHERE c.active AND c.partner_id IS NOT NULL
                 ORDER BY ending.card_id, ending.expiry, rule.days
            ), reserved AS (
                INSERT INTO loyalty_point_notice (
                    card_id, company_id, program_id, expiry, days, points, mail_id,
                    state, reserved_at)
                SELECT f.card_id, f.company_id, f.program_id, f.expiry, f.days,
                       f.points, f.mail_id, 'reserved', now() AT TIME ZONE 'UTC'
                  FROM fitting f
                 WHERE NOT EXISTS (
                       SELECT FROM loyalty_point_notice n
                        WHERE n.card_id = f.card_id AND n.expiry = f.expiry
                          AND n.days = f.days)
                 ORDER BY f.mail_id, f.expiry, f.card_id LIMIT %s
                ON CONFLICT (card_id, expiry, days) DO NOTHING
                RETURNING id, mail_id, card_id, expiry, points::float
            ) SELECT * FROM reserved ORDER BY mail_id, expiry, card_id
            """,
            sql_today(env),
            list({program_id for _id, program_id, _days in rules}),
            max(days for _id, _program_id, days in rules),
            relation(env.cr, "rule", columns, rules),
            limit,
        )
    )


def mark(env, rows):
    """:param rows: [(notice id, state, channel or None)]"""
    columns = {"id": "int", "state": "varchar", "channel": "varchar"}
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_point_notice n
               SET state = m.state, channel = m.channel,
                   sent_at = CASE WHEN m.state = 'sent'
                                  THEN now() AT TIME ZONE 'UTC' END
              FROM %s WHERE n.id = m.id
            """,
            relation(env.cr, "m", columns, rows),
        )
    )


def refusing(env, partner_ids, company_id):
    """:return: set of the customers (commercial partners) among these whose last word
    about service messages was no"""
    rows = env.execute_query(
        SQL(
            """
            SELECT partner_id
              FROM (SELECT DISTINCT ON (partner_id) partner_id, given FROM crm_consent
                     WHERE purpose = 'service' AND partner_id = ANY(%s)
                       AND company_id = %s
                     ORDER BY partner_id, date DESC, id DESC) latest
             WHERE NOT coalesce(given, false)
            """,
            partner_ids,
            company_id,
        )
    )
    return {id_ for (id_,) in rows}
