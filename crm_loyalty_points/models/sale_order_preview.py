from collections import defaultdict

from odoo import api, fields, models

from ..tools.basket import ZERO, number
from ..tools.ledger_movement import to_cents
from ..tools.order_ledger import OrderLedger
from ..tools.points_text import points_text


class SaleOrder(models.Model):
    """What a return or a cancellation would do to points, told before it is done."""

    _inherit = "sale.order"

    points_debt = fields.Float(
        "Points Owed",
        compute="_compute_points_debt",
        digits=(16, 2),
        help="What the cards of this order are below zero: points were taken back "
        "after they had been spent. The next points pay for it.",
    )
    points_moved = fields.Boolean(
        compute="_compute_points_debt",
        help="Cancelling the order would change a card.",
    )

    @api.depends("state")
    def _compute_points_debt(self):
        """Not more than one query for a list of orders, drafts excepted."""
        orders = self._origin.filtered(lambda order: order.state in ("sale", "cancel"))
        ledger = OrderLedger(orders).load()
        cards = defaultdict(set)
        for posted in ledger.posted:
            cards[posted.source_id].add(posted.card_id)
        for order in self:
            held = ledger.Card.browse(cards.get(order._origin.id, ()))
            order.points_debt = sum(held.mapped("points_debt"))
            order.points_moved = order.state == "sale" and any(
                ledger.net(order._origin).values()
            )

    def action_cancel_with_preview(self):
        """:return: Odoo's own cancel dialog, which shows what happens to the points"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_mass_cancel_orders"
        )
        action["name"] = self.env._("Cancel Order")
        action["context"] = {"active_model": self._name, "active_ids": self.ids}
        return action

    def _preview_return(self, lines):
        """What it does when goods come back now, on top of all that came back so far.

        :param dict lines: {order line id: quantity in the line's unit}
        :return: as ``_preview_points``
        """
        back = self.sudo()._get_returned_goods()
        so_far = {
            line_id: each.quantity
            for returned in back.values()
            for line_id, each in returned.items()
        }
        return self._preview_points(
            {
                "return": {
                    line_id: so_far.get(line_id, ZERO) + number(quantity)
                    for line_id, quantity in lines.items()
                }
            }
        )

    def _preview_points(self, supposed=None, withdrawn=False):
        """What would happen to the points of these orders. Posts nothing.

        :param supposed: returns to suppose, see ``_get_returned_goods``
        :param withdrawn: suppose that the orders are cancelled
        :return: list of dicts, one per card that would change: ``card_id``,
            ``customer`` and ``program`` (names), and positive points ``taken``,
            ``given`` and ``debt`` (what the card then owes), with ``balance`` (may be
            negative), all floats
        """
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        before = orders._get_due_before_ledger()
        ledger = OrderLedger(orders, before, supposed).load()
        taken, given = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
        for order in orders:
            for effect in ledger.preview(order, withdrawn):
                taken[effect.card_id] += effect.taken
                given[effect.card_id] += effect.given
        return [
            self._preview_of_card(card, float(taken[card.id]), float(given[card.id]))
            for card in ledger.Card.browse({**taken, **given})
        ]

    @api.model
    def _preview_of_card(self, card, taken, given):
        balance = to_cents(card.points) - to_cents(taken) + to_cents(given)
        return {
            "card_id": card.id,
            "customer": card.partner_id.name or card.code,
            "program": card.program_id.name,
            "taken": taken,
            "given": given,
            "balance": balance / 100,
            "debt": max(-balance, 0) / 100,
        }

    @api.model
    def _render_points_preview(self, effects, when):
        """:param effects: as from ``_preview_points``
        :param str when: the sentence above them
        :return: Markup, or False without effects"""
        if not effects:
            return False
        return self.env["ir.qweb"]._render(
            "crm_loyalty_points.points_preview",
            {"effects": effects, "when": when, "number": points_text},
        )
