from odoo import models

from odoo.addons.crm_loyalty_points.tools import basket as engine


class SaleOrder(models.Model):
    """Sale orders of LINE SHOPPING give points as their row there says: neither being
    confirmed nor being changed gives any by itself."""

    _inherit = "sale.order"

    def _get_lineshopping_order(self):
        """:return: crm.lineshopping.order (superuser) of this order, perhaps empty"""
        self.ensure_one()
        return self.sudo().lineshopping_order_id

    # -- who and when --------------------------------------------------------------

    def _get_channel_earner(self):
        row = self._get_lineshopping_order()
        return row._get_earner() if row else super()._get_channel_earner()

    def _get_points_customer(self):
        row = self._get_lineshopping_order()
        return row.partner_id if row else super()._get_points_customer()

    def _get_points_moment(self):
        row = self._get_lineshopping_order()
        moment = row and row._get_points_moment_utc()
        if not moment:
            return super()._get_points_moment()
        return self.company_id._get_local_moment(moment)

    def _get_confirmed_tx_create_date(self):
        """The programmes of the day on which it was paid."""
        if self._get_lineshopping_order():
            return self._get_points_date()
        return super()._get_confirmed_tx_create_date()

    def _get_channel_terms(self):
        row = self._get_lineshopping_order()
        if not row or row.shop_id.points_when != "completed":
            return super()._get_channel_terms()
        return {} if row._is_past_completion() else {"wait_for": "delivered"}

    def _filter_points_ready(self, event):
        """What LINE SHOPPING says, where the shop or Odoo's deliveries say nothing."""
        ours = self.filtered(lambda order: order._get_lineshopping_order())
        ready = super(SaleOrder, self - ours)._filter_points_ready(event)
        for order in ours:
            row = order._get_lineshopping_order()
            if row.shop_id.points_when == "completed":
                happened = row._is_past_completion()
            elif event == "paid":
                happened = True
            else:
                happened = bool(row.completed_at) or order in order._filter_delivered()
            if happened:
                ready |= order
        return ready

    # -- what is counted -----------------------------------------------------------

    def _get_earning_programs(self):
        """None by themselves: see `_count_lineshopping`."""
        programs = super()._get_earning_programs()
        return programs.browse() if self._get_lineshopping_order() else programs

    def _update_programs_and_rewards(self):
        """What was sold there has its price; no promotion changes it here."""
        if not self._get_lineshopping_order():
            return super()._update_programs_and_rewards()

    def _count_lineshopping(self, program):
        """:param program: loyalty.program
        :return: points that the goods of this order give, float"""
        self.ensure_one()
        counts = program._is_engine_program() and program.filtered_domain(
            self._get_program_domain()
        )
        return float(self._count_points(program)[program].points) if counts else 0.0

    def _get_no_effect_on_threshold_lines(self):
        """Discounts and shipping are part of the price of the goods, or of nothing."""
        lines = super()._get_no_effect_on_threshold_lines()
        if self._get_lineshopping_order():
            discounts, shipping = self._get_lineshopping_extras()
            lines |= discounts | shipping
        return lines

    def _get_points_spread(self):
        """Discounts, and shipping where it counts, split over the goods by price; the
        last one takes the rest."""
        spread = super()._get_points_spread()
        row = self._get_lineshopping_order()
        basis = row.counted_basis or row.shop_id.points_basis
        if not row or basis == "subtotal":
            return spread
        discounts, shipping = self._get_lineshopping_extras()
        extras = discounts | shipping if basis == "total" else discounts
        goods = self.order_line.filtered(
            lambda line: line.product_id and line not in discounts | shipping
        )
        if not extras or not goods:
            return spread
        digits = self.currency_id.decimal_places
        columns = [
            _split(goods, name, sum(extras.mapped(name)), digits)
            for name in ("price_total", "price_subtotal")
        ]
        return dict(zip(goods.ids, zip(*columns, strict=True), strict=True))


def _split(lines, name, amount, digits):
    """:return: list of Decimal, parts of an amount in proportion to lines' prices"""
    prices = [engine.number(line[name], digits) for line in lines]
    whole, left = sum(prices), engine.number(amount, digits)
    parts = []
    for price in prices[:-1]:
        part = engine.number(left * price / whole, digits) if whole else left * 0
        parts.append(part)
        left, whole = left - part, whole - price
    return [*parts, left]
