from odoo import fields, models
from odoo.fields import Domain

FIELDS = {
    "branch": ("joined_branch_id",),
    "source": ("acquisition_source_id",),
    "address": ("street", "zip"),
}


class CrmShop(models.Model):
    _inherit = "crm.shop"

    profile_gift_points = fields.Float(
        "Gift for a Whole Profile",
        digits=(16, 2),
        help="Points given once, when a member has filled in all personal data that "
        "the sign-up form asks for, at sign-up or later. 0: no gift.",
    )

    _profile_gift_positive = models.Constraint(
        "CHECK (profile_gift_points >= 0)", "A gift cannot be negative."
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_missing_profile(self, shop):
        """:param shop: crm.shop
        :return: crm.signup.question (superuser): the personal data of the shop's
            sign-up form that the customer has not filled in"""
        self.ensure_one()
        customer = self.sudo().commercial_partner_id
        return shop._get_profile_fields().filtered(
            lambda question: (
                (question.profile_key != "branch" or shop._get_branches())
                and (question.profile_key != "source" or question.source_ids)
                and not all(
                    customer[field]
                    for field in FIELDS.get(
                        question.profile_key, (question.profile_key,)
                    )
                )
            )
        )

    def _give_profile_gift(self, shop):
        """Give each of these customers the gift for a whole profile, once ever.

        Nothing happens for those whose profile has gaps, who have no card, or had the
        gift before.

        :param shop: crm.shop
        :return: loyalty.point.entry that were posted now
        """
        posted = self.env["loyalty.point.entry"].sudo()
        program = shop._get_program()
        if not shop.profile_gift_points or not program:
            return posted
        for partner in self.sudo().commercial_partner_id:
            card = shop._get_member_card(partner)
            if not card or card._had_profile_gift():
                continue
            if not partner._get_missing_profile(shop):
                posted |= posted._post([card._prepare_profile_gift(shop)])
        return posted


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _had_profile_gift(self):
        """:return: whether the gift is on the card, or on one merged into it"""
        self.ensure_one()
        cards = Domain("card_id", "=", self.id)
        cards |= Domain("card_id.merged_into_id", "=", self.id)
        entries = self.env["loyalty.point.entry"].sudo()
        gift = Domain("reason", "=", "profile_gift") & Domain("kind", "=", "bonus")
        return bool(entries.search_count(cards & gift, limit=1))

    def _prepare_profile_gift(self, shop):
        """:return: the values of the gift for a whole profile, for the ledger"""
        self.ensure_one()
        program = self.program_id
        customer = self.partner_id.commercial_partner_id
        return {
            "card_id": self.id,
            "kind": "bonus",
            "points": str(round(shop.profile_gift_points, 2)),
            "key": f"profile_gift:{program.id}:{customer.id}",
            "reason": "profile_gift",
            "branch_id": self._get_joining_branch().id,
            "expiry": program._get_award_expiry(program._get_local_today()),
        }
