from odoo import api, models
from odoo.tools import SQL

# The fields of res.partner through which rules of segments ask about cards.
POINTS = {"points_balance", "points_end_date", "points_ending_soon", "prepaid_balance"}
TIERS = {"loyalty_tier_id", "loyalty_tier_ids"}


class LoyaltyCard(models.Model):
    """Whose points or tier changed may enter or leave a segment within a minute."""

    _inherit = "loyalty.card"

    def write(self, vals):
        if not {"active", "partner_id"} & vals.keys():
            return super().write(vals)
        self._queue_segments(POINTS | TIERS)
        result = super().write(vals)
        self._queue_segments(POINTS | TIERS)
        return result

    def _points_changed(self, changes, mail=True):  # pylint: disable=missing-return
        super()._points_changed(changes, mail=mail)
        self._queue_segments(POINTS)

    @api.model
    def _tiers_moved(self, moves, reason, day):  # pylint: disable=missing-return
        super()._tiers_moved(moves, reason, day)
        self.browse([move[0] for move in moves])._queue_segments(TIERS)

    def _queue_segments(self, names):
        """Look at the customers of these cards again, by one query, where segments ask.

        :param names: fields of res.partner that may have changed
        """
        if not self or not self.env["crm.segment"]._asks(names):
            return
        self.flush_model(["partner_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT partner_id FROM loyalty_card
                    WHERE id = ANY(%s) AND partner_id IS NOT NULL""",
                self.ids,
            )
        )
        partners = self.env["res.partner"].browse(id_ for (id_,) in rows)
        partners._queue_segments()
