from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.crm_segments.tools.client_values import without_defaults
from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from ..tools.local_day import local_today
from ..tools.tier_policy import add_months

# What a manager sets, and what follows from it.
GIVEN = {"tier_id", "tier_until"}
KEPT = {"tier_since", "tier_given_id", "tier_pricelist_id"}


class LoyaltyCard(models.Model):
    """The tier of a member. It opens rewards, so only managers give it by hand.

    A tier given by hand is the least that the member has until ``tier_until``; who
    reaches more rises all the same. From then on the member's own figures decide.
    """

    _inherit = "loyalty.card"

    tier_id = fields.Many2one(
        "loyalty.tier",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id)),"
        " ('program_id', 'in', (False, program_id))]",
    )
    tier_since = fields.Date(readonly=True, copy=False, prefetch="tier")
    tier_until = fields.Date(
        "Tier Kept Until",
        copy=False,
        help="The last day of a tier that was given by hand. Then what the member did "
        "in the window decides, at the end of that month. Empty with a tier given by "
        "hand: without end.",
        prefetch="tier",
    )
    tier_given_id = fields.Many2one(
        "loyalty.tier",
        "Tier Given by Hand",
        readonly=True,
        copy=False,
        ondelete="restrict",
        prefetch="tier",
    )
    tier_history_ids = fields.One2many("loyalty.tier.history", "card_id", readonly=True)

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for card in self.filtered("tier_id"):
            company = card.tier_id.company_id
            if company and card.company_id and company != card.company_id:
                raise ValidationError(
                    self.env._(
                        "%(tier)s is a tier of another company.", tier=card.tier_id.name
                    )
                )
            if not card.is_member_card:
                raise ValidationError(
                    self.env._("Only the cards of members have a tier.")
                )
            program = card.tier_id.program_id
            if program and program != card.program_id:
                raise ValidationError(
                    self.env._(
                        "%(tier)s is a tier of another programme.",
                        tier=card.tier_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_tier_write(vals)
        cards = without_defaults(self, GIVEN | KEPT)
        cards = super(LoyaltyCard, cards).create(vals_list).with_env(self.env)
        for card, vals in zip(cards, vals_list, strict=True):
            if vals.get("tier_id") and not card.tier_history_ids:
                card._note_tier_by_hand({card.id: None}, vals)
        return cards

    def write(self, vals):
        self._check_tier_write(vals)
        # what is kept with a tier comes from here, not by hand
        if not GIVEN & vals.keys() or KEPT & vals.keys():
            return super().write(vals)
        before = {card.id: card.tier_id.id or None for card in self.sudo()}
        res = super().write(vals)
        self._note_tier_by_hand(before, vals)
        return res

    def _check_tier_write(self, vals):
        """:raise AccessError: somebody else than a manager gives a tier"""
        if self.env.su:
            return
        if KEPT & vals.keys():
            raise AccessError(self.env._("Only the tiers themselves say this."))
        if not GIVEN & vals.keys():
            return
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers change the tier of a member."))

    # -- by hand -------------------------------------------------------------------

    def _note_tier_by_hand(self, before, vals):
        """Keep what was given by hand for its time, and write the change down.

        :param before: {card id: tier id or None}
        :param vals: what was written
        """
        for card in self.sudo():
            changed = before[card.id] != (card.tier_id.id or None)
            if not changed and "tier_until" not in vals:
                continue
            today = local_today(self.env, card.company_id)
            kept = {"tier_given_id": card.tier_id.id}
            if changed:
                kept["tier_since"] = today if card.tier_id else False
            if not card.tier_id:
                kept["tier_until"] = False
            elif "tier_until" not in vals:
                kept["tier_until"] = card._default_tier_until(today)
            card.write(kept)
            if changed:
                move = (card.id, before[card.id], card.tier_id.id or None, None)
                reason = "import" if orders_imported() else "manual"
                card._tiers_moved([move], reason, today)

    def _default_tier_until(self, today):
        """:return: the day until which a tier given today stays: a whole window, so
        that the member has the time that others had; False for no end"""
        policy = self.program_id._get_tier_policy()
        if not policy or not policy[1].window:
            return False
        return add_months(today, policy[1].window)

    def _hold_tier(self, tier, until):
        """Let cards have a tier at least until a day, False for no end."""
        self.write({"tier_given_id": tier.id, "tier_until": until})

    def _forget_given_tier(self):
        self.write({"tier_given_id": False, "tier_until": False})
