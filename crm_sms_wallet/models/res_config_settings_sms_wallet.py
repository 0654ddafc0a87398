from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_default_rate = fields.Float(
        related="company_id.sms_default_rate", readonly=False
    )
    sms_promptpay = fields.Char(related="company_id.sms_promptpay", readonly=False)
    sms_invoice_topups = fields.Boolean(
        related="company_id.sms_invoice_topups", readonly=False
    )
    sms_sale_tax_id = fields.Many2one(
        related="company_id.sms_sale_tax_id", readonly=False
    )
    sms_test_payments = fields.Boolean(
        related="company_id.sms_test_payments", readonly=False
    )
