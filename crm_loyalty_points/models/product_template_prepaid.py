from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.prepaid_guard import prepaid_is_built

OWNED_FIELDS = {"name", "active", "list_price", "type", "is_prepaid_card"}


class ProductTemplate(models.Model):
    """Products that sell a prepaid card."""

    _inherit = "product.template"

    is_prepaid_card = fields.Boolean(
        "Sells a Prepaid Card",
        readonly=True,
        copy=False,
        index=True,
        help="The card type sets its name and price.",
    )

    def write(self, vals):
        """:raise UserError: name or price of a prepaid card are changed elsewhere"""
        if not OWNED_FIELDS.isdisjoint(vals) and not prepaid_is_built():
            owned = self.filtered("is_prepaid_card")
            if owned and any(
                (vals[name] or False)
                != owned._fields[name].convert_to_write(product[name], product)
                for product in owned
                for name in OWNED_FIELDS & vals.keys()
            ):
                raise UserError(
                    self.env["loyalty.program"]._get_prepaid_guard_message(owned[0])
                )
        return super().write(vals)
