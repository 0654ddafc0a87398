"""The figures that decide tiers, for many cards at once.

The days of each window are computed by `tier_policy`, in one place.
"""

from odoo.tools import SQL

from odoo.addons.crm_segments.tools import metric_sql

from .tier_policy import DAY

# What is earned counts; adjustments, transfers and balances from elsewhere do not.
COUNTED_KINDS = ["earn", "bonus", "welcome"]
# Given for a tier or a birthday: a tier does not feed itself.
UNCOUNTED_REASONS = ["tier_gift", "birthday"]


def _days(policy, days):
    """:return: SQL relation `d(day, first)`"""
    days = sorted(set(days))
    firsts = [policy.first_day(day) for day in days]
    return SQL("unnest(%s::date[], %s::date[]) AS d(day, first)", days, firsts)


def figures(program, basis, policy, days, card_ids=None):
    """What counts for the tier of each card on some days.

    :param program: loyalty.program, one
    :param basis: as `loyalty.program.tier_basis`
    :param policy: tier_policy.TierPolicy
    :param card_ids: ids of member cards of it, None for all
    :return: SQL, a SELECT of (card_id, day, figure); cards for which nothing counts
        are left out
    """
    if basis == "points":
        return _points(program, policy, days, card_ids)
    if basis == "visits":
        customers = _visits(program, policy, days, card_ids)
    else:
        customers = _orders(program, basis, policy, days, card_ids)
    return SQL(
        """SELECT c.id AS card_id, f.day, f.figure
             FROM (%s) c
             JOIN res_partner p ON p.id = c.partner_id
             JOIN (%s) f ON f.partner_id = p.commercial_partner_id""",
        _member_cards(program, card_ids),
        customers,
    )


def _member_cards(program, card_ids):
    """:return: SQL, a SELECT of (id, partner_id) of cards, all of the programme if none
    are given"""
    if card_ids is None:
        return SQL(
            """SELECT c.id, c.partner_id FROM loyalty_card c
                WHERE c.program_id = %s AND c.is_member_card""",
            program.id,
        )
    return SQL(
        """SELECT c.id, c.partner_id FROM %s
             JOIN loyalty_card c ON c.id = wanted.id""",
        _wanted(card_ids),
    )


def _wanted(card_ids):
    """:return: SQL relation `wanted(id)`; unlike `= ANY`, it tells the planner how
    many there are"""
    return SQL("unnest(%s::int[]) AS wanted(id)", list(card_ids))


def _cards_with(figures_, card_ids):
    """Cards beside their figures, for a FROM clause.

    Of cards and entries that came a moment ago in the same transaction the planner
    knows nothing, takes them for one or two, and would count all figures anew for each
    card. Told how many cards there are, and kept from looking at their rows sooner, it
    counts once.

    :param figures_: SQL, a SELECT of card_id and more, a row per card at most
    :return: SQL, relations `c` (loyalty_card) and `f` (with NULLs where nothing counts)
    """
    if card_ids is None:
        return SQL("loyalty_card c LEFT JOIN (%s) f ON f.card_id = c.id", figures_)
    return SQL(
        """(SELECT wanted.id, counted.* FROM %s
              LEFT JOIN (%s) counted ON counted.card_id = wanted.id OFFSET 0) f
            CROSS JOIN LATERAL (SELECT * FROM loyalty_card
                                 WHERE id = f.id OFFSET 0) c""",
        _wanted(card_ids),
        figures_,
    )


def _among(column, ids):
    return SQL("TRUE") if ids is None else SQL("%s = ANY(%s)", column, list(ids))


def _points(program, policy, days, card_ids):
    """Awards on the card, and on cards that were merged into it, less reversals."""
    counted = SQL(
        "a.kind = ANY(%s) AND a.points > 0 AND a.reason <> ALL(%s)",
        COUNTED_KINDS,
        UNCOUNTED_REASONS,
    )
    if card_ids is None:
        moved = SQL(
            """JOIN (SELECT a.card_id, a.date AS day, a.date AS known, a.points
                       FROM loyalty_point_entry a WHERE %(counted)s
                  UNION ALL
                     SELECT a.card_id, a.date, r.date, r.points
                       FROM loyalty_point_entry r
                       JOIN loyalty_point_entry a ON a.id = r.reversed_entry_id
                      WHERE %(counted)s) moved ON moved.card_id = member.id""",
            counted=counted,
        )
    else:
        # card by card, see `_cards_with`
        moved = SQL(
            """CROSS JOIN LATERAL (
                     SELECT a.date AS day, move.known, move.points
                       FROM loyalty_point_entry a
                      CROSS JOIN LATERAL (
                             SELECT a.date AS known, a.points
                          UNION ALL
                             SELECT r.date, r.points FROM loyalty_point_entry r
                              WHERE r.reversed_entry_id = a.id) move
                      WHERE a.card_id = member.id AND %s OFFSET 0) moved""",
            counted,
        )
    return SQL(
        """SELECT member.home AS card_id, d.day, sum(moved.points) AS figure
             FROM (%(members)s) member
             %(moved)s
             JOIN %(days)s ON moved.day BETWEEN d.first AND d.day
                          AND moved.known <= d.day
         GROUP BY member.home, d.day""",
        members=_members(program, card_ids),
        moved=moved,
        days=_days(policy, days),
    )


def _members(program, card_ids):
    """:return: SQL, a SELECT of (id, home): cards, and the card that counts theirs"""
    if card_ids is None:
        return SQL(
            """SELECT id, COALESCE(merged_into_id, id) AS home FROM loyalty_card
                WHERE program_id = %s AND is_member_card""",
            program.id,
        )
    return SQL(
        """SELECT wanted.id, wanted.id AS home FROM %(wanted)s
        UNION ALL
           SELECT merged.id, merged.merged_into_id FROM loyalty_card merged
            WHERE merged.merged_into_id = ANY(%(ids)s)""",
        wanted=_wanted(card_ids),
        ids=list(card_ids),
    )


def _customers(program, card_ids):
    """:return: SQL of the ids of the cards' customers (commercial partners)"""
    return SQL(
        """SELECT p.commercial_partner_id
             FROM loyalty_card c JOIN res_partner p ON p.id = c.partner_id
            WHERE c.program_id = %s AND %s""",
        program.id,
        _among(SQL("c.id"), card_ids),
    )


def _company_ids(program):
    companies = program.company_id
    if not companies:
        companies = companies.sudo().with_context(active_test=False).search([])
    return companies.ids


def _visits(program, policy, days, card_ids):
    if "crm.visit" not in program.env:
        return SQL("SELECT NULL::int AS partner_id, NULL::date AS day, 0 AS figure")
    return SQL(
        """SELECT p.commercial_partner_id AS partner_id, d.day,
                  count(*)::numeric AS figure
             FROM crm_visit v
             JOIN res_partner p ON p.id = v.partner_id
             JOIN %s ON v.day BETWEEN d.first AND d.day
            WHERE v.state IN ('arrived', 'done') AND v.company_id = ANY(%s)
              AND p.commercial_partner_id IN (%s)
         GROUP BY p.commercial_partner_id, d.day""",
        _days(policy, days),
        _company_ids(program),
        _customers(program, card_ids),
    )


def _orders(program, basis, policy, days, card_ids):
    """The sources of the customers' figures count until a day: a window is what they
    say on its last day, less what they said on the day before its first."""
    column = SQL("amount_total") if basis == "spend" else SQL("order_count")
    partner_ids = None
    if card_ids is not None:
        rows = program.env.execute_query(_customers(program, card_ids))
        partner_ids = [id_ for (id_,) in rows]
    parts = []
    for day in sorted(set(days)):
        first = policy.first_day(day)
        parts += _until(program, day, day, column, SQL("+"), partner_ids)
        if policy.window:
            parts += _until(program, first - DAY, day, column, SQL("-"), partner_ids)
    return SQL(
        """SELECT partner_id, day, sum(value) AS figure FROM (%s) AS parts
         GROUP BY partner_id, day""",
        SQL(" UNION ALL ").join(parts),
    )


def _until(program, as_of, day, column, sign, partner_ids):
    """:return: [SQL of (partner_id, day, value)], one per company"""
    Metric = program.env["crm.customer.metric"].sudo()
    scoped = partner_ids is not None
    selects = []
    for param in Metric._metric_params(as_of, _company_ids(program)):
        ctes = [metric_sql.scope_cte(partner_ids)] if scoped else []
        sources = Metric._metric_sources(param, scoped)
        ctes.append(metric_sql.total_cte(sources, scoped))
        selects.append(
            SQL(
                """(WITH %s SELECT partner_id, %s::date AS day,
                           (%s round(%s::numeric, 2)) AS value FROM total)""",
                SQL(", ").join(ctes),
                day,
                sign,
                column,
            )
        )
    return selects


def reached(program, basis, policy, days, card_ids=None):
    """What each card's figure reaches on some days.

    :return: {(card id, day): rank}; what is not in it counts nothing
    """
    rows = program.env.execute_query(
        SQL(
            "SELECT card_id, day, %s FROM (%s) AS f",
            _rank(policy, SQL("f.figure")),
            figures(program, basis, policy, days, card_ids),
        )
    )
    return {(card_id, day): rank for card_id, day, rank in rows}


def _rank(policy, amount):
    """:return: SQL of `TierPolicy.rank`"""
    return SQL(
        "width_bucket(GREATEST(%s, 0)::numeric, %s::numeric[])",
        amount,
        [str(each) for each in policy.thresholds],
    )


def _own_rank(policy):
    """:return: SQL of `TierPolicy.rank_of` of the tier that a card `c` has"""
    return SQL("COALESCE(array_position(%s::int[], c.tier_id), 0)", list(policy.keys))


def _movable(program, policy, day):
    """:return: SQL condition on cards `c` that have a tier by this programme's rules:
    not those that were given a tier beside it by hand"""
    return SQL(
        """c.program_id = %s AND c.active AND c.is_member_card
           AND NOT (c.tier_given_id IS NOT NULL
                    AND c.tier_given_id <> ALL(%s::int[])
                    AND COALESCE(c.tier_until, %s::date) >= %s::date)""",
        program.id,
        list(policy.keys),
        day,
        day,
    )


def rising(program, basis, policy, day, card_ids=None):
    """The cards whose figure reaches more than the tier they have.

    :return: [(card id, tier id or None, rank, figure)]
    """
    return program.env.execute_query(
        rising_query(program, basis, policy, day, card_ids)
    )


def rising_query(program, basis, policy, day, card_ids=None):
    """:return: SQL of `rising`"""
    return SQL(
        """SELECT c.id, c.tier_id, %(rank)s, COALESCE(f.figure, 0)::float
             FROM %(cards)s
            WHERE %(movable)s AND %(rank)s > %(own)s
         ORDER BY c.id""",
        rank=_rank(policy, SQL("COALESCE(f.figure, 0)")),
        own=_own_rank(policy),
        cards=_cards_with(figures(program, basis, policy, [day], card_ids), card_ids),
        movable=_movable(program, policy, day),
    )


def falling(program, basis, policy, month, card_ids):
    """The cards whose tier was not reached on any of the days that the job of `month`
    looks at, and is not given by hand on its first day.

    :return: [card id]
    """
    most = SQL(
        "SELECT card_id, max(figure) AS figure FROM (%s) each GROUP BY card_id",
        figures(program, basis, policy, policy.month_ends(month), card_ids),
    )
    rows = program.env.execute_query(
        SQL(
            """SELECT c.id
                 FROM %(cards)s
                WHERE %(movable)s AND c.tier_id IS NOT NULL
                  AND GREATEST(%(rank)s, %(given)s) < GREATEST(%(own)s, 1)
             ORDER BY c.id""",
            cards=_cards_with(most, card_ids),
            rank=_rank(policy, SQL("COALESCE(f.figure, 0)")),
            given=_given_rank(policy, month),
            own=_own_rank(policy),
            movable=_movable(program, policy, month),
        )
    )
    return [id_ for (id_,) in rows]


def moving(program, basis, policy, days):
    """The cards that would have another tier by a policy: up on the first of `days`, or
    down if none of them reaches what they have.

    :return: SQL of (card_id, from_id, to_id, direction, figure)
    """
    today = days[0]
    return SQL(
        """SELECT card_id, from_id, %(keys)s[NULLIF(rank, 0)] AS to_id, figure,
                  CASE WHEN rank > own THEN 'up' ELSE 'down' END AS direction
             FROM (SELECT card_id, from_id, own, figure,
                          CASE WHEN reached >= own THEN reached
                               WHEN most >= own THEN own
                               WHEN %(step)s THEN GREATEST(most, own - 1)
                               ELSE most END AS rank
                     FROM (SELECT c.id AS card_id, c.tier_id AS from_id,
                                  %(own)s AS own, COALESCE(now.figure, 0) AS figure,
                                  GREATEST(%(now)s, %(given)s) AS reached,
                                  GREATEST(%(most)s, %(given)s) AS most
                             FROM loyalty_card c
                        LEFT JOIN (SELECT card_id, max(figure) AS figure,
                                          max(figure) FILTER (WHERE day = %(today)s)
                                              AS today
                                     FROM (%(figures)s) each GROUP BY card_id) f
                               ON f.card_id = c.id
                       CROSS JOIN LATERAL (SELECT COALESCE(f.today, 0) AS figure) now
                            WHERE %(movable)s) standing) ranked
            WHERE rank <> own""",
        keys=SQL("(%s::int[])", list(policy.keys)),
        step=policy.one_step,
        own=_own_rank(policy),
        now=_rank(policy, SQL("now.figure")),
        most=_rank(policy, SQL("COALESCE(f.figure, 0)")),
        given=_given_rank(policy, today),
        today=today,
        figures=figures(program, basis, policy, days),
        movable=_movable(program, policy, today),
    )


def standings(env, policy, months, card_ids):
    """Where cards stand, and stood before the first of some months.

    :return: [(card id, tier id, tier id before, rank given by hand in the last month)]
    """
    return env.execute_query(
        SQL(
            """SELECT c.id, c.tier_id,
                      CASE WHEN past.card_id IS NULL THEN c.tier_id
                           ELSE past.from_tier_id END, %s
                 FROM loyalty_card c
            LEFT JOIN LATERAL (SELECT card_id, from_tier_id
                         FROM loyalty_tier_history
                        WHERE card_id = c.id AND date >= %s
                     ORDER BY id LIMIT 1) past ON TRUE
                WHERE c.id = ANY(%s)""",
            _given_rank(policy, months[-1]),
            months[0],
            list(card_ids),
        )
    )


def _given_rank(policy, day):
    """:return: SQL of the rank that was given by hand to a card `c`, while it holds"""
    return SQL(
        """CASE WHEN COALESCE(c.tier_until, %s::date) >= %s::date
                THEN COALESCE(array_position(%s::int[], c.tier_given_id), 0)
                ELSE 0 END""",
        day,
        day,
        list(policy.keys),
    )
