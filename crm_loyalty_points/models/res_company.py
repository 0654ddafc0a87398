from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    points_limit_movement = fields.Float(
        "Points by Hand per Card",
        digits=(16, 2),
        help="An operator who gives a card more points than this in a day, or takes "
        "more, asks a second person. 0: no limit. On prepaid cards it is baht.",
        prefetch="customers",
    )
    points_limit_day = fields.Float(
        "Points by Hand per Day",
        digits=(16, 2),
        help="An operator who moves more points than this in a day, on all cards "
        "together, asks a second person. 0: no limit.",
        prefetch="customers",
    )
    points_approval_days = fields.Integer(
        "Days to Decide",
        default=14,
        help="A request that nobody decided expires after so many days. 0: never.",
        prefetch="customers",
    )
    points_ending_days = fields.Integer(
        "Points Ending Soon",
        default=30,
        help="Customers whose points end within so many days are found by the filter "
        "'Points ending soon'.",
        prefetch="customers",
    )

    _points_ending_days_positive = models.Constraint(
        "CHECK (points_ending_days >= 0)", "The number of days cannot be negative."
    )

    @api.constrains("points_limit_movement", "points_limit_day", "points_approval_days")
    def _check_points_limits(self):
        for company in self:
            if (
                min(
                    company.points_limit_movement,
                    company.points_limit_day,
                    company.points_approval_days,
                )
                < 0
            ):
                raise ValidationError(
                    self.env._("The limits for points by hand cannot be negative.")
                )
