from odoo import fields, models


class LoyaltyReplayMember(models.Model):
    """What a customer gets from two programmes, and which tier each ends in."""

    _name = "loyalty.replay.member"
    _description = "Customer in a Replay"
    _order = "points_difference desc, id"
    _log_access = False

    replay_id = fields.Many2one(
        "loyalty.replay", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    order_count = fields.Integer("Orders", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Ordered", readonly=True)
    points_current = fields.Float("Points, Current", digits=(16, 2), readonly=True)
    points_draft = fields.Float("Points, Draft", digits=(16, 2), readonly=True)
    points_difference = fields.Float("Difference", digits=(16, 2), readonly=True)
    tier_current_id = fields.Many2one(
        "loyalty.tier", "Tier, Current", readonly=True, ondelete="set null"
    )
    tier_draft_id = fields.Many2one(
        "loyalty.tier", "Tier, Draft", readonly=True, ondelete="set null"
    )
    tier_move = fields.Selection(
        [("up", "Higher"), ("same", "Same"), ("down", "Lower")],
        "Tier in the Draft",
        readonly=True,
        help="By place among the programme's tiers, the lowest first.",
    )
