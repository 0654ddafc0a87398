from collections import defaultdict

from odoo import api, models

from odoo.addons.crm_segments.tools.local_date import local_today

LAPSES_SHOWN = 3


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    @api.model
    def get_till_summary(self, card_ids):
        """What the till shows of some cards. Called by the till.

        :param card_ids: list of ids; those the user may not read are left out
        :return: {card id: {"balance": float, "pending": float, "lapsing": [{"points":
            float, "date": "YYYY-MM-DD"}], "tier": str or False}}; the next lapses first
        """
        ids = [card_id for card_id in card_ids if isinstance(card_id, int)]
        cards = self.browse(ids).exists()._filtered_access("read")
        return cards.sudo()._get_points_summary()

    def _get_points_summary(self):
        """:return: see ``get_till_summary``; in a constant number of queries"""
        awards = self._get_open_awards()
        pending = self._get_pending_points()
        summary = {}
        for card in self:
            lapsing, due = awards[card.id]
            summary[card.id] = {
                "balance": round(card.points - due, 2),
                "pending": round(pending.get(card.id, 0), 2),
                "lapsing": [
                    {"points": round(points, 2), "date": day.isoformat()}
                    for day, points in lapsing[:LAPSES_SHOWN]
                ],
                "tier": card._get_tier_name(),
            }
        return summary

    def _get_open_awards(self):
        """:return: {card id: ([(last usable day, points)] by day, points whose last day
        has passed and which the nightly job has not lapsed yet)}"""
        today = {company: local_today(self.env, company) for company in self.company_id}
        groups = self.env["loyalty.point.award"]._read_group(
            [
                ("card_id", "in", self.ids),
                ("remaining", ">", 0),
                ("expiry", "!=", False),
            ],
            ["card_id", "expiry:day"],
            ["remaining:sum"],
        )
        lapsing, due = defaultdict(list), defaultdict(float)
        for card, day, points in groups:
            company = card.company_id
            if day < (today.get(company) or local_today(self.env, company)):
                due[card.id] += points
            else:
                lapsing[card.id].append((day, points))
        return {card.id: (sorted(lapsing[card.id]), due[card.id]) for card in self}

    def _get_pending_points(self):
        """:return: {card id: points earned and not available yet}. Override where such
        points are kept."""
        return {}

    def _get_tier_name(self):
        """:return: the name of the member's tier, or False. Override where tiers are
        kept."""
        return False
