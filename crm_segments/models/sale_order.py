from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

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
        help="The branch that makes this sale.",
    )

    @api.depends("company_id")
    def _compute_branch_id(self):
        for company, orders in self.grouped("company_id").items():
            default = self.env["crm.branch"]._default_of(company)
            for order in orders:
                if order.branch_id.company_id != company:
                    order.branch_id = default

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._make_customers_members()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._make_customers_members()
        return result

    def _make_customers_members(self):
        """Whoever orders is a customer, and has a member number."""
        for branch, orders in self.grouped("branch_id").items():
            for company, group in orders.grouped("company_id").items():
                customers = group.partner_id.with_company(company)
                customers._ensure_member_number(branch)
