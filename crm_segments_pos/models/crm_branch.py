from odoo import fields, models


class CrmBranch(models.Model):
    _inherit = "crm.branch"

    till_ids = fields.One2many(
        "pos.config",
        "branch_id",
        "Tills",
        readonly=True,
        groups="point_of_sale.group_pos_user",
    )
