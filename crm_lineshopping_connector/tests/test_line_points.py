from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .points_common import OTHER_PHONE, PHONE, LinePointsCase


@tagged("post_install", "-at_install")
class TestLinePoints(LinePointsCase):
    """Points of an order follow its state, its buyer and the approval."""

    def test_paid_gives_points_once(self):
        order = self._line_order(2)
        for _turn in range(3):
            self._settle(order)
        self.assertEqual(order.partner_id, self.partner)
        self.assertEqual(order.match_method, "phone")
        self.assertEqual(self._line_entries(order), [(self.card, "earn", 200, "order")])
        self.assertEqual((order.points_state, order.points), ("given", 200))
        self.assertBalance(self.card, 200)

    def test_unpaid_gives_nothing(self):
        for payment in ("NO_PAYMENT", "PENDING", None, "SOMETHING_NEW"):
            order = self._line_order(payment_status=payment)
            self._settle(order)
            self.assertEqual(order.points_state, "none", payment)
        self.assertBalance(self.card, 0)

    def test_refund_freezes_then_takes_back(self):
        order = self._line_order()
        self._settle(order)
        self._settle(order, payment_status="PENDING_REFUND")
        self.assertEqual(order.points_state, "frozen")
        self.assertBalance(self.card, 0)
        self._settle(order, payment_status="REFUND")
        self.assertEqual(order.points_state, "reversed")
        self.assertEqual(
            self._line_entries(order),
            [
                (self.card, "earn", 100, "order"),
                (self.card, "reversal", -100, "line_refund_pending"),
            ],
        )

    def test_refused_refund_gives_back_with_the_same_last_day(self):
        self.program.write({"expiry_policy": "after", "expiry_count": 3})
        order = self._line_order()
        self._settle(order)
        [earned] = self._entries(order.sale_order_id)
        self._settle(order, payment_status="PENDING_REFUND")
        self.program.rule_ids.reward_point_amount = 7
        self.program.expiry_count = 9
        self._settle(order, payment_status="REJECTED_REFUND")
        self.assertBalance(self.card, 100)
        again = self._entries(order.sale_order_id)[-1]
        self.assertEqual((again.points, again.reason), (100, "given_again"))
        self.assertEqual(again.expiry, earned.expiry)
        self.assertEqual(order.points_state, "given")

    def test_cancelled_expired_failed(self):
        for values, reason in (
            ({"order_status": "CANCELED"}, "line_cancelled"),
            ({"order_status": "EXPIRED"}, "line_expired"),
            ({"payment_status": "FAILED_AFTER_PAID"}, "line_failed"),
            ({"payment_status": "REFUND"}, "line_refunded"),
        ):
            order = self._line_order()
            self._settle(order)
            self._settle(order, **values)
            self.assertEqual(order.points_state, "reversed")
            self.assertEqual(self._line_entries(order)[-1][3], reason)
        self.assertBalance(self.card, 0)

    def test_spent_points_become_a_debt(self):
        order = self._line_order()
        self._settle(order)
        self._post(-80)
        self._settle(order, payment_status="REFUND")
        self.assertBalance(self.card, -80)

    def test_taken_back_at_the_rate_of_its_day(self):
        order = self._line_order()
        self._settle(order)
        self.program.rule_ids.reward_point_amount = 5
        self._settle(order, payment_status="REFUND")
        self.assertBalance(self.card, 0)

    def test_day_of_the_payment(self):
        paid = fields.Datetime.now() - timedelta(days=40)
        order = self._line_order(paid_at=paid)
        self._settle(order)
        [entry] = self._entries(order.sale_order_id)
        local = order.company_id._get_local_moment(paid)
        self.assertEqual(entry.date, local.date())
        self.assertIn("100", entry.why)

    def test_cancelled_in_odoo(self):
        order = self._line_order()
        self._settle(order)
        order.sale_order_id._action_cancel()
        self._settle(order)
        self.assertEqual(order.points_state, "reversed")
        self.assertBalance(self.card, 0)
        order.sale_order_id.action_draft()
        order.sale_order_id.action_confirm()
        self._settle(order)
        self.assertEqual(order.points_state, "given")
        self.assertBalance(self.card, 100)

    def test_goods_follow_the_sale_order(self):
        order = self._line_order(3)
        self._settle(order)
        order.sale_order_id.order_line.product_uom_qty = 2
        self._settle(order)
        self.assertBalance(self.card, 200)
        self.assertEqual(order.points, 200)

    def test_confirming_gives_nothing_by_itself(self):
        order = self._line_order()
        order.sale_order_id.partner_id = self.partner
        order.sale_order_id.order_line.product_uom_qty = 5
        order.sale_order_id._update_programs_and_rewards()
        self.assertBalance(self.card, 0)
        self.assertFalse(order.sale_order_id.coupon_point_ids)

    def test_points_can_wait_for_completion(self):
        self.shop.write({"points_when": "completed", "points_days": 3})
        order = self._line_order()
        self._settle(order)
        pending = self.env["loyalty.point.pending"]
        self.assertEqual(self.card.points_pending, 100)
        self.assertBalance(self.card, 0)
        self.assertEqual((order.points_state, order.points), ("given", 100))
        completed = fields.Datetime.now() - timedelta(days=1)
        self._settle(order, order_status="COMPLETED", updated_at=completed)
        pending._release_batch(0)
        self.assertBalance(self.card, 0)
        order.completed_at -= timedelta(days=3)
        pending._release_batch(0)
        self.assertBalance(self.card, 100)
        self._settle(order)
        self.assertBalance(self.card, 100)

    def test_waiting_points_of_a_refund_are_void(self):
        self.shop.write({"points_when": "completed", "points_days": 3})
        order = self._line_order()
        self._settle(order)
        self._settle(order, payment_status="PENDING_REFUND")
        self.assertEqual(self.card.points_pending, 0)
        self._settle(order, payment_status="FAILED_REFUND")
        self.assertEqual(self.card.points_pending, 100)
        self._settle(order, order_status="CANCELED")
        self.assertEqual(self.card.points_pending, 0)
        self.assertEqual(order.points_state, "reversed")

    def test_many_at_once(self):
        orders = self._line_order()
        for _turn in range(4):
            orders |= self._line_order(recipient_phone=OTHER_PHONE)
        orders |= self._line_order(payment_status="PENDING")
        self._settle(orders)
        self.assertBalance(self.card, 100)
        self.assertBalance(self.other_card, 400)
        self._settle(orders, payment_status="REFUND")
        self.assertBalance(self.other_card, 0)

    def test_limit_per_day(self):
        self.program.max_points_day = 150
        orders = self._line_order() | self._line_order()
        self._settle(orders)
        self.assertBalance(self.card, 150)


@tagged("post_install", "-at_install")
class TestLinePointsBasis(LinePointsCase):
    """Which money counts: the goods, less discounts, or all that was paid."""

    EXTRAS = (("shipping", 40), ("discount", -30))

    def points_by(self, basis, quantity=3):
        self.shop.points_basis = basis
        order = self._line_order(quantity, extras=self.EXTRAS)
        self._settle(order)
        return order.points

    def test_goods_discounts_shipping(self):
        self.assertEqual(self.points_by("subtotal"), 300)
        self.assertEqual(self.points_by("net"), 270)
        self.assertEqual(self.points_by("total"), 310)

    def test_pieces_are_goods_only(self):
        self.program.rule_ids.write({"reward_point_mode": "unit"})
        for basis in ("subtotal", "net", "total"):
            self.assertEqual(self.points_by(basis), 3)

    def test_a_rule_for_some_products_gets_its_share_of_the_discount(self):
        self.program.rule_ids.product_ids = self.product
        order = self._line_order(
            3, extras=[("goods", 100), ("discount", -33.33), ("shipping", 50)]
        )
        self._settle(order)
        # three quarters of the goods, and of the discount
        self.assertEqual(order.points, 275)

    def test_whole_baht_per_point(self):
        self.program.thb_per_point = 25
        self.assertEqual(self.points_by("net"), 10)
        self.assertEqual(self.points_by("total"), 12)

    def test_another_basis_later_takes_nothing_back(self):
        self.points_by("total")
        order = self.env["crm.lineshopping.order"].search([], limit=1, order="id desc")
        self.shop.points_basis = "net"
        self._settle(order)
        self.assertEqual(order.points, 310)
        self._settle(order, payment_status="REFUND")
        self.assertBalance(self.card, 0)

    def test_same_points_as_any_other_order(self):
        self.program.rule_ids.write({"max_points": 250})
        order = self._line_order(3)
        self._settle(order)
        other = self._order(3, self.other_partner)
        other.action_confirm()
        self.assertEqual(order.points, other.points_earned)

    def test_tier_of_the_buyer_not_of_the_recipient(self):
        tag = self.env["res.partner.category"].create({"name": "Friend"})
        self.program.rule_ids.condition_tag_ids = tag
        self.partner.category_id = tag
        order = self._line_order()
        order.sale_order_id.partner_id = self.other_partner
        self._settle(order)
        self.assertEqual(order.points, 100)
        order._set_buyer(self.other_partner, "staff")
        self._settle(order)
        self.assertBalance(self.card, 0)
        self.assertBalance(self.other_card, 0)


@tagged("post_install", "-at_install")
class TestLineBuyers(LinePointsCase):
    """Who bought: by phone only where that is certain, never by name."""

    def test_a_phone_of_two_members_is_nobodys(self):
        self.other_partner.phone = PHONE
        order = self._line_order()
        self._settle(order)
        self.assertFalse(order.partner_id)
        self.assertEqual(order.points_state, "none")

    def test_a_phone_of_a_member_and_of_a_guest_is_the_members(self):
        self.guest.phone = PHONE
        order = self._line_order()
        self._settle(order)
        self.assertEqual(order.partner_id, self.partner)

    def test_gifts_and_names(self):
        gift = self._line_order(is_gift=True)
        named = self._line_order(recipient_phone=False, recipient_name="Somchai")
        self._settle(gift | named)
        self.assertFalse((gift | named).partner_id)

    def test_somebody_whom_a_member_sent_a_gift(self):
        self.env["res.partner"].create(
            {"name": "Friend", "phone": PHONE, "parent_id": self.other_partner.id}
        )
        order = self._line_order()
        self._settle(order)
        self.assertEqual(order.partner_id, self.partner)

    def test_a_corrected_phone_is_asked_again(self):
        order = self._line_order()
        self._settle(order)
        self._settle(order, recipient_phone=OTHER_PHONE)
        self.assertEqual(order.partner_id, self.other_partner)
        self.assertBalance(self.card, 0)
        self.assertBalance(self.other_card, 100)
        self._settle(order, is_gift=True)
        self.assertFalse(order.partner_id)
        self.assertBalance(self.other_card, 0)

    def test_the_members_own_change_of_phone_takes_nothing(self):
        order = self._line_order()
        self._settle(order)
        self.partner.phone = "+66811111111"
        self._settle(order)
        self.assertEqual(order.partner_id, self.partner)

    def test_another_buyer_takes_the_points_along(self):
        order = self._line_order()
        self._settle(order)
        order._set_buyer(self.other_partner, "staff")
        self._settle(order)
        self.assertEqual(
            self._line_entries(order)[1:],
            [
                (self.other_card, "earn", 100, "order"),
                (self.card, "reversal", -100, "line_other_buyer"),
            ],
        )
        order._set_buyer(self.partner, "staff")
        self._settle(order)
        self.assertBalance(self.card, 100)
        self.assertBalance(self.other_card, 0)
        self.assertEqual(order.sale_order_id.points_claimer_id, self.partner)

    def test_other_companies_do_not_see_them(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.partner.company_id = company
        order = self._line_order()
        self._settle(order)
        self.assertFalse(order.partner_id)
