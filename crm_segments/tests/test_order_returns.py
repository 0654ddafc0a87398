from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.order_returns import Purchase, match_returns

CUSTOMERS = st.sampled_from("AB")
PRODUCTS = st.sampled_from("xy")
BOUGHT = st.lists(st.tuples(st.integers(0, 9), CUSTOMERS, PRODUCTS, st.integers(1, 4)))
RETURNED = st.lists(
    st.tuples(st.integers(0, 9), CUSTOMERS, PRODUCTS, st.integers(1, 4))
)


def take_back_one_by_one(bought, returned):
    """The rule again, piece by piece: each returned piece goes to the latest earlier
    purchase that still has a piece.

    :return: ({(return, purchase): pieces}, {return: pieces without a purchase})
    """
    pieces = [quantity for *_rest, quantity in bought]
    taken, left = defaultdict(int), defaultdict(int)
    for number, (day, customer, product, quantity) in sorted(
        enumerate(returned), key=lambda item: (item[1][0], item[0])
    ):
        for _piece in range(quantity):
            fitting = [
                (when, index)
                for index, (when, *what, _quantity) in enumerate(bought)
                if when <= day and what == [customer, product] and pieces[index]
            ]
            if not fitting:
                left[number] += 1
                continue
            index = max(fitting)[1]
            pieces[index] -= 1
            taken[number, index] += 1
    return taken, left


@tagged("post_install", "-at_install")
class TestMatchReturns(BaseCase):
    """A return matched twice, or to somebody else's purchase, takes points away from
    a customer who did nothing."""

    def match(self, bought, returned):
        purchases = defaultdict(list)
        for index, (day, customer, product, quantity) in enumerate(bought):
            purchases[customer, product].append(Purchase(day, index, quantity))
        return match_returns(
            purchases,
            [
                (day, index, customer, product, quantity)
                for index, (day, customer, product, quantity) in enumerate(returned)
            ],
        )

    @settings(deadline=None)
    @given(bought=BOUGHT, returned=RETURNED)
    def test_as_piece_by_piece(self, bought, returned):
        taken, left = take_back_one_by_one(bought, returned)
        matches = self.match(bought, returned)
        self.assertEqual(
            {
                (number, ref): quantity
                for number, match in matches.items()
                for ref, quantity in match.taken
            },
            taken,
        )
        self.assertEqual({n: m.left for n, m in matches.items() if m.left}, left)
        self.assertEqual({n for n, m in matches.items() if m.reason}, set(left))

    def test_reasons(self):
        bought = [(5, "A", "x", 2)]
        returned = [(6, "A", "x", 3), (4, "A", "x", 1), (6, "B", "x", 1)]
        matches = self.match(bought, returned)
        self.assertEqual(matches[0].taken, [(0, 2)])
        self.assertEqual((matches[0].left, matches[0].reason), (1, "return_exceeds"))
        self.assertEqual(matches[1].reason, "return_before_purchase")
        self.assertEqual(matches[2].reason, "return_no_purchase")

    def test_latest_purchase_first(self):
        bought = [(1, "A", "x", 2), (3, "A", "x", 1)]
        self.assertEqual(
            self.match(bought, [(4, "A", "x", 2)])[0].taken, [(1, 1), (0, 1)]
        )
