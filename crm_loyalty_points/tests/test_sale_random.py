import os

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .order_common import OrderCase
from .random_size import undone

ORDERS = 3
SEQUENCES = 200 if os.environ.get("CRM_SUITE_FULL") else 12


@tagged("post_install", "-at_install")
class TestRandomOrders(OrderCase):
    """Staff confirm, change, redeem, cancel and confirm again in any order. After each
    step the ledger must say of each order exactly what a shopkeeper would: nothing
    while it is not confirmed, else a point per baht less what its rewards cost."""

    def test_any_sequence_of_steps(self):
        step = st.tuples(
            st.sampled_from(
                ["confirm", "confirm_all", "cancel", "draft", "edit", "claim", "drop"]
            ),
            st.integers(0, ORDERS - 1),
            st.integers(1, 5),
        )

        @settings(deadline=None, max_examples=SEQUENCES)
        @given(st.lists(step, min_size=4, max_size=14))
        @example(
            [("confirm", 0, 3), ("claim", 2, 1), ("confirm_all", 0, 1), ("drop", 2, 1)]
        )
        def check(steps):
            with undone(self.env):
                play(steps)

        def play(steps):
            card = self._card(self.env["res.partner"].create({"name": "Random"}))
            orders = [self._order(number + 1, card.partner_id) for number in range(3)]
            quantities = [None] * ORDERS  # counted, while confirmed
            for name, place, number in steps:
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_do_{name}")(orders, quantities, place, number)
                except UserError:
                    # Refused as a whole: nothing may have changed.
                    for order in orders:
                        order.invalidate_recordset()
                self._check(card, orders, quantities)

        check()

    def _check(self, card, orders, quantities):
        balance = 0
        for order, quantity in zip(orders, quantities, strict=True):
            wanted = 0
            if quantity is not None:
                cost = sum(order.order_line.mapped("points_cost"))
                wanted = quantity * 100 - cost
            entries = self._entries(order)
            self.assertEqual(sum(entries.mapped("points")), wanted)
            self.assertEqual(order.state == "sale", quantity is not None)
            balance += wanted
        self.assertBalance(card, balance)

    def _goods(self, order):
        return order.order_line.filtered(lambda line: line.product_id == self.product)

    def _quantity(self, order):
        return self._goods(order).product_uom_qty

    def _do_confirm(self, orders, quantities, place, _number):
        orders[place].action_confirm()
        quantities[place] = self._quantity(orders[place])

    def _do_confirm_all(self, orders, quantities, _place, _number):
        drafts = [place for place in range(ORDERS) if orders[place].state == "draft"]
        if drafts:
            together = orders[0].browse([orders[place].id for place in drafts])
            together.action_confirm()
            for place in drafts:
                quantities[place] = self._quantity(orders[place])

    def _do_cancel(self, orders, quantities, place, _number):
        orders[place]._action_cancel()
        quantities[place] = None

    def _do_draft(self, orders, _quantities, place, _number):
        if orders[place].state == "cancel":
            orders[place].action_draft()

    def _do_edit(self, orders, quantities, place, number):
        order = orders[place]
        self._goods(order).product_uom_qty = number
        order._update_programs_and_rewards()
        if order.state == "sale":
            quantities[place] = number

    def _do_claim(self, orders, quantities, place, _number):
        order = orders[place]
        if order.state == "cancel":
            return
        order._update_programs_and_rewards()
        card = order.applied_coupon_ids | order.coupon_point_ids.coupon_id
        card = card.filtered("is_member_card")[:1]
        if card and not order.order_line.reward_id:
            order._apply_program_reward(self.reward, card)
        if order.state == "sale":
            quantities[place] = self._quantity(order)

    def _do_drop(self, orders, _quantities, place, _number):
        rewards = orders[place].order_line.filtered("reward_id")
        if rewards:
            rewards._reset_loyalty(complete=True)


@tagged("post_install", "-at_install")
class TestOrdersBeforeTheLedger(OrderCase):
    """A shop with years of orders installs the module. The points of those orders are
    within the opening entries; changing such an order must not count it twice."""

    def _confirmed_before(self, quantity):
        """:return: an order as Odoo alone confirms it, its points on the card"""
        order = self._order(quantity)
        order._update_programs_and_rewards()
        # Past our own methods, which were not there at the time.
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE sale_order SET state = 'sale' WHERE id = %s", order.id)
        )
        self.env.invalidate_all()
        order.order_line.modified(["order_id"])
        self._post(quantity * 100, "opening")
        self.assertFalse(order.points_ledgered)
        return order

    def test_cancel(self):
        order = self._confirmed_before(3)
        self._order(1).action_confirm()
        order._action_cancel()
        self.assertBalance(self.card, 100)
        entry = self._entries(order)
        self.assertEqual((entry.kind, entry.points), ("adjust", -300))
        self.assertEqual(entry.reason, "order_cancelled")

    def test_nothing_changed_nothing_posted(self):
        order = self._confirmed_before(3)
        order._update_programs_and_rewards()
        self.assertFalse(self._entries(order))
        self.assertBalance(self.card, 300)

    def test_changes_are_posted_alone(self):
        order = self._confirmed_before(3)
        for quantity in (2, 4, 1):
            order.order_line.product_uom_qty = quantity
            order._update_programs_and_rewards()
            self.assertBalance(self.card, quantity * 100)
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_changed_cancelled_and_confirmed_again(self):
        """Its new entries need keys of their own: a known key posts nothing."""
        order = self._confirmed_before(3)
        order.order_line.product_uom_qty = 4
        order._update_programs_and_rewards()
        order._action_cancel()
        self.assertBalance(self.card, 0)
        for quantity in (1, 4):
            order.action_draft()
            order.order_line.product_uom_qty = quantity
            order.action_confirm()
            self.assertBalance(self.card, quantity * 100)
            order._action_cancel()
            self.assertBalance(self.card, 0)
