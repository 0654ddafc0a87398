from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import LedgerCase
from .order_common import OrderCase


class PendingCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Pending = cls.env["loyalty.point.pending"]
        freezer = freeze_time("2026-03-01 05:00:00")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)

    def setUp(self):
        super().setUp()
        self._on("2026-03-01")

    def _on(self, day):
        self.clock.move_to(f"{day} 05:00:00")
        self.env.invalidate_all()

    def _release_due(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.Pending.with_env(self.env(cr=cr))._cron_release(limit=2)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPendingPoints(PendingCase):
    """Points that a customer spends before a return period ends are lost money."""

    def _hold(self, points, key=None, **values):
        values = values or {"available_on": "2026-03-15"}
        return self.Pending._hold([self._vals(points, key=key, **values)])

    def test_pending_counts_for_nothing(self):
        held = self._hold(30)
        self.assertEqual((held.state, held.points), ("pending", 30))
        self.assertBalance(self.card, 0)
        self.assertEqual((self.card.points_pending, self.card.points_usable), (30, 0))
        with self.assertRaises(UserError):
            self._post(-1)

    def test_released_on_its_day_once(self):
        held = self._hold(30)
        later = self._hold(5, available_on="2026-03-20")
        self.program.write(
            {"expiry_policy": "after", "expiry_count": 1, "expiry_unit": "months"}
        )
        self._on("2026-03-14")
        self._release_due()
        self.assertBalance(self.card, 0)
        self._on("2026-03-16")
        for _i in range(2):
            self._release_due()
            self.assertFalse(held._release())
        self.assertBalance(self.card, 30)
        entry = held.entry_id
        self.assertEqual((held.state, later.state), ("posted", "pending"))
        self.assertEqual(entry.key, held.key)
        # dated, and valid, from the day on which they are available
        self.assertEqual(entry.date, date(2026, 3, 16))
        self.assertEqual(entry.expiry, date(2026, 4, 16))
        self.assertEqual(entry.policy["earned_on"], "2026-03-01")
        self.assertFalse(held._void("late"))
        self.assertEqual(held.state, "posted")

    def test_void_once(self):
        held = self._hold(30)
        self.assertEqual(held._void("cancelled"), held)
        self.assertFalse(held._void("cancelled"))
        self._on("2026-04-01")
        self._release_due()
        self.assertFalse(held._release())
        self.assertEqual((held.state, held.void_reason), ("void", "cancelled"))
        self.assertBalance(self.card, 0)

    def test_reduced(self):
        held = self._hold(30)
        self.Pending._reduce({held.id: 10}, "order_changed")
        self.assertEqual(
            (held.state, held.points, held.held_points), (*("pending", 20), 30)
        )
        self.Pending._reduce({held.id: 20}, "goods_returned", returned=True)
        self.assertEqual((held.state, held.returned_points), ("void", 20))

    def test_one_key(self):
        held = self._hold(30, key="order 7")
        self.assertEqual(self._hold(30, key="order 7"), held)
        with self.assertRaises(UserError):
            self._hold(31, key="order 7")
        held._release()
        self.assertEqual(self._hold(30, key="order 7"), held)
        self.assertBalance(self.card, 30)
        self._post(4, key="posted")
        self.assertFalse(self._hold(4, key="posted"))
        with self.assertRaises(UserError):
            self._hold(5, key="posted")

    def test_refused(self):
        gift = self.env["loyalty.program"].create(
            {"name": "Gift", "program_type": "gift_card"}
        )
        plain = self.Card.create({"program_id": gift.id})
        for values in (
            self._vals(-5, kind="redeem", available_on="2026-03-15"),
            self._vals(5),
            self._vals(5, wait_for="never"),
            self._vals(5, kind="adjust", available_on="2026-03-15"),
            self._vals(5, card=plain, available_on="2026-03-15"),
        ):
            with self.subTest(values), self.assertRaises(ValueError):
                self.Pending._hold([values])

    def test_nobody_writes(self):
        held = self._hold(30)
        for change in (held.unlink, lambda: held.write({"points": 99})):
            with self.assertRaises(UserError):
                change()

    def test_merged_and_erased_cards(self):
        other = self._card(self.other_partner)
        held, lost = (
            self._hold(30),
            self.Pending._hold([self._vals(7, card=other, available_on="2026-03-15")]),
        )
        last = self.env["res.partner"].create({"name": "Survivor"})
        survivor = self._card(last)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner.id, last.id], last, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual(survivor.points_pending, 30)
        self.other_partner.unlink()
        self.assertEqual((lost.state, lost.void_reason), ("void", "erased"))
        held._release()
        self.assertBalance(survivor, 30)


@tagged("post_install", "-at_install")
class TestPendingOrders(OrderCase, PendingCase):
    """Whatever happens to an order, its points come once, or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.type = "consu"

    def _wait(self, policy, days=14):
        self.program.write({"pending_policy": policy, "pending_days": days})

    def _confirmed(self, quantity=1):
        order = self._order(quantity)
        order.action_confirm()
        return order

    def _balances(self, order):
        self.env.invalidate_all()
        card = self.card
        return card.points, card.points_pending, order.points_earned

    def test_after_days(self):
        self._wait("days")
        order = self._confirmed()
        self.assertEqual(self._balances(order), (0, 100, 0))
        self.assertEqual(order.points_pending, 100)
        self.assertEqual(self.Pending.search([]).available_on, date(2026, 3, 15))
        self._on("2026-03-15")
        self._release_due()
        self.assertEqual(self._balances(order), (100, 0, 100))
        order._action_cancel()
        self.assertEqual(self._balances(order)[:2], (0, 0))

    def test_cancelled_meanwhile(self):
        self._wait("days")
        order = self._confirmed()
        order._action_cancel()
        self._on("2026-04-01")
        self._release_due()
        self.assertEqual(self._balances(order)[:2], (0, 0))
        self.assertEqual(self.Pending.search([]).mapped("state"), ["void"])
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._balances(order), (0, 100, 0))

    def test_changed_meanwhile(self):
        self._wait("days")
        order = self._confirmed(3)
        order.order_line.product_uom_qty = 1
        order._update_programs_and_rewards()
        self.assertEqual(self._balances(order), (0, 100, 0))
        order.order_line.product_uom_qty = 2
        order._update_programs_and_rewards()
        self.assertEqual(self._balances(order), (0, 200, 0))
        self._on("2026-03-15")
        self._release_due()
        self.assertEqual(self._balances(order), (200, 0, 200))
        order.order_line.product_uom_qty = 1
        order._update_programs_and_rewards()
        self.assertEqual(self._balances(order), (100, 0, 100))

    def test_delivered(self):
        self._wait("delivered")
        order = self._order()
        order.order_line = [
            Command.create({"product_id": self.other_product.id, "product_uom_qty": 2})
        ]
        self.other_product.type = "service"
        order.action_confirm()
        self.assertEqual(self._balances(order), (0, 180, 0))
        self._release_due()
        self.assertEqual(self._balances(order), (0, 180, 0))
        tea = order.order_line.filtered(lambda line: line.product_id == self.product)
        tea.qty_delivered = 0.5
        self.assertEqual(self._balances(order), (0, 180, 0))
        tea.qty_delivered = 1
        self.assertEqual(self._balances(order), (180, 0, 180))

    def test_only_services(self):
        self._wait("delivered")
        self.product.type = "service"
        self.assertEqual(self._balances(self._confirmed()), (100, 0, 100))

    def test_delivered_unnoticed(self):
        """Deliveries that compute the quantity are found by the job."""
        self._wait("delivered")
        order = self._confirmed()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_delivered = 1 WHERE order_id = %s",
            [order.id],
        )
        self._release_due()
        self.assertEqual(self._balances(order), (100, 0, 100))

    def test_paid(self):
        self._wait("paid")
        self.product.invoice_policy = "order"
        order = self._confirmed()
        self.assertEqual(self._balances(order), (0, 100, 0))
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        self._release_due()
        self.assertEqual(self._balances(order), (0, 100, 0))
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        Form(wizard).save().action_create_payments()
        self.assertEqual(self._balances(order), (100, 0, 100))

    def test_no_reward_for_points_of_the_order_itself(self):
        self._wait("days")
        order = self._order()
        order._update_programs_and_rewards()
        self.assertEqual(order._get_real_points_for_coupon(self.card), 0)
        self.assertNotIn(self.card, order._get_claimable_rewards())
        self.program.pending_policy = "none"
        self.assertIn(self.card, order._get_claimable_rewards())

    def test_merged_meanwhile(self):
        """Points that reach the surviving card are not given again."""
        self._wait("days")
        order = self._confirmed()
        last = self.env["res.partner"].create({"name": "Survivor"})
        survivor = self._card(last)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner.id, last.id], last, extra_checks=False
        )
        self._on("2026-03-15")
        self._release_due()
        self.assertEqual(survivor.points, 100)
        self.program.pending_policy = "none"
        for quantity, points in ((3, 300), (2, 200), (2, 200)):
            order.order_line.product_uom_qty = quantity
            order._update_programs_and_rewards()
            self.env.invalidate_all()
            self.assertEqual((survivor.points, self.card.points), (points, 0))
        order._action_cancel()
        self.assertEqual((survivor.points, self.card.points), (0, 0))
