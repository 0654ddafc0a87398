from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import ledger_lapse
from ..tools.local_day import sql_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day


class LoyaltyCard(models.Model):
    """What can be used now. Points lapse at midnight, the entry may come later: until
    then readers leave them out, and write nothing."""

    _inherit = "loyalty.card"

    points_due = fields.Float(
        "Points Lapsed but Not Posted",
        compute="_compute_points_due",
        compute_sudo=True,
        digits=(16, 2),
        help="Their last day has passed; they will be posted as lapsed soon.",
    )
    points_usable = fields.Float(
        "Usable Points",
        compute="_compute_points_usable",
        digits=(16, 2),
        help="The balance without points whose last day has passed.",
    )
    next_lapse_date = fields.Date(
        "Next Points End On", compute="_compute_next_lapse", compute_sudo=True
    )
    next_lapse_points = fields.Float(
        "Points Ending Next",
        compute="_compute_next_lapse",
        compute_sudo=True,
        digits=(16, 2),
    )

    @api.depends("points")
    def _compute_points_due(self):
        self.env["loyalty.point.award"].flush_model()
        due = ledger_lapse.due_points(self.env, self._origin.ids)
        for card in self:
            card.points_due = due.get(card._origin.id, 0)

    @api.depends("points", "points_due")
    def _compute_points_usable(self):
        for card in self:
            card.points_usable = round(card.points - card.points_due, 2)

    def _format_points(self, points):
        """Thousands apart and no needless zeros, as everywhere else."""
        text = super()._format_points(points)
        if self.point_name == self.program_id.currency_id.symbol:
            return text
        return f"{points_text(points)} {self.point_name or ''}"

    @api.depends("points", "points_due")
    def _compute_points_display(self):  # pylint: disable=missing-return
        super()._compute_points_display()
        for card in self.filtered("points_due"):
            card.points_display = card._format_points(card.points_usable)

    @api.depends("points")
    @api.depends_context("points_end_date")
    def _compute_next_lapse(self):
        """A notice about the points of one day names it in the context."""
        lapsing = self._origin._get_lapsing()
        wanted = fields.Date.to_date(self.env.context.get("points_end_date"))
        for card in self:
            days = iter(lapsing.get(card._origin.id, ()))
            if wanted:
                days = (item for item in days if item[0] == wanted)
            date, points = next(days, (False, 0))
            card.next_lapse_date = date
            card.next_lapse_points = points

    def _format_day(self, day):
        """:return: the day as the mail's reader says it, see ``said_day``"""
        return said_day(self.env, day) if day else ""

    def _get_lapsing(self, days=None):
        """What will lapse, and when: one query for all cards.

        :param int days: only what lapses within so many days from today
        :return: {card id: [(last day, points), ...]}, the first day first; cards on
            which nothing lapses are left out
        """
        result = {}
        for card_id, day, points in self.env.execute_query(
            SQL(
                """
                SELECT a.card_id, a.expiry, sum(a.remaining)::float
                  FROM loyalty_point_award a, %s
                 WHERE a.card_id = ANY(%s) AND a.remaining > 0
                   AND today.company_id = coalesce(a.company_id, 0)
                   AND a.expiry >= today.day
                   AND (%s::int IS NULL OR a.expiry <= today.day + %s::int)
                 GROUP BY a.card_id, a.expiry ORDER BY a.card_id, a.expiry
                """,
                sql_today(self.env),
                self.ids,
                days,
                days,
            )
        ):
            result.setdefault(card_id, []).append((day, points))
        return result
