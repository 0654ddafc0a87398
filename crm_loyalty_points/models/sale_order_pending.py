from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.order_ledger import OrderLedger


class SaleOrder(models.Model):
    """Points of an order that become available when it is delivered or paid."""

    _inherit = "sale.order"

    points_pending = fields.Float(
        "Pending Points",
        compute="_compute_points_pending",
        compute_sudo=True,
        digits=(16, 2),
        help="Earned with this order, but not available yet.",
    )

    @api.depends("state")
    def _compute_points_pending(self):
        pending = dict(
            self.env["loyalty.point.pending"]._read_group(
                self._pending_domain(), ["source_id"], ["points:sum"]
            )
        )
        for order in self:
            order.points_pending = pending.get(order._origin.id, 0)

    def _pending_domain(self):
        return [
            ("source_model", "=", self._name),
            ("source_id", "in", self._origin.ids),
            ("state", "=", "pending"),
        ]

    def _release_points(self):
        """Release what these orders' delivery or payment has made available."""
        pending = self.env["loyalty.point.pending"].sudo()
        pending = pending.search(
            [*self._pending_domain(), ("wait_for", "!=", False)], order="id"
        )
        rows = [
            (row.id, row.source_model, row.source_id, row.wait_for) for row in pending
        ]
        return pending.browse(pending._ready(rows))._release()

    def _filter_points_ready(self, event):
        """:param event: "delivered" or "paid"
        :return: those of these orders to which it has happened"""
        if event == "delivered":
            return self._filter_delivered()
        return self.filtered(lambda order: order._is_paid_in_full())

    def _filter_delivered(self):
        """Orders of which all goods were delivered; services do not count."""
        self.env["sale.order.line"].flush_model()
        self.env["product.template"].flush_model(["type"])
        self.flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.id FROM sale_order o
                 WHERE o.id = ANY(%s) AND o.state = 'sale' AND NOT EXISTS (
                       SELECT FROM sale_order_line l
                         JOIN product_product p ON p.id = l.product_id
                         JOIN product_template t ON t.id = p.product_tmpl_id
                        WHERE l.order_id = o.id AND t.type = 'consu'
                          AND l.display_type IS NULL AND l.reward_id IS NULL
                          AND l.product_uom_qty > coalesce(l.qty_delivered, 0))
                """,
                self.ids,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    def _is_paid_in_full(self):
        """Whether invoices that are paid, or good payments, cover the order."""
        self.ensure_one()
        payments = self.transaction_ids.filtered(lambda tx: tx.state == "done")
        invoices = self.invoice_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state in ("paid", "in_payment")
            )
        )
        covered = max(
            sum(payments.mapped("amount")), sum(invoices.mapped("amount_total"))
        )
        return self.currency_id.compare_amounts(covered, self.amount_total) >= 0

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """An order cannot spend the points it will only get later."""
        points = super()._get_real_points_for_coupon(coupon, post_confirm)
        waits = coupon.is_member_card and OrderLedger(self).hold_terms(self, coupon)
        if waits and self.state != "sale" and coupon.program_id.applies_on != "future":
            own = self.coupon_point_ids.filtered(lambda row: row.coupon_id == coupon)
            points -= sum(own.mapped("points"))
        return points
