"""How an order of the till looks to the points engine."""

from decimal import Decimal

from odoo.addons.crm_loyalty_points.tools import basket as engine
from odoo.addons.crm_loyalty_points.tools.document_adapter import DocumentAdapter, Item

from .till_lines import free_goods, is_bought, is_free_product, worth

TOLERANCE = Decimal("0.05")


class PosAdapter(DocumentAdapter):
    """Free products are taken out of the goods, see :mod:`.till_lines`.

    The browser computes what a line costs. When its lines are together worth more than
    what the order was paid with, they are lowered in proportion: nobody earns on money
    that was not paid.
    """

    kind = "pos"

    def __init__(self, order):
        self.free = free_goods(order)
        self.factor = _paid_factor(order)
        super().__init__(order)

    def _get_items(self):
        for line in self.document.lines:
            if is_bought(line) and not is_free_product(line):
                is_goods = not (line.reward_id or line.is_reward_line)
                yield Item(line.id, line.product_id, line.reward_id, is_goods, line)

    def _get_line(self, item):
        line, digits = item.source, self.currency.decimal_places
        free = self.free.get(line, ())
        quantity = engine.number(line.qty)
        return engine.Line(
            key=item.key,
            quantity=quantity - sum(engine.number(part) for _reward, part in free),
            total=self._money(line, free, "price_subtotal_incl", digits),
            untaxed=self._money(line, free, "price_subtotal", digits),
            product_points=engine.number(line.product_id.loyalty_points),
            product=line.product_id.id,
        )

    def _money(self, line, free, name, digits):
        """:return: Decimal, a line's cost without its free part; of a combo, with the
        cost of its items"""
        parts = line | line.combo_line_ids
        amount = sum(worth(part, name) for part in parts)
        for reward, quantity in free:
            share = engine.number(quantity) / engine.number(abs(reward.qty))
            amount += worth(reward, name) * share
        return engine.number(amount * self.factor, digits)

    def _get_circumstances(self):
        order = self.document
        return {
            "day": order._get_points_date(),
            "moment": order._get_points_moment(),
            "partner": (self.supposed_customer or order.partner_id).id or None,
            "branch": order.branch_id.id or None,
            "channel": order.crm_team_id.id or None,
        }

    def _get_entered_rules(self):
        codes = {code.strip() for code in (self.document.points_codes or "").split(",")}
        return self.env["loyalty.rule"].search([("code", "in", list(codes - {""}))])


def _paid_factor(order):
    """:return: Decimal, 1 when the lines are worth what the order cost, else less"""
    lines = sum(worth(line) for line in order.lines)
    total = engine.number(order.amount_total)
    if lines <= total + TOLERANCE * (len(order.lines) + 1):
        return Decimal(1)
    return max(total, Decimal(0)) / lines
