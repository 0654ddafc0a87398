from contextlib import ExitStack

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.crm_segments.tools.client_values import without_defaults

from ..tools.points_settlement import (
    order_edits,
    points_muted,
    points_settlement,
)

# What makes a line spend points; only Odoo's reward methods set it.
REWARD_VALUES = {"points_cost", "coupon_id", "reward_id"}
# What the points of a line depend on.
EARNING_VALUES = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """Lines of confirmed orders change points; the order posts the change."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        self = without_defaults(self, REWARD_VALUES)
        with order_edits(self._orders_of(vals_list)):
            rewards = [vals for vals in vals_list if _spends(vals)]
            if not rewards:
                return super().create(vals_list)
            self._check_reward_values()
            with points_settlement() as settlement:
                settlement.watch(self._orders_of(rewards))
                return super().create(vals_list)

    def write(self, vals):
        with ExitStack() as around:
            if not EARNING_VALUES.isdisjoint(vals):
                around.enter_context(order_edits(self.order_id))
            if not REWARD_VALUES.isdisjoint(vals):
                self._check_reward_values()
                settlement = around.enter_context(points_settlement())
                settlement.watch(self.order_id)
            return super().write(vals)

    def unlink(self):
        orders = self.filtered("coupon_id").order_id
        with order_edits(self.order_id):
            if not orders:
                return super().unlink()
            with points_settlement() as settlement:
                settlement.watch(orders)
                return super().unlink()

    @api.model
    def _orders_of(self, vals_list):
        """:return: the sale.order of new lines"""
        ids = {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        return self.env["sale.order"].browse(ids)

    def _reset_loyalty(self, complete=False):
        with points_settlement() as settlement:
            settlement.watch(self.order_id)
            return super()._reset_loyalty(complete)

    def _check_reward_values(self):
        """A client may not say what a line costs in points, or which card pays.

        :raise AccessError: outside Odoo's own reward methods
        """
        if not self.env.su and not points_muted():
            raise AccessError(
                self.env._("Rewards are added with the Reward button of the order.")
            )


def _spends(vals):
    return any(vals.get(name) for name in REWARD_VALUES)
