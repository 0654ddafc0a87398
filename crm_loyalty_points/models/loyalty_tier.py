from odoo import fields, models


class LoyaltyTier(models.Model):
    """A level of members, e.g. Gold. Cards have it; rules and rewards ask for it."""

    _name = "loyalty.tier"
    _description = "Member Tier"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The lowest tier first: the list reads upwards."
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    card_ids = fields.One2many("loyalty.card", "tier_id")
    member_count = fields.Integer(
        "Members", compute="_compute_member_count", compute_sudo=True
    )

    def _compute_member_count(self):
        groups = self.env["loyalty.card"]._read_group(
            [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.member_count = counts.get(tier.id, 0)

    def action_view_members(self):
        """:return: the cards of this tier"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Members of %(tier)s", tier=self.name),
            "res_model": "loyalty.card",
            "view_mode": "list,form",
            "domain": [("tier_id", "=", self.id)],
            "context": {"create": False},
        }
