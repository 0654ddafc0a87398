from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_segments.models.crm_customer_order import (
    LOCAL_COLUMNS,
    LOCAL_TIME,
)

from ..tools.metric_sources import (
    IS_ORDER,
    ORDER_AMOUNT,
    SPECIAL_LINES,
    SPECIAL_LINES_OF_ORDER,
)


class CrmCustomerOrder(models.Model):
    """Orders of the till.

    A refund is none, and lines that settle a quotation count with the quotation: an
    order of nothing else is that sale, so it does not come twice.
    """

    _inherit = "crm.customer.order"
    _depends = {
        "pos.order": [
            *("partner_id", "company_id", "date_order", "crm_team_id", "branch_id"),
            *("state", "amount_total", "currency_rate", "name", "pos_reference"),
            "general_customer_note",
        ],
        "pos.order.line": [
            *("sale_order_origin_id", "refunded_orderline_id", "qty", "price_unit"),
            "price_subtotal_incl",
        ],
    }

    @api.model
    def _customer_order_sources(self):
        many = self.env.context.get("crm_order_source")
        return {
            **super()._customer_order_sources(),
            "pos.order": SQL(
                """SELECT o.id, o.partner_id, p.commercial_partner_id, o.company_id,
                          o.date_order, %(local)s, o.crm_team_id, o.branch_id,
                          CASE WHEN o.state IN ('paid', 'done') THEN 'confirmed'
                               WHEN o.state = 'cancel' THEN 'cancelled'
                               ELSE 'draft' END::varchar,
                          (%(amount)s)::numeric,
                          COALESCE(NULLIF(o.name, '/'), o.pos_reference),
                          o.general_customer_note::varchar, 'pos.order'::varchar, o.id
                     FROM pos_order o
                     JOIN res_partner p ON p.id = o.partner_id
                     JOIN (%(companies)s) AS c(id, tz, until_utc)
                       ON c.id = o.company_id AND o.date_order < c.until_utc
                          %(special)s,
                          %(at)s
                    WHERE %(is_order)s""",
                local=LOCAL_COLUMNS,
                amount=ORDER_AMOUNT,
                companies=self._customer_order_companies(),
                special=SPECIAL_LINES if many else SPECIAL_LINES_OF_ORDER,
                at=LOCAL_TIME,
                is_order=IS_ORDER,
            ),
        }

    @api.model
    def _customer_order_product_sources(self, products):
        lines = self.env["pos.order.line"]._fields
        return {
            **super()._customer_order_product_sources(products),
            "pos.order": SQL(
                """SELECT line.order_id FROM pos_order_line line
                    WHERE line.product_id IN (%s) AND line.qty > 0
                      AND line.sale_order_origin_id IS NULL
                      AND line.refunded_orderline_id IS NULL%s%s""",
                products,
                SQL(to_flush=lines["product_id"]),
                SQL(to_flush=lines["qty"]),
            ),
        }

    @api.model
    def _customer_order_lines_fields(self):
        return {**super()._customer_order_lines_fields(), "pos.order": "lines"}
