"""Giving points of the past the dates of a programme's rule of today, in SQL."""

import json

from odoo.tools import SQL

from .ledger_redate import ACTIVITY
from .ledger_sql import relation
from .local_day import sql_today


class PolicyRedate:
    """The new dates of the open points of one programme.

    The rule counts from the day on which the points came to the card; for inactivity
    from the day on which the customer last earned or used some. Points that have
    lapsed, and points that are used up, keep the date they had.

    :param program: loyalty.program
    :param not_before: date; no points end earlier than that
    """

    def __init__(self, program, not_before):
        self.env = program.env
        self.program = program
        self.not_before = not_before
        self.policy = program._get_expiry_policy()

    def _base(self):
        """:return: SQL, over award `a` and its entry `e`, of the day to count from"""
        if self.policy.kind != "inactivity":
            return SQL("e.date")
        return SQL(
            """coalesce((SELECT max(m.date) FROM loyalty_point_entry m
                          WHERE m.card_id = a.card_id AND m.kind = ANY(%s)), e.date)""",
            list(ACTIVITY),
        )

    def _open(self):
        """:return: SQL for a query of the open awards, with the day to count from"""
        return SQL(
            """
            SELECT a.entry_id, a.card_id, a.company_id, a.program_id, a.remaining,
                   a.expiry, today.day AS today, %s AS base
              FROM loyalty_point_award a
              JOIN loyalty_point_entry e ON e.id = a.entry_id, %s
             WHERE a.program_id = %s AND a.remaining > 0
               AND today.company_id = coalesce(a.company_id, 0)
               AND (a.expiry IS NULL OR a.expiry >= today.day)
            """,
            self._base(),
            sql_today(self.env),
            self.program.id,
        )

    def _changes(self):
        """:return: SQL for a query of the awards that get another date, `fresh`"""
        rows = []
        for (day,) in self.env.execute_query(
            SQL("SELECT DISTINCT base FROM (%s) points", self._open())
        ):
            expiry = self.policy.last_day(day)
            rows.append((day, expiry and max(expiry, self.not_before)))
        columns = {"base": "date", "fresh": "date"}
        return SQL(
            """
            SELECT points.*, dates.fresh
              FROM (%s) points JOIN %s ON dates.base = points.base
             WHERE points.expiry IS DISTINCT FROM dates.fresh
            """,
            self._open(),
            relation(self.env.cr, "dates", columns, rows),
        )

    def summary(self):
        """:return: dict of numbers: cards, points, and of the points those whose date
        becomes `later` (or none) and `earlier` (or one for the first time)"""
        names = ("cards", "points", "later", "earlier")
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT card_id), coalesce(sum(remaining), 0)::float,
                       coalesce(sum(remaining) FILTER (WHERE later), 0)::float,
                       coalesce(sum(remaining) FILTER (WHERE NOT later), 0)::float
                  FROM (SELECT c.*, coalesce(fresh, 'infinity')
                               > coalesce(expiry, 'infinity') AS later
                          FROM (%s) c) changed
                """,
                self._changes(),
            )
        )
        return dict(zip(names, row, strict=True))

    def by_date(self, limit=24):
        """:return: [(new date or None, number of cards, points)], first date first"""
        return self.env.execute_query(
            SQL(
                """
                SELECT fresh, count(DISTINCT card_id), sum(remaining)::float
                  FROM (%s) c GROUP BY fresh ORDER BY fresh LIMIT %s
                """,
                self._changes(),
                limit,
            )
        )

    def examples(self, limit=10):
        """:return: [(card id, points, old date or None, new date or None)], the largest
        amounts first"""
        return self.env.execute_query(
            SQL(
                """
                SELECT card_id, sum(remaining)::float AS points, expiry, fresh
                  FROM (%s) c GROUP BY card_id, expiry, fresh
                 ORDER BY points DESC, card_id LIMIT %s
                """,
                self._changes(),
                limit,
            )
        )

    def apply(self, key):
        """Post the changes, one row per award, and give the awards their dates.

        The cards are updated, too: that is the lock which makes a spend at the same
        time repeat itself. Repeating this changes nothing more.

        :param key: first part of the idempotency keys
        :return: (number of cards, number of awards)
        """
        user = self.env.user
        [counts] = self.env.execute_query(
            SQL(
                """
                WITH changed AS MATERIALIZED (
                    %(changes)s
                ), locked AS (
                    UPDATE loyalty_card c
                       SET write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
                     WHERE c.id IN (SELECT card_id FROM changed)
                 RETURNING c.id
                ), dated AS (
                    UPDATE loyalty_point_award a SET expiry = changed.fresh
                      FROM changed JOIN locked ON locked.id = changed.card_id
                     WHERE a.entry_id = changed.entry_id
                ), noted AS (
                    INSERT INTO loyalty_point_redate (
                        card_id, company_id, program_id, award_entry_id, last_entry_id,
                        day, expiry, reason, policy, key, operator_model, operator_id,
                        operator_name, posted_at)
                    SELECT card_id, company_id, program_id, entry_id, entry_id, today,
                           fresh, 'policy', %(policy)s, %(key)s || ':' || entry_id,
                           %(model)s, %(uid)s, %(name)s, now() AT TIME ZONE 'UTC'
                      FROM changed ORDER BY entry_id
                )
                SELECT count(DISTINCT card_id), count(*) FROM changed
                """,
                changes=self._changes(),
                uid=user.id,
                policy=_json(self.policy.snapshot()),
                key=key,
                model=user._name,
                name=user._crm_operator_name(),
            )
        )
        return counts


def _json(value):
    return SQL("%s::jsonb", json.dumps(value))
