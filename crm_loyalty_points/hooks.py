"""Install and uninstall: one card per customer, opening entries, triggers dropped."""

import logging

from odoo.tools import SQL

from .tools import card_storage, ledger_guard, ledger_links, ledger_redate
from .tools.card_merge import redirect_quotations
from .tools.points_text import points_text

_logger = logging.getLogger(__name__)


def pre_init_hook(env):
    """Prepare the cards for the ledger, before the unique index is made."""
    _add_columns(env)
    _merge_duplicate_cards(env)


def _add_columns(env):
    """Fill the stored flag in SQL: the ORM would compute it card by card."""
    env.flush_all()
    card_storage.leave_room(env.cr)
    env.cr.execute(
        """
        ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS is_member_card boolean;
        ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS entry_seq integer;
        ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS merged_into_id integer;
        UPDATE loyalty_card c
           SET is_member_card = (p.program_type IN ('loyalty', 'ewallet')
                                 AND p.applies_on <> 'current')
          FROM loyalty_program p
         WHERE p.id = c.program_id
        """
    )


def _merge_duplicate_cards(env):
    """Leave one active card per customer and programme: the oldest.

    It takes the points of the others, which are archived and keep their history. What
    was done is logged, and noted on each surviving card.
    """
    merged = env.execute_query(
        SQL(
            """
            WITH ranked AS (
                SELECT id, points,
                       first_value(id) OVER one_card AS survivor_id
                  FROM loyalty_card
                 WHERE active AND is_member_card AND partner_id IS NOT NULL
                WINDOW one_card AS (PARTITION BY partner_id, program_id ORDER BY id)
            ), gone AS (
                SELECT id, survivor_id, coalesce(points, 0)::numeric AS points
                  FROM ranked WHERE id <> survivor_id
            ), archived AS (
                UPDATE loyalty_card c
                   SET active = false, points = 0, merged_into_id = gone.survivor_id
                  FROM gone WHERE gone.id = c.id
            ), kept AS (
                UPDATE loyalty_card c
                   SET points = round(coalesce(c.points, 0)::numeric + moved.points, 2)
                  FROM (SELECT survivor_id, sum(points) AS points
                          FROM gone GROUP BY survivor_id) moved
                 WHERE moved.survivor_id = c.id
            )
            SELECT survivor_id, array_agg(id ORDER BY id), sum(points)
              FROM gone GROUP BY survivor_id ORDER BY survivor_id
            """
        )
    )
    if not merged:
        return
    env.invalidate_all()
    for survivor_id, ids, _points in merged:
        redirect_quotations(env["loyalty.card"].browse(ids), survivor_id)
    _logger.warning(
        "%d customers had several cards of one programme: %d cards archived, their "
        "points moved to the oldest card",
        len(merged),
        sum(len(ids) for _survivor, ids, _points in merged),
    )
    cards = env["loyalty.card"].browse(survivor for survivor, _ids, _points in merged)
    codes = {c.id: c.code for c in cards.browse(i for row in merged for i in row[1])}
    cards._message_log_batch(
        bodies={
            survivor: env._(
                "Cards %(codes)s of the same customer and programme were archived and "
                "their %(points)s points added to this card.",
                codes=", ".join(codes[id_] for id_ in ids),
                points=points_text(points),
            )
            for survivor, ids, points in merged
        }
    )


def post_init_hook(env):
    """Post the balances found as opening entries; safe to repeat."""
    env.flush_all()
    count = _post_openings(env)
    env.invalidate_all()
    if count:
        _logger.info("points ledger: %d opening entries posted", count)
    _report_findings(env)


def _report_findings(env):
    """Keep in which state Odoo's own cards were taken over, once."""
    checks = env["loyalty.health.check"]
    if env["loyalty.card"].with_context(active_test=False).search_count(
        [("is_member_card", "=", True)], limit=1
    ) and not checks.search_count([("origin", "=", "installation")], limit=1):
        checks._examine("installation")


def _post_openings(env):
    """One opening entry per ledgered card with points; a negative one is a debt.

    Set-based: a shop may have a million cards. A card's own expiry date becomes that
    of its points unless it has passed: what then becomes of them is for people to
    decide, not for the installation.

    :return: number of entries
    """
    user = env.user
    [(count,)] = env.execute_query(
        SQL(
            """
            WITH found AS (
                SELECT c.id, c.program_id, c.company_id, p.currency_id,
                       round(c.points::numeric, 2) AS points,
                       CASE WHEN c.expiration_date >= t.today
                            THEN c.expiration_date END AS expiry,
                       t.today
                  FROM loyalty_card c
                  JOIN loyalty_program p ON p.id = c.program_id
                  JOIN res_company o ON o.id = coalesce(c.company_id, %(company)s),
                       LATERAL (SELECT (now() AT TIME ZONE
                                        coalesce(o.customer_tz, 'UTC'))::date) t(today)
                 WHERE c.is_member_card AND round(c.points::numeric, 2) <> 0
                   AND NOT EXISTS (SELECT FROM loyalty_point_entry e
                                    WHERE e.card_id = c.id)
            ), opened AS (
                INSERT INTO loyalty_point_entry (
                    card_id, seq, kind, points, date, expiry, company_id, currency_id,
                    program_id, reason, key, body_hash, operator_model, operator_id,
                    operator_name, posted_at)
                SELECT id, 1, 'opening', points, today,
                       CASE WHEN points > 0 THEN expiry END, company_id, currency_id,
                       program_id, 'installation', 'opening:' || id, '', %(model)s,
                       %(user)s, %(name)s, now() AT TIME ZONE 'UTC'
                  FROM found ORDER BY id
                ON CONFLICT (key) DO NOTHING
                RETURNING id, card_id, company_id, program_id, expiry, points
            ), awarded AS (
                INSERT INTO loyalty_point_award (
                    entry_id, card_id, company_id, program_id, expiry, remaining)
                SELECT id, card_id, company_id, program_id, expiry, points
                  FROM opened ORDER BY id
            ), counted AS (
                UPDATE loyalty_card c
                   SET entry_seq = 1, points = round(c.points::numeric, 2)
                  FROM opened WHERE opened.card_id = c.id
            )
            SELECT count(*) FROM opened
            """,
            company=env.company.id,
            model=user._name,
            user=user.id,
            name=user.name,
        )
    )
    return count


def uninstall_hook(env):
    """Dropping the tables is the ORM's work; the triggers are ours.

    Rewards that were redeemed on the card would turn into free lines of orders: they
    are archived. Codes that members hold go on working as Odoo's coupons.
    """
    env.cr.execute(
        "UPDATE loyalty_reward SET active = false WHERE fulfilment <> 'native'"
    )
    ledger_guard.unprotect(env.cr)
    ledger_links.unlink(env.cr)
    card_storage.forget_room(env.cr)
    ledger_redate.drop_fold(env.cr)
