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
        lapsing = self._get_next_lapses()
        return {
            card.id: {
                "balance": card.points_usable,
                "pending": round(card.points_pending, 2),
                "lapsing": lapsing[card.id][:LAPSES_SHOWN],
                "tier": card.tier_id.name or False,
            }
            for card in self
        }

    def _get_next_lapses(self):
        """:return: {card id: [{"points", "date"}] by day} of what can be used today"""
        today = {
            company: local_today(self.env, company)
            for company in self.company_id | self.env.company
        }
        groups = self.env["loyalty.point.award"]._read_group(
            [
                ("card_id", "in", self.ids),
                ("remaining", ">", 0),
                ("expiry", "!=", False),
            ],
            ["card_id", "expiry:day"],
            ["remaining:sum"],
            order="expiry:day",
        )
        found = defaultdict(list)
        for card, day, points in groups:
            if day >= today[card.company_id or self.env.company]:
                lapse = {"points": round(points, 2), "date": day.isoformat()}
                found[card.id].append(lapse)
        return found

    def _reserve_at_till(self, changes, owner):
        """Hold codes, and look at what members can really use.

        :param changes: {card id: points, negative when more is used than earned}
        :param owner: the sale, see ``_hold``
        :return: None, or the answer that refuses the payment, as Odoo's
            ``validate_coupon_programs`` gives it
        """
        spending = self.filtered(lambda card: changes[card.id] < 0)
        members = spending.filtered("is_member_card")
        short = members.filtered(
            lambda card: card.points_usable + changes[card.id] < -0.005
        )
        if short:
            message = short[0]._get_prepaid_end_message() or self.env._(
                "There are not enough points on the card %(code)s.", code=short[0].code
            )
            points = {card.id: card.points_usable for card in members}
            return _refusal(message, updated_points=points)
        refused = (spending - members)._hold(owner)
        if refused:
            return _refusal(refused._get_held_message())
        return None


def _refusal(message, **payload):
    return {"successful": False, "payload": {"message": message, **payload}}
