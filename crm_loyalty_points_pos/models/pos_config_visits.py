from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    visit_check_in = fields.Boolean(
        "Note a Visit",
        help="Whoever pays here, and is known, came in: the order notes the visit of "
        "the day, or the arrival at the one that was planned.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_visit_check_in = fields.Boolean(
        related="pos_config_id.visit_check_in", readonly=False
    )
