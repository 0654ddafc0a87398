from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_link_domain = fields.Char(related="company_id.sms_link_domain", readonly=False)
    sms_link_check = fields.Selection(
        related="company_id.sms_link_check", readonly=False
    )
    sms_brands = fields.Char(related="company_id.sms_brands", readonly=False)
