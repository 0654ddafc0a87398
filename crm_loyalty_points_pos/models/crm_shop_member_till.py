from odoo import models
from odoo.tools import SQL


class CrmShop(models.Model):
    """Orders at the till are the member's own as well, and their receipts can be
    collected."""

    _inherit = "crm.shop"

    def _get_claim_models(self):
        return {**super()._get_claim_models(), "p": "pos.order"}

    def _sql_member_orders(self, partner):
        return [
            *super()._sql_member_orders(partner),
            SQL(
                """SELECT 'pos.order', o.id, o.date_order
                     FROM pos_order o
                     JOIN res_partner person ON person.id = o.partner_id
                    WHERE person.commercial_partner_id = %s AND o.company_id = %s
                      AND o.state IN ('paid', 'done')""",
                partner.id,
                self.company_id.id,
            ),
        ]

    def _sql_sale_order_shown(self):
        """A quotation that was paid at the till is an order of the till."""
        settled = SQL(
            """NOT EXISTS (SELECT FROM pos_order_line line
                                  JOIN pos_order till ON till.id = line.order_id
                            WHERE line.sale_order_origin_id = o.id
                              AND till.state IN ('paid', 'done'))"""
        )
        return SQL("%s AND %s", super()._sql_sale_order_shown(), settled)
