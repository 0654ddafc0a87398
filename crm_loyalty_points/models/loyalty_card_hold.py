from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

HOLD_MINUTES = 2


class LoyaltyCard(models.Model):
    """A short hold on a code: while one place takes the money for it, no other place
    may take the code. Whoever holds it confirms in time, or the hold ends by itself."""

    _inherit = "loyalty.card"

    hold_owner = fields.Char(readonly=True, copy=False)
    hold_until = fields.Datetime(readonly=True, copy=False)

    def _hold(self, owner, minutes=HOLD_MINUTES):
        """Hold these cards for one sale.

        The UPDATE of the row is the lock: of two places that try at the same moment
        the second one is repeated by Odoo and then finds the hold.

        :param str owner: who holds it, unique to the sale, e.g. an order's uuid
        :return: the cards that somebody else holds; the others are held now
        """
        if not self:
            return self
        self.flush_recordset(["hold_owner", "hold_until"])
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """UPDATE loyalty_card SET hold_owner = %(owner)s, hold_until = %(end)s
                    WHERE id = ANY(%(ids)s)
                      AND (hold_owner IS NULL OR hold_owner = %(owner)s
                           OR hold_until <= %(now)s)
                RETURNING id""",
                owner=owner,
                end=now + timedelta(minutes=minutes),
                now=now,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["hold_owner", "hold_until"], flush=False)
        return self - self.browse(id_ for (id_,) in rows)

    def _release_hold(self):
        """Forget the holds: the sale is done."""
        held = self.sudo().filtered("hold_owner")
        held.write({"hold_owner": False, "hold_until": False})

    def _held_by_others(self, owner=None):
        """:return: the cards of self that somebody else holds now"""
        now = fields.Datetime.now()
        return self.sudo().filtered(
            lambda card: (
                card.hold_owner
                and card.hold_owner != owner
                and card.hold_until
                and card.hold_until > now
            )
        )

    def _check_not_held(self, owner=None):
        """:raise UserError: one of the cards is being used at another place"""
        held = self._held_by_others(owner)
        if held:
            raise UserError(held._get_held_message())

    def _get_held_message(self):
        return self.env._(
            "The code %(code)s is being used elsewhere at this moment. Try again in "
            "%(minutes)s minutes.",
            code=", ".join(self.mapped("code")),
            minutes=HOLD_MINUTES,
        )
