from odoo import models

from ..tools.points_settlement import order_edits, points_settlement


class SaleOrder(models.Model):
    """Changing a confirmed order changes its points at once.

    Odoo changes neither points nor its own count then. What the order loses goes at the
    rates of the day it was sold; what it gains is counted by the programme as it is
    now (see ``tools.frozen_goods``). Discounts of programmes stay as they are, as in
    Odoo, until somebody asks for them again.
    """

    _inherit = "sale.order"

    def write(self, vals):
        """Saving a form changes many lines: that is one change of the points."""
        if "order_line" not in vals:
            return super().write(vals)
        with order_edits(self):
            return super().write(vals)

    def _follow_edits(self, before=None):
        """Count confirmed orders again after their lines changed.

        :param before: see ``OrderLedger``
        """
        orders = self.exists().filtered(lambda order: order.state == "sale").sudo()
        with points_settlement() as settlement:
            for order in orders:
                order._recount_edited()
            settlement.before.update(before or {})
            settlement.watch(orders)

    def _recount_edited(self):
        """Write Odoo's count as it would be for the lines as they are now; and count
        programmes that earn since the change only."""
        self._recount_points()
        rows = self.coupon_point_ids.filtered("coupon_id.is_member_card")
        others = rows.filtered(
            lambda row: not row.coupon_id.program_id._is_engine_program()
        )
        result = self._program_check_compute_points(others.coupon_id.program_id)
        for row in others:
            points = (result[row.coupon_id.program_id].get("points") or [0])[0]
            if row.points != points:
                row.points = points
        if self.partner_id.is_public:
            return
        missing = (
            self._get_earning_programs() - rows.filtered("points").coupon_id.program_id
        )
        gained = {
            program: outcome.points
            for program, outcome in self._count_points(missing).items()
            if outcome.points
        }
        self._add_counts(gained, rows)

    def _add_counts(self, gained, rows):
        """Write the counts of programmes that gave nothing before.

        :param gained: {loyalty.program: Decimal points}
        :param rows: the order's counts for members' cards
        """
        for program, points in gained.items():
            row = rows.filtered(lambda row, p=program: row.coupon_id.program_id == p)
            if row:
                row.points = float(points)
                continue
            card = self.env["loyalty.card"].create(
                {"program_id": program.id, "partner_id": self.partner_id.id}
            )
            self.env["sale.order.coupon.points"].create(
                {"order_id": self.id, "coupon_id": card.id, "points": float(points)}
            )
