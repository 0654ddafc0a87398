from odoo import fields, models

from ..tools import basket as engine
from ..tools.sale_adapter import SaleAdapter


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _program_check_compute_points(self, programs):
        """Let the engine count the loyalty programmes; Odoo counts all others.

        :return: {program: {"points": [points]} or {"error": text}}, as Odoo's
        """
        ours = programs.filtered(lambda program: program._is_engine_program())
        others = programs - ours
        result = super()._program_check_compute_points(others) if others else {}
        if ours:
            result.update(self._check_engine_programs(ours))
        return result

    def _check_engine_programs(self, programs):
        """:return: the part of ``_program_check_compute_points`` that is ours."""
        if self.partner_id.is_public:
            error = self.env._("This program is not available for public users.")
            return {program: {"error": error} for program in programs}
        return {
            program: {"points": [float(outcome.points)]}
            for program, outcome in self._count_points(programs).items()
        }

    def _count_points(self, programs):
        """What the engine says about this order.

        :return: {loyalty.program: basket.Outcome}
        """
        self.ensure_one()
        adapter = SaleAdapter(self)
        basket = adapter.basket()
        return {
            program: engine.compute(adapter.policy(program), basket)
            for program in programs
        }

    def _get_points_date(self):
        """:return: the day of the order where the shop is, not where its user is."""
        self.ensure_one()
        moment = self.date_order or fields.Datetime.now()
        local = self.with_context(tz=self.company_id.customer_tz)
        return fields.Datetime.context_timestamp(local, moment).date()
