from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    branch_id = fields.Many2one("crm.branch", index="btree_not_null")
