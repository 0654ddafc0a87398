from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_codes_per_number = fields.Integer(
        related="company_id.sms_codes_per_number", readonly=False
    )
    sms_codes_per_day = fields.Integer(
        related="company_id.sms_codes_per_day", readonly=False
    )
    sms_unknown_days = fields.Integer(
        related="company_id.sms_unknown_days", readonly=False
    )
