from odoo import api, fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    branch_id = fields.Many2one(
        "crm.branch",
        compute="_compute_branch_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="The branch where this till stands. Its orders carry it.",
    )

    @api.depends("company_id")
    def _compute_branch_id(self):
        for company, configs in self.grouped("company_id").items():
            default = self.env["crm.branch"]._default_of(company)
            for config in configs:
                if config.branch_id.company_id != company:
                    config.branch_id = default
