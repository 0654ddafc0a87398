from odoo import api, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _load_pos_data_search_read(self, data, config):
        """Odoo shows what fills any eWallet; cards that are not sold stay away."""
        rows = super()._load_pos_data_search_read(data, config)
        values = data["pos.config"][0]
        shown = self.browse(values["_pos_special_display_products_ids"])
        unsold = shown.filtered(
            lambda each: each.is_prepaid_card and not each.available_in_pos
        )
        values["_pos_special_display_products_ids"] = (shown - unsold).ids
        return rows
