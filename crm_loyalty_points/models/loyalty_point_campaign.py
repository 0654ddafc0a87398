from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import basket as engine
from ..tools.local_day import local_today


class LoyaltyPointCampaign(models.Model):
    """Multiplies the points of a programme for some days, e.g. double points in May.

    How campaigns and limits work together stands in one place, ``tools.basket``: each
    rule's points are cut to two digits, multiplied by the highest factor of the
    campaigns that hold, cut again, lowered to the limit of the rule; their sum is
    lowered to the limits of the programme.
    """

    _name = "loyalty.point.campaign"
    _description = "Points Campaign"
    _inherit = ["loyalty.condition.mixin", "crm.local.day.mixin"]
    _order = "date_from desc, id desc"

    name = fields.Char(required=True, translate=True)
    program_id = fields.Many2one(
        "loyalty.program",
        "Programme",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('program_type', '=', 'loyalty'), ('applies_on', '!=', 'current')]",
        default=lambda self: self._default_program_id(),
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    factor = fields.Float(
        required=True,
        default=2,
        digits=(16, 2),
        help="What the points of every rule are multiplied by: 2 doubles them. When "
        "several campaigns hold at once the highest factor counts, they do not "
        "multiply each other. The limits of the programme come after it.",
    )
    date_from = fields.Date(
        "Starts", required=True, default=lambda self: local_today(self.env)
    )
    date_to = fields.Date(
        "Ends",
        required=True,
        help="The last day.",
        default=lambda self: local_today(self.env),
    )
    active = fields.Boolean(default=True)

    _factor_raises = models.Constraint(
        "CHECK (factor >= 1)",
        "A campaign does not lower points: the factor is 1 or more.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A campaign ends before it starts."
    )

    @api.model
    def _default_program_id(self):
        domain = [
            ("program_type", "=", "loyalty"),
            ("applies_on", "!=", "current"),
            ("company_id", "in", (False, self.env.company.id)),
        ]
        programs = self.env["loyalty.program"].search(domain, limit=2)
        return programs if len(programs) == 1 else programs.browse()

    @api.constrains("program_id")
    def _check_program(self):
        for campaign in self:
            if not campaign.program_id._is_engine_program():
                raise ValidationError(
                    self.env._("Campaigns multiply the points of loyalty programmes.")
                )

    def _get_condition(self):
        """:return: tools.condition.Condition, the dates included"""
        self.ensure_one()
        return engine.Condition.read(
            self.condition_data, date_from=self.date_from, date_to=self.date_to
        )

    def _prepare_campaign(self):
        """:return: tools.basket.Campaign"""
        self.ensure_one()
        return engine.Campaign(
            self.id, self.name, engine.number(self.factor, 2), self._get_condition()
        )
