from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    points_limit_movement = fields.Float(
        related="company_id.points_limit_movement", readonly=False
    )
    points_limit_day = fields.Float(
        related="company_id.points_limit_day", readonly=False
    )
    points_approval_days = fields.Integer(
        related="company_id.points_approval_days", readonly=False
    )
    points_ending_days = fields.Integer(
        related="company_id.points_ending_days", readonly=False
    )
