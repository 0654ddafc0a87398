from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _products_bought_sources(self, customer_ids, company):
        """Goods sold at the till. Lines that settle a quotation count with it, unless
        they take it back; a till turns the sign of all amounts of a refund, so that
        quantity and price tell the true one."""
        return [
            *super()._products_bought_sources(customer_ids, company),
            SQL(
                """SELECT holder.commercial_partner_id AS customer_id,
                          line.product_id,
                          abs(line.price_subtotal_incl)
                          * sign(line.qty * line.price_unit)
                          / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount
                     FROM pos_order o
                     JOIN res_partner holder ON holder.id = o.partner_id
                     JOIN pos_order_line line ON line.order_id = o.id
                    WHERE holder.commercial_partner_id = ANY(%s)
                      AND o.company_id = %s AND o.state IN ('paid', 'done')
                      AND (line.sale_order_origin_id IS NULL
                           OR line.refunded_orderline_id IS NOT NULL)""",
                customer_ids,
                company.id,
            ),
        ]
