from odoo import fields, models


class CrmCustomerGroup(models.Model):
    """The kind of customer the shop itself decides on (retail, wholesale...)."""

    _name = "crm.customer.group"
    _description = "Customer Group"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Leave empty for a group that all companies use.",
    )
    active = fields.Boolean(default=True)
