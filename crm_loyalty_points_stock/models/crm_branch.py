from odoo import fields, models


class CrmBranch(models.Model):
    _inherit = "crm.branch"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="Orders of this branch are sent from here.",
    )
