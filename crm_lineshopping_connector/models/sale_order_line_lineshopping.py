from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_segments.tools.client_values import without_defaults

OWN_FIELDS = {"lineshopping_kind", "lineshopping_product_id"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    lineshopping_kind = fields.Selection(
        [
            ("goods", "Goods"),
            ("shipping", "Shipping"),
            ("discount", "Discount"),
            ("difference", "Difference"),
        ],
        "LINE SHOPPING Line",
        readonly=True,
        copy=False,
        prefetch="lineshopping",
    )
    lineshopping_product_id = fields.Many2one(
        "crm.lineshopping.product",
        "Product on LINE SHOPPING",
        readonly=True,
        copy=False,
        prefetch="lineshopping",
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_lineshopping_fields(vals)
        lines = without_defaults(self, OWN_FIELDS)
        return super(SaleOrderLine, lines).create(vals_list)

    def write(self, vals):
        self._check_lineshopping_fields(vals)
        return super().write(vals)

    def _check_lineshopping_fields(self, vals):
        """:raise AccessError: a client says what was bought there; points depend on
        it"""
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(self.env._("Only LINE SHOPPING's orders set this."))

    @api.depends("order_id.lineshopping_settled")
    def _compute_qty_to_invoice(self):
        """What is settled elsewhere, or paid back, is not to be invoiced."""
        settled = self.filtered("order_id.lineshopping_settled")
        settled.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - settled)._compute_qty_to_invoice()

    @api.depends("order_id.lineshopping_settled")
    def _compute_invoice_status(self):
        """See ``_compute_qty_to_invoice``."""
        settled = self.filtered("order_id.lineshopping_settled")
        settled.invoice_status = "no"
        return super(SaleOrderLine, self - settled)._compute_invoice_status()

    def _launch_lineshopping_stock(self):
        """Deliver goods that became known after the order was confirmed."""
        if hasattr(self, "_action_launch_stock_rule"):
            self._action_launch_stock_rule()
