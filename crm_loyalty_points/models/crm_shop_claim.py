import re
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day
from ..tools.thai_day import page_amount

TOKEN = re.compile(r"([a-z])(\d{1,10})-([0-9a-f]{32})")


class CrmShop(models.Model):
    """Receipts whose points a member collects later, by the QR code on them.

    The code holds a keyed hash of the order: nothing is stored for it, and nobody can
    make one for another order. The order itself knows who collected its points, so
    that of two who try at once the second one is repeated by Odoo and refused.
    """

    _inherit = "crm.shop"

    claim_days = fields.Integer(
        "Days to Collect Points of a Receipt",
        default=7,
        help="A receipt without a member carries a QR code. Within so many days after "
        "the day of the sale a member scans it and gets its points, once. 0: no code "
        "is printed.",
    )

    _claim_days_positive = models.Constraint(
        "CHECK (claim_days >= 0)", "The days to collect points cannot be negative."
    )

    def _get_claim_models(self):
        """Channels with another model of orders add theirs.

        :return: {letter in the code: model name}
        """
        return {"s": "sale.order"}

    def _get_claim_token(self, order):
        """:return: what the QR code of an order names it by; 128 bits that nobody can
        guess"""
        letters = {model: letter for letter, model in self._get_claim_models().items()}
        return f"{letters[order._name]}{order.id}-{self._get_claim_mark(order)}"

    def _get_claim_mark(self, order):
        text = f"{self.company_id.id} {order._name} {order.id}"
        return hmac(self.env(su=True), "crm_receipt_claim", text)[:32]

    def _get_claim_url(self, order):
        """:return: address in the QR code of the receipt of an order, "" where nothing
        can be collected"""
        if not self or not self.claim_days or not order._is_points_claimable(self):
            return ""
        return self._get_url(f"claim/{self._get_claim_token(order)}")

    def _find_claim(self, token):
        """:return: the order (superuser) of a code, None if there is no such"""
        match = TOKEN.fullmatch(token or "")
        model = match and self._get_claim_models().get(match[1])
        if not model:
            return None
        order = self.env[model].sudo().browse(int(match[2])).exists()
        if not order or order.company_id != self.company_id:
            return None
        return order if consteq(match[3], self._get_claim_mark(order)) else None

    def _get_claim_view(self, partner, order):
        """:return: dict for the page: `number`, `day`, `amount` of the receipt (text),
        `refusal` (why its points cannot be collected, or ""), `points` (text, what the
        member gets, "" when that is not known before)"""
        card = self._get_member_card(partner)
        refusal = self._get_claim_refusal(partner, card, order) or ""
        points = not refusal and order._count_claim(card)
        return {
            "number": order._get_claim_number(),
            "day": said_day(self.env, order._get_points_date()),
            "amount": page_amount(self.env, order.amount_total, order.currency_id),
            "refusal": refusal,
            "points": points_text(points) if points else "",
        }

    def _get_claim_refusal(self, partner, card, order):
        """:param card: the member's loyalty.card, perhaps empty
        :return: why this member cannot collect the points of an order, or None"""
        if order._get_claimer() == partner:
            return self.env._("You have collected the points of this receipt already.")
        if not card:
            return self.env._("Get your member card first.")
        last = order._get_points_date() + timedelta(self.claim_days)
        if not self.claim_days or last < local_today(self.env, self.company_id):
            return self.env._(
                "The points of this receipt could be collected until %(day)s.",
                day=said_day(self.env, last),
            )
        if not order._is_points_claimable(self):
            return self.env._(
                "The points of this receipt were given already, or it was cancelled or "
                "refunded."
            )
        return None

    def _claim_receipt(self, partner, order):
        """Give a member the points of an order, by the rules of the order's own day.

        Doing it again gives nothing more. Two members who try at once write the same
        order: Odoo repeats the second request, which is then refused.

        :param order: of `_find_claim`
        :return: points that the member got by the order
        :raise UserError: why not
        """
        card = self._get_member_card(partner)
        if order._get_claimer() != partner:
            refusal = self._get_claim_refusal(partner, card, order)
            if refusal:
                raise UserError(refusal)
            with self.env.cr.savepoint():
                order._claim_points(card)
        entries = (
            self.env["loyalty.point.entry"]
            .sudo()
            .search(
                [
                    ("source_model", "=", order._name),
                    ("source_id", "=", order.id),
                    ("card_id", "=", card.id),
                ]
            )
        )
        held = (
            self.env["loyalty.point.pending"]
            .sudo()
            .search(
                [
                    ("source_model", "=", order._name),
                    ("source_id", "=", order.id),
                    ("card_id", "=", card.id),
                    ("state", "=", "pending"),
                ]
            )
        )
        return round(sum(entries.mapped("points")) + sum(held.mapped("points")), 2)
