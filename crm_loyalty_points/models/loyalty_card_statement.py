from odoo import fields, models
from odoo.tools import SQL

from ..tools.local_day import local_today


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _get_statement(self, date_from, date_to):
        """The card between two days, as its entries say: provable at any past date.

        Days are business days. An entry posted later for an earlier day (a till that
        was offline) belongs to its own day. What is left of each award on the last
        day counts the draws of entries up to that day only.

        :param date_from: first day (date or ISO text), None for the beginning
        :param date_to: last day
        :return: dict
            * opening, closing: points before the first and after the last day
            * earned, spent, lapsed, other: sums of the entries between, by sort
            * entries: loyalty.point.entry records between, oldest first
            * balances: {entry id: points after it}, in the order of `entries`
            * awards: [{"points", "expiry", "entry"}] left on the last day, first to
              lapse first; one with negative points is a debt
        """
        self.ensure_one()
        self.check_access("read")
        Entry = self.env["loyalty.point.entry"]
        date_from = fields.Date.to_date(date_from)
        domain = [("card_id", "=", self.id), ("date", "<=", date_to)]
        entries = Entry.search(domain, order="date, id")
        before = entries.filtered(lambda entry: date_from and entry.date < date_from)
        between = entries - before
        opening = self._sum_points(before)
        balances, balance = {}, opening
        for entry in between:
            balance = round(balance + entry.points, 2)
            balances[entry.id] = balance
        return {
            "opening": opening,
            "closing": balance,
            **self._sum_by_sort(between),
            "entries": between,
            "balances": balances,
            "awards": self._awards_left_on(date_to),
        }

    def _sum_points(self, entries):
        return round(sum(entries.mapped("points")), 2)

    def _sum_by_sort(self, entries):
        """:return: {"earned", "spent", "lapsed", "other"}: sums that add up to the
        difference of the balances. A reversal counts where its origin counts."""
        sorts = {"earn": "earned", "welcome": "earned", "bonus": "earned"}
        sorts |= {"redeem": "spent", "lapse": "lapsed"}
        sums = dict.fromkeys(("earned", "spent", "lapsed", "other"), 0)
        for entry in entries:
            kind = (entry.reversed_entry_id or entry).kind
            sums[sorts.get(kind, "other")] += entry.points
        return {name: round(points, 2) for name, points in sums.items()}

    def _awards_left_on(self, day):
        """:return: see ``awards`` of ``_get_statement``"""
        rows = self.env.execute_query(
            SQL(
                """
                WITH e AS (
                    SELECT * FROM loyalty_point_entry
                     WHERE card_id = %s AND date <= %s
                ), moved AS (
                    SELECT d.entry_id, d.award_entry_id, d.points
                      FROM loyalty_point_draw d
                      JOIN e s ON s.id = d.entry_id
                      JOIN e a ON a.id = d.award_entry_id
                ), left_over AS (
                    SELECT e.id, e.expiry, e.points
                           + coalesce((SELECT sum(points) FROM moved
                                        WHERE entry_id = e.id), 0)
                           - coalesce((SELECT sum(points) FROM moved
                                        WHERE award_entry_id = e.id), 0) AS points
                      FROM e
                )
                SELECT id, points::float,
                       coalesce((SELECT a.expiry FROM loyalty_point_award a
                                  WHERE a.entry_id = l.id), l.expiry)
                  FROM left_over l
                 WHERE points <> 0
                 ORDER BY 3 NULLS LAST, id
                """,
                self.id,
                day,
            )
        )
        Entry = self.env["loyalty.point.entry"]
        return [
            {"entry": Entry.browse(id_), "points": points, "expiry": expiry}
            for id_, points, expiry in rows
        ]

    def action_statement(self):
        """:return: the dialog that shows and prints a statement of this card"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "loyalty.card.statement",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_card_id": self.id,
                "default_date_to": fields.Date.to_string(
                    local_today(self.env, self.company_id)
                ),
            },
        }
