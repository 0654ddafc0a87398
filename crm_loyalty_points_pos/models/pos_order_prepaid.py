from odoo import models

from odoo.addons.crm_loyalty_points.tools.basket import number

from ..tools.till_lines import is_bought, worth

# Of a till's roundings, per line.
TOLERANCE = number("0.02")


class PosOrder(models.Model):
    """Prepaid cards on orders of the till. The till refuses what a card is not for; an
    order that used it all the same has left the shop, so it is listed."""

    _inherit = "pos.order"

    def _report_conditions(self):  # pylint: disable=missing-return
        super()._report_conditions()
        self._report_prepaid_uses()
        self._report_cheap_cards()

    def _report_prepaid_uses(self):
        """Put uses of prepaid cards on the list for what they are not for, or after a
        card with a percentage has ended."""
        lines = self.lines.filtered(
            lambda line: line.reward_id.program_id.is_prepaid and is_bought(line)
        )
        for reward, mine in lines.grouped("reward_id").items():
            spent = -sum(worth(line) for line in mine)
            over = spent - self._get_prepaid_allowed(reward)
            card, text = mine.coupon_id[:1], None
            if over > TOLERANCE * len(self.lines):
                text = reward._get_prepaid_refusal()
            elif reward.program_id._is_prepaid_unlimited():
                text = card._get_prepaid_end_message() if card else None
            if text:
                self.env["pos.points.exception"]._report(
                    self, "condition", card, float(over), note=text
                )

    def _get_prepaid_allowed(self, reward):
        """:return: Decimal, the most that a prepaid card may pay on this order"""
        goods = self.lines.filtered(
            lambda line: is_bought(line) and not line.reward_id and line.qty > 0
        )
        allowed = goods.product_id.filtered_domain(
            reward._get_discount_product_domain()
        )
        mine = goods.filtered(lambda line: line.product_id in allowed)
        total = sum(worth(part) for part in mine | mine.combo_line_ids)
        if reward.discount_mode == "percent":
            return total * number(reward.discount) / 100
        return total

    def _report_cheap_cards(self):
        """Put cards on the list that were sold for less than their price: the value is
        given all the same."""
        lines = self.lines.filtered(
            lambda line: (
                line.product_id.is_prepaid_card and is_bought(line) and line.qty > 0
            )
        )
        for product, mine in lines.grouped("product_id").items():
            quantity = sum(mine.mapped("qty"))
            missing = number(self._get_card_price(product) * quantity) - sum(
                worth(line) for line in mine
            )
            if missing > TOLERANCE * len(mine):
                card = self._get_sold_card(product)
                self.env["pos.points.exception"]._report(
                    self, "cheap", card, float(missing)
                )

    def _get_card_price(self, product):
        if self.pricelist_id:
            return self.pricelist_id._get_product_price(product, 1)
        return product.lst_price

    def _get_sold_card(self, product):
        """:return: the customer's loyalty.card that the product filled"""
        return self.env["loyalty.card"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("program_id.prepaid_product_id", "=", product.id),
                ("is_member_card", "=", True),
            ],
            limit=1,
        )
