from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    visit_auto_no_show = fields.Boolean(
        related="company_id.visit_auto_no_show", readonly=False
    )
