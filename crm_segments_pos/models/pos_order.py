from odoo import api, fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    branch_id = fields.Many2one(
        "crm.branch",
        compute="_compute_branch_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The branch of the till when the order was made.",
    )

    @api.depends("config_id")
    def _compute_branch_id(self):
        # A till that moves to another branch leaves its old orders where they were.
        for order in self:
            order.branch_id = order.config_id.branch_id

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
        for branch, orders in self.sudo().grouped("branch_id").items():
            for company, group in orders.grouped("company_id").items():
                customers = group.partner_id.with_company(company)
                customers._ensure_member_number(branch)
