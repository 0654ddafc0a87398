from odoo import models
from odoo.tools import SQL

PERIOD_OF_LIFE = "life"


class LoyaltyCard(models.Model):
    """What a tier gives its members: prices and points."""

    _inherit = "loyalty.card"

    # -- price list ----------------------------------------------------------------

    def write(self, vals):
        res = super().write(vals)
        if vals.get("active") is False:
            self.sudo().filtered("tier_pricelist_id")._set_tier_pricelists()
        return res

    def _set_tier_pricelists(self):
        """Give the customers of these cards the price lists of their tiers.

        A price list that somebody set by hand stays; one that a tier gave goes with
        the tier. `tier_pricelist_id` remembers which one that was.
        """
        todo = self.filtered(
            lambda card: (
                card.tier_pricelist_id != card._get_tier_pricelist() and card.partner_id
            )
        )
        places = todo.grouped(
            lambda card: (
                card.company_id or self.env.company,
                card.tier_pricelist_id,
                card._get_tier_pricelist(),
            )
        )
        for (company, old, new), cards in places.items():
            cards._swap_tier_pricelist(company, old, new)

    def _swap_tier_pricelist(self, company, old, new):
        """Replace the price list that these cards gave by another, where it is still
        the customer's."""
        name = "specific_property_product_pricelist"
        ours = self.filtered(
            lambda card: (
                card.partner_id.commercial_partner_id.with_company(company)[name] == old
            )
        )
        customers = ours.partner_id.commercial_partner_id.with_company(company)
        customers.with_context(tracking_disable=True).write({name: new.id})
        ours.write({"tier_pricelist_id": new.id})
        (self - ours).write({"tier_pricelist_id": False})

    def _get_tier_pricelist(self):
        """:return: the price list that the customer has by this card"""
        self.ensure_one()
        return self.tier_id.pricelist_id if self.active else self.tier_pricelist_id[:0]

    # -- points --------------------------------------------------------------------

    def _give_tier_gifts(self, day):
        """Post the entry gifts of the tiers that these cards have, once per period."""
        cards = self.filtered(lambda card: card.tier_id.gift_points and card.active)
        if not cards:
            return
        keys = {card._get_tier_gift_key(day): card for card in cards}
        for key in self._get_posted_keys(list(keys)):
            del keys[key]
        self.env["loyalty.point.entry"].sudo()._post(
            [
                card._prepare_tier_gift(key, "tier_gift", card.tier_id.gift_points, day)
                for key, card in keys.items()
            ],
            bulk=len(keys) > 1,
        )

    def _get_tier_gift_key(self, day):
        """:return: idempotency key of the gift of the card's tier in the period of
        `day`: calendar periods as long as the window, the whole life without one"""
        self.ensure_one()
        months = self.program_id.tier_window_months
        period = PERIOD_OF_LIFE
        if months:
            period = (day.year * 12 + day.month - 1) // months
        return f"tier_gift:{self.tier_id.id}:{self.id}:{months}:{period}"

    def _get_posted_keys(self, keys):
        """:return: list of those keys that the ledger knows"""
        rows = self.env.execute_query(
            SQL("SELECT key FROM loyalty_point_entry WHERE key = ANY(%s)", keys)
        )
        return [key for (key,) in rows]

    def _prepare_tier_gift(self, key, reason, points, day):
        """:return: the values of a bonus for the ledger"""
        self.ensure_one()
        program = self.program_id
        return {
            "card_id": self.id,
            "kind": "bonus",
            "points": str(round(points, 2)),
            "key": key,
            "reason": reason,
            "date": day,
            "expiry": program._get_award_expiry(day),
            "policy": {
                "program": {"id": program.id, "name": program.name},
                "tier": {"id": self.tier_id.id, "name": self.tier_id.name},
                **program._get_expiry_snapshot(),
            },
        }

    def _give_birthday_points(self, program, month, number, day):
        """Post the bonus of those who were born on a day of the year.

        :param day: datetime.date, the birthday of this year
        """
        cards = self.sudo().search(
            [
                ("program_id", "=", program.id),
                ("is_member_card", "=", True),
                ("tier_id.birthday_points", ">", 0),
                ("partner_id.birthdate", "!=", False),
                ("partner_id.birthdate.month_number", "=", month),
                ("partner_id.birthdate.day_of_month", "=", number),
            ]
        )
        keys = {f"birthday:{card.id}:{day.year}": card for card in cards}
        for key in self._get_posted_keys(list(keys)):
            del keys[key]
        self.env["loyalty.point.entry"].sudo()._post(
            [
                card._prepare_tier_gift(
                    key, "birthday", card.tier_id.birthday_points, day
                )
                for key, card in keys.items()
            ],
            bulk=True,
        )
