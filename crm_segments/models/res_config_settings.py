from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_tz = fields.Selection(related="company_id.customer_tz", readonly=False)
    new_customer_days = fields.Integer(
        related="company_id.new_customer_days", readonly=False
    )
    regular_customer_orders = fields.Integer(
        related="company_id.regular_customer_orders", readonly=False
    )
    regular_customer_days = fields.Integer(
        related="company_id.regular_customer_days", readonly=False
    )
    lapsed_customer_orders = fields.Integer(
        related="company_id.lapsed_customer_orders", readonly=False
    )
    lapsed_customer_days = fields.Integer(
        related="company_id.lapsed_customer_days", readonly=False
    )
    rhythm_factor = fields.Float(related="company_id.rhythm_factor", readonly=False)
    rhythm_min_days = fields.Integer(
        related="company_id.rhythm_min_days", readonly=False
    )
