from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    loyalty_points = fields.Float(
        string="Points",
        digits=(16, 2),
        help="Points a customer earns for one unit of this product. Counted by "
        "loyalty programmes with a rule 'per point set on the product'.",
    )

    _loyalty_points_positive = models.Constraint(
        "CHECK (loyalty_points >= 0)",
        "The points of a product cannot be negative.",
    )
