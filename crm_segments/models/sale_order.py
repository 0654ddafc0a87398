from odoo import api, fields, models

from ..tools.order_import_guard import orders_imported


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

    def action_confirm(self):
        """Confirm as Odoo does; then whoever ordered is recognised. Not earlier: the
        visitor of a web shop sees and edits the addresses of his cart's customer. The
        import of order files has asked before."""
        result = super().action_confirm()
        if not orders_imported():
            confirmed = self.filtered(lambda order: order.state == "sale")
            self.env["crm.customer.match"]._recognise_buyers(confirmed)
        return result

    def _make_customers_members(self):
        """Whoever orders is a customer, and has a member number."""
        self.env["res.partner"]._ensure_member_number_of(self)
