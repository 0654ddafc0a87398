from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.order_ledger import OrderLedger
from ..tools.points_guard import allow_points_write


class SaleOrder(models.Model):
    """Sale orders of customers without a card: whoever has the paper collects the
    points. The customer of the order, its invoices and addresses stay as they are; the
    order only remembers who collected."""

    _inherit = "sale.order"

    points_claimer_id = fields.Many2one(
        "res.partner",
        "Points Collected By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The member who scanned the QR code of the receipt.",
    )

    def _get_points_claim_url(self):
        """:return: what the QR code on the printed order holds, "" for none"""
        self.ensure_one()
        shop = self.env["crm.shop"]._of_company(self.company_id)
        return shop._get_claim_url(self.sudo()) if shop else ""

    def _get_claimer(self):
        """:return: res.partner who got the points by the receipt, perhaps empty"""
        return self.points_claimer_id

    def _get_claim_number(self):
        """:return: what the receipt is called on the paper"""
        return self.name

    def _is_points_claimable(self, shop):
        """:return: whether the order gives points that are nobody's"""
        self.ensure_one()
        order, program = self.sudo(), shop._get_program()
        if (
            order.state != "sale"
            or not order.points_ledgered
            or order.is_reward_delivery
            or order.points_claimer_id
            or order.amount_total <= 0
            or shop._get_member_card(order.partner_id.commercial_partner_id)
            or program not in order._get_earning_programs()
        ):
            return False
        moved = OrderLedger(order).load().net(order)
        return not moved and not order._get_returned_goods()

    def _count_claim(self, card):
        """:param card: loyalty.card (superuser)
        :return: points that the card gets by `_claim_points`, None when that is not
            known before; nothing is written"""
        self.ensure_one()
        program = card.program_id
        return float(self.sudo()._count_points(program)[program].points)

    def _claim_points(self, card):
        """Earn on the card of a member, as if it had been shown.

        :param card: loyalty.card (superuser)
        :raise UserError: the order gives nothing
        """
        self.ensure_one()
        order = self.sudo()
        order.points_claimer_id = card.partner_id
        order.flush_recordset()
        points = order._count_claim(card)
        if points <= 0:
            raise UserError(self.env._("This bill gives no points."))
        with allow_points_write():
            order.coupon_point_ids.create(
                {
                    "order_id": order.id,
                    "coupon_id": card.id,
                    "points": points,
                }
            )
            order._settle_points()
