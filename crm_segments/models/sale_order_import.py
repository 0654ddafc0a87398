from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.client_values import without_defaults
from ..tools.order_import_guard import orders_imported

# Set by the import alone: they say that an order was paid elsewhere.
IMPORT_FIELDS = {"import_source", "import_number", "import_id"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    import_source = fields.Char(
        readonly=True,
        copy=False,
        prefetch="import",
        help="Shop or marketplace the order comes from.",
    )
    import_number = fields.Char(
        readonly=True, copy=False, help="Number of the order in its source."
    )
    import_id = fields.Many2one(
        "crm.order.import",
        readonly=True,
        copy=False,
        prefetch="import",
        index="btree_not_null",
        ondelete="set null",
    )

    _import_uniq = models.UniqueIndex(
        "(company_id, import_source, import_number) WHERE import_number IS NOT NULL",
        "This order of the source was imported already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_import_fields(vals)
        return super(SaleOrder, without_defaults(self, IMPORT_FIELDS)).create(vals_list)

    def write(self, vals):
        self._check_import_fields(vals)
        return super().write(vals)

    def _check_import_fields(self, vals):
        """:raise AccessError: a client says that an order comes from elsewhere"""
        if self.env.su or orders_imported():
            return
        if IMPORT_FIELDS & vals.keys():
            raise AccessError(self.env._("Only importing an order sets this."))

    def _prepare_confirmation_values(self):
        """Keep the date of imported orders: they were confirmed long ago."""
        values = super()._prepare_confirmation_values()
        if orders_imported():
            values.pop("date_order", None)
        return values

    def _crm_apply_return(self, lines, key):
        """Goods of this order came back.

        The order itself stays as it was sold. Modules that gave something for the
        purchase (points) override this method and take their part back.

        :param list lines: (sale.order.line of this order, quantity > 0)
        :param str key: names the return; the caller applies each key once
        """
        self.ensure_one()
        for line, quantity in lines:
            line.sudo().returned_qty += quantity


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    returned_qty = fields.Float(
        string="Returned", digits="Product Unit", readonly=True, copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_returned_qty(vals)
        lines = without_defaults(self, {"returned_qty"})
        return super(SaleOrderLine, lines).create(vals_list)

    def write(self, vals):
        self._check_returned_qty(vals)
        return super().write(vals)

    def _check_returned_qty(self, vals):
        """:raise AccessError: a client says what came back; points depend on it"""
        if "returned_qty" in vals and not self.env.su:
            raise AccessError(self.env._("Returns are recorded by the import."))

    @api.depends("order_id.import_number")
    def _compute_qty_to_invoice(self):
        """Imported history was paid elsewhere: there is nothing to invoice."""
        history = self.filtered("order_id.import_number")
        history.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - history)._compute_qty_to_invoice()

    @api.depends("order_id.import_number")
    def _compute_invoice_status(self):
        """See ``_compute_qty_to_invoice``."""
        history = self.filtered("order_id.import_number")
        history.invoice_status = "no"
        return super(SaleOrderLine, self - history)._compute_invoice_status()
