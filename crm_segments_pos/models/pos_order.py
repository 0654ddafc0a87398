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
        orders._recognise_customers()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._make_customers_members()
        if vals.get("partner_id") or "state" in vals:
            self._recognise_customers()
        return result

    def _recognise_customers(self):
        """Somebody entered at the till who is known already is that customer."""
        sold = self.filtered(
            lambda order: order.partner_id and order.state in ("paid", "done")
        )
        self.env["crm.customer.match"]._recognise_buyers(sold)

    def _make_customers_members(self):
        """Whoever orders is a customer, and has a member number."""
        self.env["res.partner"]._ensure_member_number_of(self)
