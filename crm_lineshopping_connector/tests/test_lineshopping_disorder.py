import os
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tests.random_size import SEQUENCES, undone

from . import lineshopping_oracle as oracle
from .common_line import LineCase
from .emulators.shop_moves import MOVES
from .emulators.shop_orders import OrderBook
from .emulators.shop_served import UTC

BEGIN = datetime(2026, 5, 1, 3, tzinfo=UTC)
ORDERS = 2
FULL = bool(os.environ.get("CRM_SUITE_FULL"))


class Clock:
    """The shop's server's time, which goes on by hand."""

    def __init__(self):
        self.now = BEGIN

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@tagged("standard", "post_install", "-at_install")
class TestDisorder(LineCase):
    """What is told about orders arrives late, twice, in any order, in parts, before or
    after its buyer is a member: in the end Odoo says what the shop's server says, and
    the points are those of that, as if all had come in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.rule_ids.reward_point_amount = 1

    @settings(max_examples=SEQUENCES if FULL else 6)
    @given(st.data())
    def test_any_order_of_arrival(self, data):
        book = OrderBook(1, 0, quirks=0, people=ORDERS + 1, now=Clock())
        told = self._live(book, data)
        arrivals = data.draw(st.permutations(told))
        again = data.draw(st.lists(st.sampled_from(told), max_size=4))
        arrivals = [*arrivals, *again]
        joins = data.draw(st.integers(0, len(arrivals)))
        with undone(self.env):
            self._arrive(book, arrivals, joins, data)
            self._check(book)

    def _live(self, book, data):
        """Let orders be born and live.

        :return: list of all that the server ever said about them"""
        numbers = [book.add(buyer=n, method="BANK") for n in range(ORDERS)]
        told = [book.served(book.orders[number]) for number in numbers]
        steps = st.tuples(st.sampled_from(numbers), st.sampled_from(sorted(MOVES)))
        for number, move in data.draw(st.lists(steps, max_size=8)):
            if book.step(move=move, number=number):
                order = book.orders[number]
                told += [book.served(order), book.head(order)]
        return told

    def _arrive(self, book, arrivals, joins, data):
        """:param int joins: after so many arrivals the second buyer becomes a member"""
        shop, orders = self.line_shop, self.env["crm.lineshopping.order"]
        self.members = {0: self.member_of(book.people[0])}
        while arrivals or len(self.members) < ORDERS:
            if joins <= 0 and len(self.members) < ORDERS:
                self.members[1] = self.member_of(book.people[1])
            size = data.draw(st.integers(1, 3))
            part, arrivals = arrivals[:size], arrivals[size:]
            joins -= size
            if part:
                orders._take(shop, part)._settle()
            elif joins > 0:
                joins = 0
        self._jobs(shop)

    def _jobs(self, shop):
        """What the background jobs do after somebody has joined."""
        orders = self.env["crm.lineshopping.order"]
        orders.browse(orders._find_matchable(shop, 0, 100))._settle()
        orders.search([("shop_id", "=", shop.id), ("dirty", "=", True)])._settle()

    def _check(self, book):
        truth = book.truth()
        rows = self.env["crm.lineshopping.order"].search(
            [("shop_id", "=", self.line_shop.id)]
        )
        self.assertEqual({row.number for row in rows}, set(truth))
        for row in rows:
            payload = truth[row.number]
            self.assertEqual(row.payload, payload)
            self.assertFalse(row.dirty)
            self.assertEqual(len(row.sale_order_id), 1)
            if payload["orderStatus"] in ("CANCELED", "EXPIRED"):
                self.assertEqual(row.sale_order_id.state, "cancel")
            elif payload["paymentStatus"] == "PAID":
                self.assertEqual(row.sale_order_id.state, "sale")
                total = payload["totalPrice"]
                self.assertAlmostEqual(row.sale_order_id.amount_total, total)
        phones = {book.people[n].phone: [n] for n in self.members}
        # the programme gives parts of points: one for each satang here
        balances = oracle.balances(truth, phones, Fraction(1, 100))
        for number, partner in self.members.items():
            card = self.env["loyalty.card"].search([("partner_id", "=", partner.id)])
            self.assertAlmostEqual(card.points, balances[number] / 100, 2, truth)
