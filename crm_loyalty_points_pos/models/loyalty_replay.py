from odoo import models
from odoo.tools import SQL

from ..tools.pos_adapter import PosAdapter


class LoyaltyReplay(models.Model):
    _inherit = "loyalty.replay"

    def _get_order_sources(self):
        """Orders of the till; refunds earn nothing. What came back is not deducted:
        both programmes are compared on what was sold."""
        return [
            *super()._get_order_sources(),
            SQL(
                """SELECT 'pos.order' AS res_model, o.id AS res_id,
                          COALESCE(NULLIF(o.name, '/'), o.pos_reference) AS name,
                          o.partner_id, o.branch_id, o.date_order AS moment,
                          o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1)
                          AS amount
                     FROM pos_order o
                    WHERE o.company_id = %s AND o.state IN ('paid', 'done')
                      AND o.partner_id IS NOT NULL AND o.amount_total > 0""",
                self.company_id.id,
            ),
        ]


class LoyaltyReplayOrder(models.Model):
    _inherit = "loyalty.replay.order"

    def _get_adapters(self):
        orders = self._browse_orders("pos.order")
        return {
            **super()._get_adapters(),
            **{row: PosAdapter(order) for row, order in orders.items()},
        }

    def _is_open_channel(self, program):
        if self.res_model != "pos.order":
            return super()._is_open_channel(program)
        order = self.env["pos.order"].sudo().browse(self.res_id)
        tills, pricelists = program.pos_config_ids, program.pricelist_ids
        return (
            program.pos_ok
            and (not tills or order.config_id in tills)
            and (not pricelists or order.pricelist_id in pricelists)
        )
