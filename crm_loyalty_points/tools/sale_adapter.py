"""How a sale order looks to the points engine."""

from functools import cached_property

from . import basket as engine
from .document_adapter import DocumentAdapter, Item
from .order_confirmation import confirmed_before, counted_before


class SaleAdapter(DocumentAdapter):
    """Lines that are not saved yet have their place in the order as key."""

    kind = "sale"

    def get_customer(self):
        partner = self.supposed_customer or self.document._get_points_customer()
        partner = partner.sudo()
        return partner.browse() if partner.is_public else partner

    @cached_property
    def _spread(self):
        return self.document._get_points_spread()

    def _get_items(self):
        order = self.document
        no_effect = order._get_no_effect_on_threshold_lines()
        priced = (order.order_line - no_effect).filtered(
            lambda line: not line.combo_item_id and line.product_id
        )
        goods = set(order._get_not_rewarded_order_lines()._ids)
        for index, line in enumerate(priced):
            key = line.id if isinstance(line.id, int) else f"new{index}"
            yield Item(key, line.product_id, line.reward_id, line.id in goods, line)

    def _get_line(self, item):
        line, digits = item.source, self.currency.decimal_places
        parts = line._get_lines_with_price()
        total, untaxed = self._spread.get(line.id, (0, 0))
        return engine.Line(
            key=item.key,
            quantity=engine.number(line.product_uom_qty),
            total=engine.number(sum(parts.mapped("price_total")), digits) + total,
            untaxed=engine.number(sum(parts.mapped("price_subtotal")), digits)
            + untaxed,
            product_points=self.points_of(line.product_id, line.product_uom_id),
            product=line.product_id.id,
        )

    def _get_circumstances(self):
        order = self.document
        moment = order._get_points_moment()
        return {
            "day": moment.date(),
            "moment": moment,
            "partner": order._get_points_customer().id or None,
            "branch": order.branch_id.id or None,
            "channel": order.team_id.id or None,
        }

    def _get_entered_rules(self):
        return self.document.code_enabled_rule_ids

    def is_first_order(self):
        customer = self.get_customer().commercial_partner_id
        before = {
            other._get_points_customer().commercial_partner_id
            for other in confirmed_before(self.document)
        }
        return customer not in before and super().is_first_order()

    def get_unposted(self, programs):
        return counted_before(self.document, programs)
