from odoo import api, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _load_pos_data_fields(self, config):
        own = ["loyalty_points", "is_prepaid_card"]
        return [*super()._load_pos_data_fields(config), *own]
