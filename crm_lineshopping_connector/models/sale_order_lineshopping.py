from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_segments.tools.client_values import without_defaults

# Set by the connector alone: they say that an order was paid elsewhere.
OWN_FIELDS = {
    "lineshopping_order_id",
    "lineshopping_settled",
    "lineshopping_paid_at",
    "lineshopping_refunded_at",
}


class SaleOrder(models.Model):
    """Sale orders that LINE SHOPPING's orders have become."""

    _inherit = "sale.order"

    lineshopping_order_id = fields.Many2one(
        "crm.lineshopping.order",
        "Order on LINE SHOPPING",
        readonly=True,
        copy=False,
        prefetch="lineshopping",
        ondelete="restrict",
    )
    lineshopping_status = fields.Char(
        "Order There", related="lineshopping_order_id.order_status"
    )
    lineshopping_payment = fields.Char(
        "Payment There", related="lineshopping_order_id.payment_status"
    )
    lineshopping_shipment = fields.Char(
        "Shipment There", related="lineshopping_order_id.shipment_status"
    )
    lineshopping_settled = fields.Boolean(
        readonly=True,
        copy=False,
        prefetch="lineshopping",
        help="There is nothing (more) to invoice: from before the books, invoiced "
        "elsewhere, or paid back.",
    )
    lineshopping_paid_at = fields.Datetime(
        "Paid on LINE SHOPPING", readonly=True, copy=False, prefetch="lineshopping"
    )
    lineshopping_refunded_at = fields.Datetime(
        "Paid Back on LINE SHOPPING", readonly=True, copy=False, prefetch="lineshopping"
    )

    _lineshopping_order_uniq = models.UniqueIndex(
        "(lineshopping_order_id) WHERE lineshopping_order_id IS NOT NULL",
        "This order of LINE SHOPPING is a sale order already.",
    )
    _lineshopping_paid_idx = models.Index(
        "(company_id, partner_id) WHERE lineshopping_paid_at IS NOT NULL"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_lineshopping_fields(vals)
        return super(SaleOrder, without_defaults(self, OWN_FIELDS)).create(vals_list)

    def write(self, vals):
        self._check_lineshopping_fields(vals)
        return super().write(vals)

    def _check_lineshopping_fields(self, vals):
        """:raise AccessError: a client says that an order was paid elsewhere"""
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(self.env._("Only LINE SHOPPING's orders set this."))

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "lineshopping_paid_at",
            "lineshopping_refunded_at",
        }

    def _is_paid_in_full(self):
        """What was paid there is paid."""
        self.ensure_one()
        order = self.sudo()
        if order.lineshopping_paid_at and not order.lineshopping_refunded_at:
            return True
        return super()._is_paid_in_full()

    def _get_lineshopping_extras(self):
        """:return: (sale.order.line that are discounts, those that are shipping); what
        no line explains counts as the one or the other"""
        lines = self.order_line
        discounts = lines.filtered(
            lambda line: (
                line.lineshopping_kind == "discount"
                or line.lineshopping_kind == "difference"
                and line.price_total < 0
            )
        )
        shipping = lines.filtered(
            lambda line: (
                line.lineshopping_kind == "shipping"
                or line.lineshopping_kind == "difference"
                and line.price_total >= 0
            )
        )
        return discounts, shipping
