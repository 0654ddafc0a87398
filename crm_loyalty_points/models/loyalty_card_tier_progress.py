from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..tools import tier_sql
from ..tools.local_day import local_today
from ..tools.points_text import points_text


class LoyaltyCard(models.Model):
    """How far a member is from the next tier."""

    _inherit = "loyalty.card"

    tier_figure = fields.Float(
        "Counted for Tiers",
        compute="_compute_tier_progress",
        digits=(16, 2),
        help="Points, money, orders or visits within the months that count today.",
    )
    tier_next_id = fields.Many2one(
        "loyalty.tier", "Next Tier", compute="_compute_tier_progress"
    )
    tier_missing = fields.Float(
        "Missing for the Next Tier", compute="_compute_tier_progress", digits=(16, 2)
    )
    tier_progress = fields.Float(
        "Way to the Next Tier",
        compute="_compute_tier_progress",
        help="From 0 to 100; 100 in the highest tier.",
    )
    tier_progress_text = fields.Char(
        "To the Next Tier", compute="_compute_tier_progress_text"
    )

    @api.depends("points", "tier_id", "program_id")
    def _compute_tier_progress(self):
        self.tier_figure = self.tier_missing = self.tier_progress = 0
        self.tier_next_id = False
        policies = self.env["loyalty.program"]._get_tier_policies()
        for program, cards in self.sudo().grouped("program_id").items():
            if program.id in policies:
                cards._set_tier_progress(program, *policies[program.id])

    def _set_tier_progress(self, program, basis, policy):
        today = local_today(self.env, program.company_id[:1])
        self.env.flush_all()
        figures = {
            card_id: float(figure)
            for card_id, _day, figure in self.env.execute_query(
                tier_sql.figures(program, basis, policy, [today], self._origin.ids)
            )
        }
        tiers = self.env["loyalty.tier"].browse(policy.keys)
        for card in self:
            figure = figures.get(card._origin.id, 0)
            rank = policy.rank_of(card.tier_id.id)
            upper = tiers[rank : rank + 1]
            start = tiers[rank - 1].threshold if rank else 0
            card.tier_figure = figure
            card.tier_next_id = upper
            card.tier_missing = max(upper.threshold - figure, 0) if upper else 0
            card.tier_progress = 100
            if upper:
                way = (figure - start) / ((upper.threshold - start) or 1)
                card.tier_progress = round(100 * min(max(way, 0), 1), 1)

    @api.depends("tier_next_id", "tier_missing")
    @api.depends_context("lang")
    def _compute_tier_progress_text(self):
        for card in self:
            text = ""
            if card.tier_next_id:
                text = self.env._(
                    "%(amount)s to %(tier)s",
                    amount=card._say_tier_amount(card.tier_missing),
                    tier=card.tier_next_id.name,
                )
            card.tier_progress_text = text

    def _say_tier_amount(self, amount):
        """:return: "320 points", "฿1,200.00", "3 orders" or "2 visits" """
        self.ensure_one()
        program = self.sudo().program_id
        if program.tier_basis == "spend":
            company = program.company_id or self.env.company
            return formatLang(self.env, amount, currency_obj=company.currency_id)
        number = points_text(amount)
        if program.tier_basis == "orders":
            return self.env._("%(number)s orders", number=number)
        if program.tier_basis == "visits":
            return self.env._("%(number)s visits", number=number)
        return self.env._("%(number)s points", number=number)
