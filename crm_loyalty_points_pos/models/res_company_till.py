from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _load_pos_data_fields(self, config):
        """The time zone of the shop decides when a condition holds, not that of the
        device at the till."""
        return [*super()._load_pos_data_fields(config), "customer_tz"]
