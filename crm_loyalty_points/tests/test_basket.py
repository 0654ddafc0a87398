import json
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty_points.tools import basket as engine

D = Decimal


def line(key, quantity="1", total="100", untaxed=None, product_points="0"):
    return engine.Line(
        key, D(quantity), D(total), D(untaxed or total), D(product_points)
    )


def rule(mode, rate="1", goods=(1,), money=None, threshold=None, **kwargs):
    return engine.Rule(
        key=7,
        mode=mode,
        rate=D(rate),
        goods=frozenset(goods),
        money=frozenset(goods if money is None else money),
        threshold=frozenset(goods if threshold is None else threshold),
        **kwargs,
    )


def points(rules, lines):
    policy = engine.Policy(1, "Card", tuple(rules))
    return engine.compute(policy, engine.Basket(tuple(lines))).points


@tagged("post_install", "-at_install")
class TestBasket(BaseCase):
    """Every channel asks this engine; a wrong figure here is wrong for everybody."""

    def test_order_mode_counts_once(self):
        lines = [line(1, "5"), line(2, "5")]
        self.assertEqual(points([rule("order", "3", goods=(1, 2))], lines), D("3"))

    def test_unit_mode_counts_quantity_of_goods_only(self):
        lines = [line(1, "5"), line(2, "9")]
        self.assertEqual(points([rule("unit", "2")], lines), D("10"))

    def test_product_mode_multiplies_points_of_the_product(self):
        """X13: product points x quantity, over all marked products."""
        lines = [line(1, "3", product_points="1.5"), line(2, "2", product_points="10")]
        self.assertEqual(points([rule("product", goods=(1, 2))], lines), D("24.50"))
        self.assertEqual(points([rule("product", "2", goods=(1, 2))], lines), D("49"))

    def test_baht_per_point_counts_whole_steps(self):
        """M4: a started step earns nothing, and 1/3 has no rounding trouble."""
        for total, expected in (("24.99", 0), ("25", 1), ("99.99", 3), ("100", 4)):
            self.assertEqual(
                points([rule("money", step=D(25))], [line(1, "1", total)]), expected
            )
        self.assertEqual(points([rule("money", step=D(3))], [line(1, "1", "300")]), 100)
        self.assertEqual(
            points([rule("money", "2", step=D(25))], [line(1, "1", "99")]), 6
        )

    def test_money_mode_counts_discounts(self):
        lines = [line(1, "1", "100"), line(2, "1", "-30")]
        self.assertEqual(points([rule("money", money=(1, 2))], lines), D("70"))
        self.assertEqual(points([rule("money", money=(2,))], lines), D("0"))

    def test_rounding_cuts_each_rule_at_two_digits(self):
        lines = [line(1, "1", "9.99")]
        self.assertEqual(points([rule("money", "0.123")], lines), D("1.22"))
        self.assertEqual(points([rule("unit", "0.335")] * 2, lines), D("0.66"))

    def test_minimums(self):
        lines = [line(1, "2", "107", "100")]
        enough = {"minimum_quantity": D(2), "minimum_amount": D(107)}
        self.assertEqual(points([rule("order", **enough)], lines), 1)
        self.assertEqual(
            points([rule("order", minimum_with_tax=False, **enough)], lines), 0
        )
        self.assertEqual(points([rule("order", minimum_quantity=D(3))], lines), 0)

    def test_no_goods_no_points(self):
        self.assertEqual(points([rule("order", goods=())], [line(1)]), 0)
        self.assertEqual(points([rule("order")], [line(1, "0", "0")]), 0)

    def test_unknown_mode_is_an_error(self):
        with self.assertRaises(ValueError):
            points([rule("stars")], [line(1)])

    def test_float_noise_is_cut_at_the_edge(self):
        self.assertEqual(engine.number(0.1 + 0.2, 2), D("0.30"))
        self.assertEqual(engine.number(None), 0)
        self.assertEqual(engine.number("2.675", 2), D("2.68"))

    def test_why_tells_the_arithmetic(self):
        policy = engine.Policy(
            1,
            "Card",
            (
                rule("money", "2", step=D(25)),
                rule("order", minimum_amount=D(5000)),
            ),
        )
        day = date(2026, 11, 21)
        outcome = engine.compute(
            policy, engine.Basket((line(1, "1", "99.50"),), day=day, currency="THB")
        )
        first, second = outcome.why["rules"]
        self.assertEqual(first["counted"], "99.5")
        self.assertEqual(first["step"], "25")
        self.assertEqual(first["multiplier"], "3")
        self.assertEqual(first["rate"], "2")
        self.assertEqual(first["points"], "6.00")
        self.assertEqual(second["refused"], "minimum_amount")
        self.assertEqual(second["found"], "99.5")
        self.assertEqual(outcome.why["points"], "6.00")
        self.assertEqual(json.loads(json.dumps(outcome.why)), outcome.why)

    def test_return_below_a_minimum_loses_what_it_opened(self):
        policy = engine.Policy(1, "Card", (rule("order", "50", minimum_amount=D(200)),))
        basket = engine.Basket((line(1, "2", "200"),))
        why = engine.compute(policy, basket).why
        self.assertEqual(engine.remaining(why, {}), 50)
        self.assertEqual(engine.remaining(why, {1: 1}), 0)

    def test_returning_a_discount_earns_nothing_more(self):
        policy = engine.Policy(1, "Card", (rule("money", money=(1, 2)),))
        basket = engine.Basket((line(1, "1", "100"), line(2, "1", "-30")))
        why = engine.compute(policy, basket).why
        self.assertEqual(engine.remaining(why, {2: 1}), 70)


MONEY = st.decimals(
    min_value=0, max_value=100000, places=2, allow_nan=False, allow_infinity=False
)
QUANTITY = st.integers(min_value=1, max_value=50)


@st.composite
def baskets(draw):
    """A basket of up to six lines, and a programme of up to four rules over them."""
    count = draw(st.integers(1, 6))
    lines = []
    for key in range(count):
        total = draw(MONEY)
        lines.append(
            engine.Line(
                key,
                D(draw(QUANTITY)),
                total,
                engine.number(total / D("1.07"), 2),
                D(draw(st.integers(0, 20))),
            )
        )
    keys = st.frozensets(st.integers(0, count - 1))
    rules = []
    for index in range(draw(st.integers(1, 4))):
        goods = draw(keys)
        rules.append(
            engine.Rule(
                key=index,
                mode=draw(st.sampled_from(engine.MODES)),
                rate=draw(st.sampled_from([D("0.01"), D("0.5"), D(1), D("3.33")])),
                goods=goods,
                money=goods,
                threshold=goods,
                minimum_quantity=D(draw(st.integers(0, 10))),
                minimum_amount=D(draw(st.integers(0, 1000))),
                minimum_with_tax=draw(st.booleans()),
                step=draw(st.sampled_from([None, D(3), D(25), D("99.5")])),
            )
        )
    basket = engine.Basket(tuple(lines), currency="THB", day=date(2026, 11, 21))
    return engine.Policy(1, "Card", tuple(rules)), basket


@tagged("post_install", "-at_install")
class TestBasketProperties(BaseCase):
    """Returns are settled from the stored arithmetic alone, perhaps years later, so it
    has to give the same answer then as on the day."""

    @settings(deadline=None, max_examples=150)
    @given(baskets())
    def test_stored_arithmetic_repeats(self, drawn):
        policy, basket = drawn
        outcome = engine.compute(policy, basket)
        stored = json.loads(json.dumps(outcome.why))
        again = engine.compute(*engine.thaw(stored))
        self.assertEqual(again.points, outcome.points)
        self.assertEqual(engine.remaining(stored, {}), outcome.points)
        self.assertGreaterEqual(outcome.points, 0)
        self.assertEqual(outcome.points, engine.cut(outcome.points))

    @settings(deadline=None, max_examples=150)
    @given(baskets(), st.data())
    def test_partial_returns_sum_to_the_full_one(self, drawn, data):
        """Invariant 11: any split takes back what one full return does."""
        policy, basket = drawn
        outcome = engine.compute(policy, basket)
        returned = dict.fromkeys((line.key for line in basket.lines), 0)
        left, taken = outcome.points, D(0)
        while any(returned[line.key] < line.quantity for line in basket.lines):
            line = data.draw(
                st.sampled_from(
                    [x for x in basket.lines if returned[x.key] < x.quantity]
                )
            )
            returned[line.key] += data.draw(
                st.integers(1, int(line.quantity) - returned[line.key])
            )
            now = engine.remaining(outcome.why, returned)
            self.assertLessEqual(now, left, "a return never earns")
            taken += left - now
            left = now
        self.assertEqual(left, 0)
        self.assertEqual(taken, outcome.points)
