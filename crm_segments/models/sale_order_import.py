from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    import_source = fields.Char(
        readonly=True, copy=False, help="Shop or marketplace the order comes from."
    )
    import_number = fields.Char(
        readonly=True, copy=False, help="Number of the order in its source."
    )
    import_id = fields.Many2one(
        "crm.order.import",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _import_uniq = models.UniqueIndex(
        "(company_id, import_source, import_number) WHERE import_number IS NOT NULL",
        "This order of the source was imported already.",
    )

    def _prepare_confirmation_values(self):
        """Keep the date of imported orders: they were confirmed long ago."""
        values = super()._prepare_confirmation_values()
        if self.env.context.get("crm_order_import"):
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
            line.returned_qty += quantity


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    returned_qty = fields.Float(
        string="Returned", digits="Product Unit", readonly=True, copy=False
    )

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
