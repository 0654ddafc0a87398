from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import basket as engine


class LoyaltyTier(models.Model):
    """A level of members, e.g. Gold. Cards have it; rules and rewards ask for it.

    A tier of a programme is reached by what the member does, see
    ``loyalty.program.tier_basis``; one without a programme is given by hand only.
    """

    _name = "loyalty.tier"
    _description = "Member Tier"
    _order = "threshold, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    program_id = fields.Many2one(
        "loyalty.program",
        "Programme",
        index=True,
        ondelete="cascade",
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current')]",
        help="The programme whose members reach this tier. A tier without a programme "
        "is given by hand only.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    active = fields.Boolean(default=True)
    threshold = fields.Float(
        "From",
        digits=(16, 2),
        help="What a member needs for this tier: points, money, orders or visits, as "
        "the programme counts. 0 is a tier that every member has.",
    )
    earn_factor = fields.Float(
        "Points Times",
        default=1,
        digits=(16, 2),
        help="What members of this tier earn is multiplied by this: 1.5 gives half as "
        "much again. When a campaign gives more, the campaign counts: the two do not "
        "multiply each other.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        "Price List",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id))]",
        help="Members of this tier buy at these prices. A price list that was set by "
        "hand on the customer stays.",
    )
    gift_points = fields.Float(
        "Entry Gift",
        digits=(16, 2),
        help="Points given when a member enters this tier, once per period: with a "
        "window of 12 months once in a calendar year, for life once. They do not count "
        "for the next tier.",
    )
    birthday_points = fields.Float(
        "Birthday Bonus",
        digits=(16, 2),
        help="Points given on the member's birthday, once a year. They do not count "
        "for the next tier.",
    )
    description = fields.Text(
        "Privileges",
        translate=True,
        help="What members of this tier enjoy, in the words that they read.",
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    tier_basis = fields.Selection(related="program_id.tier_basis")
    card_ids = fields.One2many("loyalty.card", "tier_id")
    member_count = fields.Integer(
        "Members", compute="_compute_member_count", compute_sudo=True
    )

    _threshold_positive = models.Constraint(
        "CHECK (threshold >= 0)", "A tier begins at 0 or more."
    )
    _factor_raises = models.Constraint(
        "CHECK (earn_factor >= 1)",
        "A tier does not lower points: the factor is 1 or more.",
    )
    _gifts_positive = models.Constraint(
        "CHECK (gift_points >= 0 AND birthday_points >= 0)",
        "A gift of points cannot be negative.",
    )

    @api.depends("program_id")
    def _compute_company_id(self):
        for tier in self:
            if tier.program_id:
                tier.company_id = tier.program_id.company_id
            else:
                tier.company_id = tier.company_id or self.env.company

    def _compute_member_count(self):
        groups = self.env["loyalty.card"]._read_group(
            [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.member_count = counts.get(tier.id, 0)

    @api.constrains("program_id")
    def _check_program(self):
        for tier in self.filtered("program_id"):
            if not tier.program_id._is_engine_program():
                raise ValidationError(
                    self.env._("Tiers belong to loyalty programmes that have members.")
                )
            if any(card.program_id != tier.program_id for card in tier.sudo().card_ids):
                raise ValidationError(
                    self.env._(
                        "%(tier)s has members of another programme.", tier=tier.name
                    )
                )

    @api.constrains("program_id", "threshold", "active")
    def _check_thresholds(self):
        for program in self.program_id:
            starts = program.tier_ids.mapped("threshold")
            if len(set(starts)) < len(starts):
                raise ValidationError(
                    self.env._("Two tiers of a programme cannot begin at the same.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        res = super().write(vals)
        if "pricelist_id" in vals:
            self.sudo().card_ids._set_tier_pricelists()
        return res

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def action_view_members(self):
        """:return: the cards of this tier"""
        self.ensure_one()
        return self.env["loyalty.card"]._view_members(
            self.env._("Members of %(tier)s", tier=self.name),
            [("tier_id", "=", self.id)],
        )

    def _prepare_campaign(self):
        """:return: tools.basket.Campaign of what this tier multiplies points by; for
        customers who have the tier"""
        self.ensure_one()
        factor = engine.number(self.earn_factor, 2)
        return engine.Campaign(f"tier:{self.id}", self.name, factor)
