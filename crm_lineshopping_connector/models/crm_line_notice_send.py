import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.tools import notice_sql
from odoo.addons.crm_loyalty_points.tools.points_text import points_text
from odoo.addons.crm_loyalty_points.tools.said_day import said_day
from odoo.addons.crm_segments.tools.local_date import local_today
from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

from ..tools import line_flex, notice_texts

_logger = logging.getLogger(__name__)

BATCH = 200
# What happened longer ago is no news, and no transaction is open for so long: numbers
# are given when a row is written, and seen when its transaction ends.
WINDOW = timedelta(hours=24)
# Points of a purchase before are no news, whenever they are posted.
OLD_DAYS = timedelta(days=7)


class CrmLineNotice(models.Model):
    """The job that tells members what happened to their points, tiers and rewards.

    Nothing hangs on the transactions that give points: the job looks at the rows that
    came since. That a row was told and the message in the queue are one transaction.
    """

    _inherit = "crm.line.notice"

    @api.model
    def _event_queries(self):
        """What each kind of notice tells of.

        Each query selects source_id, card_id, source_at (UTC), values (jsonb, what the
        own placeholders need) of rows with ``id > low``; modules add theirs.

        :return: dict of kind to a function of ``low`` to SQL
        """
        return {
            "points": self._points_query,
            "tier_up": lambda low: self._tier_query(low, SQL(">")),
            "tier_down": lambda low: self._tier_query(low, SQL("<")),
            "reward": self._reward_query,
        }

    @api.model
    def _points_query(self, low):
        """Points that a member got; not what was taken back at once, what was given
        back, and what orders of long ago brought that are read in only now."""
        return SQL(
            """SELECT e.id AS source_id, e.card_id, e.posted_at AS source_at,
                      jsonb_build_object('gained', e.points) AS values
                 FROM loyalty_point_entry e
                 JOIN loyalty_program g ON g.id = e.program_id
                                       AND g.program_type = 'loyalty'
                WHERE e.id > %s AND e.points > 0
                  AND e.kind IN ('earn', 'welcome', 'bonus', 'adjust')
                  AND e.reason <> 'given_again' AND e.date >= %s
                  AND NOT EXISTS (SELECT FROM loyalty_point_entry back
                                   WHERE back.reversed_entry_id = e.id)""",
            low,
            local_today(self.env, self.company_id) - OLD_DAYS,
        )

    @api.model
    def _tier_query(self, low, compared):
        return SQL(
            """SELECT h.id AS source_id, h.card_id, h.recorded_at AS source_at,
                      jsonb_build_object('old_tier', h.from_tier_id,
                                         'new_tier', h.to_tier_id) AS values
                 FROM loyalty_tier_history h
            LEFT JOIN loyalty_tier old ON old.id = h.from_tier_id
            LEFT JOIN loyalty_tier new ON new.id = h.to_tier_id
                WHERE h.id > %s AND h.reason NOT IN ('import', 'merge')
                  AND COALESCE(new.threshold, -1) %s COALESCE(old.threshold, -1)
                  AND NOT EXISTS (SELECT FROM loyalty_tier_history later
                                   WHERE later.card_id = h.card_id
                                     AND later.id > h.id)""",
            low,
            compared,
        )

    @api.model
    def _reward_query(self, low):
        return SQL(
            """SELECT r.id AS source_id, r.card_id, r.issued_at AS source_at,
                      jsonb_build_object('redemption', r.id) AS values
                 FROM loyalty_redemption r
                WHERE r.id > %s AND r.state = 'issued' AND r.code IS NOT NULL""",
            low,
        )

    # -- the job -----------------------------------------------------------------------

    @api.model
    def _cron_tell(self, limit=BATCH):
        """Each batch is a transaction of its own."""
        progress = self.env["ir.cron"]._commit_progress
        for notice in self.search([("is_on", "=", True)]):
            if notice.kind not in self._event_queries():
                continue
            try:
                if not notice._tell(limit, progress):
                    return
            except LOST_RACES:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.info("LINE notices: lost a race, goes on later")
            except Exception:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.exception("LINE notice %s failed", notice.id)

    def _tell(self, limit, commit):
        """:return: what the last commit returned: false when the time is up"""
        channel = self.channel_id
        if not channel.active or channel._is_quota_used_up():
            return True
        seconds = True
        while seconds:
            count = self._tell_batch(limit)
            if not count:
                self._move_low()
            seconds = commit(count)
            if not count:
                break
        return seconds

    def _tell_batch(self, limit=BATCH):
        """Note some events and queue what is said about them.

        :return: number of events
        """
        self.env.flush_all()
        rows = self._take_events(limit)
        if not rows:
            return 0
        company = self.company_id
        partners = self.env["res.partner"].browse({row["partner_id"] for row in rows})
        customers = partners.commercial_partner_id
        refusing = notice_sql.refusing(self.env, customers.ids, company.id)
        wanting = [
            row
            for row in rows
            if partners.browse(row["partner_id"]).commercial_partner_id.id
            not in refusing
        ]
        self._queue_rows(self._summed(wanting))
        return len(rows)

    def _take_events(self, limit):
        """:return: list of dicts: source_id, card_id, partner_id, values; those that
        nobody has told of, of members who are friends, noted by one statement"""
        since = max(
            self.on_since or fields.Datetime.now(), fields.Datetime.now() - WINDOW
        )
        query = self._event_queries()[self.kind](self.low_id)
        rows = self.env.execute_query(
            SQL(
                """WITH event AS MATERIALIZED (
                       SELECT happened.*, c.partner_id
                         FROM (%(query)s) AS happened
                         JOIN loyalty_card c ON c.id = happened.card_id
                         JOIN loyalty_program g ON g.id = c.program_id
                         JOIN res_partner holder ON holder.id = c.partner_id
                        WHERE happened.source_at >= %(since)s
                          AND COALESCE(c.company_id, g.company_id, %(company)s)
                              = %(company)s
                          AND EXISTS (
                              SELECT FROM crm_line_user u
                               WHERE u.partner_id = holder.commercial_partner_id
                                 AND u.channel_id = %(channel)s
                                 AND u.friend_state = 'friend'
                                 AND (u.linked_at IS NULL
                                      OR u.linked_at <= happened.source_at
                                         + interval '1 hour'))
                          AND NOT EXISTS (
                              SELECT FROM crm_line_notice_told told
                               WHERE told.notice_id = %(notice)s
                                 AND told.source_id = happened.source_id)
                     ORDER BY happened.source_id LIMIT %(limit)s
                   ), noted AS (
                       INSERT INTO crm_line_notice_told
                              (notice_id, company_id, source_id)
                       SELECT %(notice)s, %(company)s, source_id FROM event
                           ON CONFLICT (notice_id, source_id) DO NOTHING
                    RETURNING source_id
                   )
                   SELECT event.source_id, event.card_id, event.partner_id,
                          event.values
                     FROM event JOIN noted USING (source_id)
                 ORDER BY event.source_id""",
                query=query,
                since=since,
                company=self.company_id.id,
                channel=self.channel_id.id,
                notice=self.id,
                limit=limit,
            )
        )
        names = ("source_id", "card_id", "partner_id", "values")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _move_low(self):
        """Events that are too old need not be looked at again. Rows of numbers below
        that are not seen yet belong to transactions that would be open for a day."""
        table = {
            "points": ("loyalty_point_entry", "posted_at"),
            "reward": ("loyalty_redemption", "issued_at"),
        }.get(self.kind, ("loyalty_tier_history", "recorded_at"))
        [(low,)] = self.env.execute_query(
            SQL(
                "SELECT max(id) FROM %s WHERE id > %s AND %s < %s",
                SQL.identifier(table[0]),
                self.low_id,
                SQL.identifier(table[1]),
                fields.Datetime.now() - WINDOW,
            )
        )
        if low:
            self.low_id = low
            self.env.cr.execute(
                SQL(
                    "DELETE FROM crm_line_notice_told"
                    " WHERE notice_id = %s AND source_id <= %s",
                    self.id,
                    low,
                )
            )

    # -- what is said ------------------------------------------------------------------

    def _summed(self, rows):
        """:return: rows, those of points of one card as one"""
        if self.kind != "points":
            return rows
        cards = {}
        for row in rows:
            mine = cards.setdefault(row["card_id"], {**row, "values": {"gained": 0}})
            mine["values"]["gained"] += row["values"]["gained"]
            mine["source_id"] = row["source_id"]
        return list(cards.values())

    def _queue_rows(self, rows, **context):
        """Queue one message per row.

        :return: ids of the customers whose message is in the queue
        """
        company, channel = self.company_id, self.channel_id
        partners = self.env["res.partner"].browse({row["partner_id"] for row in rows})
        partners = partners.with_company(company)
        friends = partners._crm_line_friends(channel)
        theme, messages = channel._get_theme(), []
        for lang, group in partners.grouped(lambda p: p.lang or "").items():
            group = group.with_context(lang=self._get_lang(lang), **context)
            common = self._resolve(group)
            for row in rows:
                if row["partner_id"] in group._ids and row["partner_id"] in friends:
                    own = self._get_own_values(row["values"], lang)
                    values = {**common[row["partner_id"]], **own}
                    notice = self._get_notice(lang, values)
                    messages.append(
                        self._prepare_message(row, friends, theme, notice, values)
                    )
        self.env["crm.line.message"]._queue(messages)
        return {message["partner_id"] for message in messages}

    def _get_lang(self, lang):
        """:return: a language that is installed: a member may have another one"""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return lang if lang in installed else None

    def _prepare_message(self, row, friends, theme, notice, values):
        text = "\n".join(filter(None, (notice.title, notice.big, notice.text)))
        code = values.get("code")
        return {
            "channel_id": self.channel_id.id,
            "line_user_id": friends[row["partner_id"]].id,
            "partner_id": row["partner_id"],
            # a code is worth money: who reads the list of messages does not see it
            "text": text.replace(code, "•" * len(code)) if code else text,
            "is_secret": bool(code),
            "content": [line_flex.bubble(theme, notice)],
            "user_id": False,
            "res_model": self._get_source_model(),
            "res_id": row["source_id"],
        }

    def _get_source_model(self):
        return {
            "points": "loyalty.point.entry",
            "reward": "loyalty.redemption",
            "lapse": "loyalty.point.notice",
        }.get(self.kind, "loyalty.tier.history")

    def _get_own_values(self, values, lang):
        """:return: {token: text} of the placeholders of this kind"""
        short = "en" if (lang or "").startswith("en") else "th"
        own = dict(values)
        if "gained" in own:
            own["gained"] = points_text(own["gained"])
        for name in ("old_tier", "new_tier"):
            if name in own:
                tier = self.env["loyalty.tier"].with_context(lang=self._get_lang(lang))
                tier = tier.browse(own[name] or ())
                own[name] = tier.name or notice_texts.NO_TIER[short]
        if redemption_id := own.pop("redemption", None):
            redemption = self.env["loyalty.redemption"].sudo().browse(redemption_id)
            redemption = redemption.with_context(lang=self._get_lang(lang))
            day = said_day(redemption.env, redemption.valid_until)
            own.update(
                reward=redemption.reward_id._get_condition_name(),
                code=redemption.code,
                until=day or notice_texts.NO_END[short],
            )
        return own
