from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyCard(models.Model):
    """Cards of members redeem rewards; coupons are the codes of redeemed ones."""

    _inherit = "loyalty.card"

    redemption_ids = fields.One2many("loyalty.redemption", "card_id", readonly=True)
    redemption_count = fields.Integer(
        "Rewards", compute="_compute_redemption_count", compute_sudo=True
    )

    def _compute_redemption_count(self):
        counts = dict(
            self.env["loyalty.redemption"]._read_group(
                [("card_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["card_id"],
                ["__count"],
            )
        )
        for card in self:
            card.redemption_count = counts.get(card._origin, 0)

    def write(self, vals):
        """Whoever takes the point of a coupon uses the reward behind it."""
        result = super().write(vals)
        if "points" in vals:
            coupons = self.filtered(lambda card: not card.is_member_card)
            coupons._find_redemptions()._sync_with_coupon()
        return result

    def _find_redemptions(self):
        """:return: loyalty.redemption, as superuser, whose codes these are"""
        redemptions = self.env["loyalty.redemption"].sudo()
        if not self:
            return redemptions
        return redemptions.search([("coupon_id", "in", self.ids)])

    def _lock_for_redeeming(self):
        """Stand in line: of two sessions that redeem for one member, Odoo repeats the
        second one, which then sees what the first one did."""
        self.flush_recordset(["entry_seq"])
        self.env.execute_query(
            SQL(
                "UPDATE loyalty_card SET entry_seq = entry_seq WHERE id = ANY(%s)"
                " RETURNING id",
                self.ids,
            )
        )

    def action_redeem(self):
        """:return: the form with the rewards that the member may redeem"""
        self.ensure_one()
        return self.env["loyalty.redeem"]._open(self)

    def action_view_redemptions(self):
        """:return: the rewards that were redeemed with this card"""
        self.ensure_one()
        return self.env["loyalty.redemption"]._list_of([("card_id", "=", self.id)])


class LoyaltyRedemption(models.Model):
    _inherit = "loyalty.redemption"

    @api.model
    def _list_of(self, domain):
        """:return: the list of redeemed rewards, of a domain"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_redemption_action"
        )
        action["domain"] = domain
        action["context"] = {}
        return action
