from odoo import fields, models


class ResCompany(models.Model):
    """When advertising may be sent."""

    _inherit = "res.company"

    sms_hours_from = fields.Float("Advertising From", default=9.0)
    sms_hours_until = fields.Float("Advertising Until", default=20.0)
