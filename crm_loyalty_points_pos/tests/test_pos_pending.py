from datetime import timedelta

from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosPending(PosPointsCase):
    """Points that wait for the end of the return period wait at the till, too."""

    def setUp(self):
        super().setUp()
        self.program.write({"pending_policy": "days", "pending_days": 14})
        self.Pending = self.env["loyalty.point.pending"]

    def _held(self):
        return self.Pending.search([("card_id", "=", self.card.id)])

    def test_held_then_released(self):
        order = self.buy(3)
        self.assertBalance(self.card, 0)
        held = self._held()
        self.assertEqual((held.points, held.state), (300, "pending"))
        self.assertEqual(held.available_on, held.date + timedelta(14))
        held._release()
        self.assertBalance(self.card, 300)
        self.assertEqual(self.entries(order).key, held.key)
        self.till.refund(order)
        self.assertBalance(self.card, 0)

    def test_refunded_meanwhile(self):
        order = self.buy(3)
        self.till.refund(order, {order.lines: 1})
        held = self._held()
        self.assertEqual((held.points, held.returned_points), (200, 100))
        held._release()
        self.assertBalance(self.card, 200)
        self.till.refund(order)
        self.assertBalance(self.card, 0)

    def test_sent_again(self):
        data = self.till.data([self.till.line(self.product, 2)], self.partner)
        for _repeat in range(3):
            self.till.sync(data)
        self.assertEqual(self._held().mapped("points"), [200])

    def test_nothing_to_deliver_or_to_pay(self):
        """Goods of the till are gone, and paid."""
        for policy in ("delivered", "paid"):
            self.program.pending_policy = policy
            self.buy(1)
        self.assertFalse(self._held())
        self.assertBalance(self.card, 200)
