from odoo import api, fields, models

from ..tools.order_columns import TARGETS


class CrmOrderImportMap(models.Model):
    """How the order file of one shop or marketplace is read, kept for the next file."""

    _name = "crm.order.import.map"
    _inherit = ["crm.file.import.map", "crm.order.import.settings"]
    _description = "Order File Map"

    _key_targets = ("number", "date")

    line_ids = fields.One2many("crm.order.import.map.line", "map_id", copy=True)

    @api.model
    def _settings(self):
        return ("source", "return_prefix", "product_name", "status_words")


class CrmOrderImportMapLine(models.Model):
    _name = "crm.order.import.map.line"
    _inherit = ["crm.file.import.map.line"]
    _description = "Order File Map Column"

    map_id = fields.Many2one(
        "crm.order.import.map", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        """:return: the meanings a column can have, for all models of the import."""
        labels = {
            "number": self.env._("Order number"),
            "line_ref": self.env._("Line number"),
            "date": self.env._("Order date"),
            "status": self.env._("Status"),
            "customer": self.env._("Customer code"),
            "name": self.env._("Customer name"),
            "phone": self.env._("Phone"),
            "email": self.env._("E-mail"),
            "street": self.env._("Address"),
            "subdistrict": self.env._("Sub-district"),
            "city": self.env._("District"),
            "province": self.env._("Province"),
            "zip": self.env._("Postcode"),
            "sku": self.env._("Product code"),
            "product": self.env._("Product name"),
            "variant": self.env._("Product variant"),
            "quantity": self.env._("Quantity"),
            "unit_price": self.env._("Price of one"),
            "amount": self.env._("Amount of the line"),
            "returned": self.env._("Returned quantity"),
        }
        return [(target, labels[target]) for target in TARGETS]
