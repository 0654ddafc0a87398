from odoo import api, fields, models


class CrmSmsPackage(models.Model):
    """A number of SMS credits that a company sells, at a price and for a time."""

    _name = "crm.sms.package"
    _description = "SMS Package"
    _order = "company_id, sequence, price, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        "Sold By",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    credits = fields.Integer(required=True)
    price = fields.Monetary(
        required=True, help="What the buyer pays, tax included, in whole currency."
    )
    validity_days = fields.Integer(
        "Valid For Days", help="Unused credits expire after so many days; 0: never."
    )
    unit_price = fields.Float(
        "Per Credit", digits=(16, 4), compute="_compute_unit_price"
    )

    _credits_positive = models.Constraint(
        "CHECK (credits > 0)", "A package has at least one credit."
    )
    _price_positive = models.Constraint(
        "CHECK (price >= 0)", "The price cannot be negative."
    )
    _validity_positive = models.Constraint(
        "CHECK (coalesce(validity_days, 0) >= 0)", "Days cannot be negative."
    )

    @api.depends("price", "credits")
    def _compute_unit_price(self):
        for package in self:
            package.unit_price = (
                package.price / package.credits if package.credits else 0
            )
