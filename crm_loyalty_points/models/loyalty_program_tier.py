from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools.tier_policy import TierPolicy

POLICY_FIELDS = {
    "active",
    "tier_basis",
    "tier_window_months",
    "tier_grace_months",
    "tier_one_step",
}


class LoyaltyProgram(models.Model):
    """By what members of a programme reach its tiers, and keep them.

    Up at once, down in the job of the month's end only: see ``tools.tier_policy``.
    """

    _inherit = "loyalty.program"

    tier_ids = fields.One2many("loyalty.tier", "program_id", "Member Tiers")
    has_tier_factor = fields.Boolean(compute="_compute_has_tier_factor", store=True)
    tier_basis = fields.Selection(
        [
            ("points", "Points earned"),
            ("spend", "Money spent"),
            ("orders", "Orders"),
            ("visits", "Visits"),
        ],
        string="Tiers By",
        default="points",
        required=True,
        help="Points earned: by orders, as bonus and as welcome, less what was taken "
        "back for returned goods. Using points, their end and transfers lower no tier; "
        "adjustments, balances from elsewhere, entry gifts and birthday bonuses do not "
        "count.\n"
        "Money spent and orders: confirmed orders of the customer, also at the till, "
        "in the currency of the company, less refunds.\n"
        "Visits: those of customers who came.",
        prefetch="tiers",
    )
    tier_window_months = fields.Integer(
        "Counted Months",
        default=12,
        help="How many months back count, until the day itself. 0 counts all that a "
        "member ever did: then a tier is lost only by returns.",
        prefetch="tiers",
    )
    tier_grace_months = fields.Integer(
        "Grace Months",
        help="A tier is lost when it was missed at this many more month ends in a row.",
        prefetch="tiers",
    )
    tier_one_step = fields.Boolean(
        "One Tier at a Time",
        help="At a month's end a member falls by one tier at most.",
        prefetch="tiers",
    )
    tier_warning_days = fields.Integer(
        "Warn Before",
        default=14,
        help="Members about to lose their tier get an e-mail this many days before the "
        "month ends, with what they need to stay. 0 sends none.",
        prefetch="tiers",
    )
    tier_month_done = fields.Date(
        readonly=True,
        copy=False,
        help="The month whose job was done last.",
        prefetch="tiers",
    )
    tier_day_done = fields.Date(readonly=True, copy=False, prefetch="tiers")
    tier_run_day = fields.Date(readonly=True, copy=False, prefetch="tiers")
    tier_run_card = fields.Integer(
        readonly=True,
        copy=False,
        help="Up to which card the job of that day is done, when it was interrupted.",
        prefetch="tiers",
    )

    _tier_months_positive = models.Constraint(
        "CHECK (tier_window_months >= 0 AND tier_grace_months >= 0"
        " AND tier_window_months <= 1200 AND tier_grace_months <= 120)",
        "Tiers look back 0 to 1,200 months, with a grace of 0 to 120 months.",
    )
    _tier_warning_in_month = models.Constraint(
        "CHECK (tier_warning_days >= 0 AND tier_warning_days <= 28)",
        "The warning is sent 0 to 28 days before the month ends.",
    )

    @api.depends("tier_ids.earn_factor", "tier_ids.active")
    def _compute_has_tier_factor(self):
        for program in self:
            program.has_tier_factor = any(t.earn_factor > 1 for t in program.tier_ids)

    @api.constrains("program_type", "applies_on")
    def _check_tier_program(self):
        for program in self.filtered("tier_ids"):
            if not program._is_engine_program():
                raise ValidationError(
                    self.env._("Tiers belong to loyalty programmes that have members.")
                )

    def write(self, vals):
        res = super().write(vals)
        if POLICY_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return res

    @api.model
    @ormcache()
    def _get_tier_policies(self):
        """:return: {programme id: (basis, tier_policy.TierPolicy)} of the programmes
        whose tiers are reached by themselves"""
        tiers = self.env["loyalty.tier"].sudo()
        tiers = tiers.search([("program_id.active", "=", True)])
        return {
            program.id: (program.tier_basis, program._make_tier_policy(own))
            for program, own in tiers.grouped("program_id").items()
        }

    def _make_tier_policy(self, tiers):
        """:param tiers: loyalty.tier of this programme, lowest first
        :return: tier_policy.TierPolicy"""
        self.ensure_one()
        return TierPolicy(
            keys=tuple(tiers.ids),
            thresholds=tuple(Decimal(str(round(t.threshold, 2))) for t in tiers),
            window=self.tier_window_months,
            grace=self.tier_grace_months,
            one_step=self.tier_one_step,
        )

    def _get_factor_tiers(self):
        """:return: loyalty.tier that multiply what their members earn, as superuser"""
        tiers = self.filtered("has_tier_factor").sudo().tier_ids
        return tiers.filtered(lambda tier: tier.earn_factor > 1)

    def _get_tier_policy(self):
        """:return: (basis, tier_policy.TierPolicy), or None without tiers"""
        self.ensure_one()
        return self._get_tier_policies().get(self.id)
