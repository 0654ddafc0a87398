from odoo import models
from odoo.exceptions import MissingError, UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.crm_segments.tools.person_name import without_title

from ..tools.points_text import points_text
from ..tools.said_day import said_day
from .loyalty_redemption_use import SPENT

SCOPE = "crm counter member"
# A request that waits for the network names its member for so long.
REF_HOURS = 72
# Thai writes these vowels before the consonant that begins a name.
LEADING_VOWELS = "เแโใไ"


class LoyaltyCard(models.Model):
    """What staff at the counter see of a member: enough to serve, and no more."""

    _inherit = "loyalty.card"

    def _get_counter_view(self):
        """:return: dict for the page: `ref` (see `_get_counter_ref`), `name`,
        `number`, `tier`, `balance` (text), `lapse` (False, or dict of `points` and
        `day`, texts)"""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        lapsing = self._get_lapsing().get(self.id)
        return {
            "ref": self._get_counter_ref(),
            "name": self._get_counter_name(),
            "number": customer.member_number or "",
            "tier": self.tier_id.name or "",
            "balance": points_text(self.points_usable),
            "lapse": bool(lapsing)
            and {
                "points": points_text(lapsing[0][1]),
                "day": said_day(self.env, lapsing[0][0]),
            },
        }

    def _get_counter_name(self):
        """:return: how the member is called, with the initial of the last name: who
        listens learns no more"""
        person = self.partner_id
        if not person:
            return ""
        called = person._crm_resolve_call_name(person)[person.id]
        last = without_title(person.last_name or "").lstrip(LEADING_VOWELS)
        return f"{called} {last[0]}." if last else called

    def _get_counter_ref(self):
        """:return: text that names this card for some days, for this user alone; ids
        could be tried one after the other"""
        env = self.env(su=True)
        values = [self.env.uid, self.id]
        return hash_sign(env, SCOPE, values, expiration_hours=REF_HOURS)

    def _by_counter_ref(self, ref):
        """:return: the card (superuser) of a reference of this user, empty if it is
        somebody else's, old or forged"""
        cards = self.env["loyalty.card"].sudo()
        try:
            uid, card_id = verify_hash_signed(self.env(su=True), SCOPE, ref)
        except (TypeError, ValueError, AttributeError, OverflowError):
            return cards
        if uid != self.env.uid:
            return cards
        card = cards.browse(card_id)
        try:
            card = card.merged_into_id or card
            return card if card.active and card.partner_id else cards
        except MissingError:
            return cards

    # -- coupons of Sales ----------------------------------------------------------

    def _use_at_counter(self, owner):
        """Use up a coupon of Sales; the hold decides against orders and tills.

        :param str owner: who uses it, unique to the act
        :raise UserError: it is being used elsewhere, or was
        """
        self.ensure_one()
        refused = self._hold(owner)
        if refused:
            raise UserError(refused._get_held_message())
        self.invalidate_recordset(["points"])
        if self.points < SPENT:
            raise UserError(
                self.env._("%(name)s has been used already.", name=self.program_id.name)
            )
        self.points = self.points - 1
        self._release_hold()

    def _undo_use_at_counter(self):
        """Give back what `_use_at_counter` took."""
        self.ensure_one()
        self.points = self.points + 1
