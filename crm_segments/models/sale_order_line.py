from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # Who ever bought a product: answered from the index alone.
    _crm_product_bought_idx = models.Index(
        "(product_id, order_id) WHERE product_id IS NOT NULL"
        " AND product_uom_qty > 0 AND is_downpayment IS NOT TRUE"
    )
