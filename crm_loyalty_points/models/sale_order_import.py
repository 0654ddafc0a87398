from odoo import models

from odoo.addons.crm_segments.tools.order_import_guard import (
    imported_orders_earn,
    orders_imported,
)

from ..tools.order_ledger import RETURNED, OrderLedger, confirming
from ..tools.points_settlement import points_settlement


class SaleOrder(models.Model):
    """Orders of the past (see ``importing_orders``) earn, if the file says so, on
    their own day.

    They have no rewards to claim and nothing to notify, so their points are counted
    for the whole batch at once instead of by Odoo's search for each order. Promotions
    are not applied to what was sold long ago.
    """

    _inherit = "sale.order"

    def action_confirm(self):
        if not orders_imported():
            return super().action_confirm()
        orders = self.with_context(loyalty_no_mail=True)
        with confirming(self):
            if imported_orders_earn():
                with points_settlement():
                    orders._plan_imported_points()
            return super(SaleOrder, orders).action_confirm()

    def _crm_apply_return(self, lines, key):
        """Take back what the returned goods had earned, at the rate of their day.

        Points used meanwhile become a debt, which the next points pay.
        """
        res = super()._crm_apply_return(lines, key)
        OrderLedger(self).load().settle(RETURNED, owe=True)
        return res

    def _get_confirmed_tx_create_date(self):
        """An imported order meets the programmes of its own day."""
        if orders_imported():
            return self._get_points_date()
        return super()._get_confirmed_tx_create_date()

    def _update_programs_and_rewards(self):
        if not orders_imported():
            return super()._update_programs_and_rewards()

    def _add_loyalty_history_lines(self):
        """The ledger has the history of imported orders."""
        if not orders_imported():
            return super()._add_loyalty_history_lines()

    def _plan_imported_points(self):
        """Write what each order will give to the member's card, making the cards."""
        given = []
        for _company, orders in self.grouped("company_id").items():
            programs = orders._get_imported_programs()
            for order in orders.filtered(lambda order: not order.coupon_point_ids):
                if not order.partner_id.is_public:
                    given += order._count_imported_points(programs)
        if not given:
            return
        cards = self.env["loyalty.card"].sudo().with_context(tracking_disable=True)
        cards = cards.create(
            [
                {
                    "partner_id": order.partner_id.id,
                    "program_id": program.id,
                    "points": 0,
                }
                for order, program, _points in given
            ]
        )
        self.env["sale.order.coupon.points"].sudo().create(
            [
                {"order_id": order.id, "coupon_id": card.id, "points": points}
                for card, (order, _program, points) in zip(cards, given, strict=True)
            ]
        )

    def _count_imported_points(self, programs):
        """:return: [(order, programme, points)] where there are any"""
        self.ensure_one()
        day = self._get_points_date()
        valid = programs.filtered(
            lambda program: (
                (not program.date_from or program.date_from <= day)
                and (not program.date_to or program.date_to >= day)
                and (
                    not program.pricelist_ids
                    or self.pricelist_id in program.pricelist_ids
                )
            )
        )
        return [
            (self, program, float(outcome.points))
            for program, outcome in self._count_points(valid).items()
            if outcome.points
        ]

    def _get_imported_programs(self):
        """:return: the programmes of these orders' company that earn by themselves"""
        company = self.company_id
        programs = self.env["loyalty.program"].search(
            [
                ("program_type", "=", "loyalty"),
                ("sale_ok", "=", True),
                ("trigger", "=", "auto"),
                ("rule_ids.mode", "=", "auto"),
                ("company_id", "in", [False, company.id, company.parent_id.id]),
            ]
        )
        return programs.filtered(lambda program: program._is_engine_program())
