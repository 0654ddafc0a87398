from odoo import fields, models


class CrmBranch(models.Model):
    _name = "crm.branch"
    _description = "Branch"

    name = fields.Char(required=True, translate=True)
    area = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
