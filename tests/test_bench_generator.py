import importlib.util
from collections import Counter
from itertools import islice
from pathlib import Path

from odoo.tests.common import BaseCase, tagged


@tagged("standard", "post_install", "-at_install")
class TestBenchGenerator(BaseCase):
    """Benchmarks of two days can be compared only when their rows are the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = Path(__file__).parent / "bench" / "generator.py"
        spec = importlib.util.spec_from_file_location("bench_generator", path)
        cls.generator = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.generator)

    def test_same_seed_same_shop(self):
        one, two = self.generator.Shop(300), self.generator.Shop(300)
        self.assertEqual(list(one.people()), list(two.people()))
        self.assertEqual(list(one.orders()), list(two.orders()))
        other = self.generator.Shop(300, seed=1)
        self.assertNotEqual(list(one.orders()), list(other.orders()))
        self.assertNotEqual(list(one.people()), list(other.people()))

    def test_shape(self):
        shop = self.generator.Shop(1000)
        orders = list(shop.orders())
        self.assertEqual(len(orders), 5000)
        lines = sum(len(lines) for _customer, _time, lines in orders)
        self.assertAlmostEqual(lines / len(orders), 2, delta=0.1)
        counts = Counter(customer for customer, _time, _lines in orders)
        first = sum(counts[customer] for customer in range(100))
        self.assertGreater(first, 1200, "a tenth of the customers makes a third")
        stopped = [
            (time - shop.start).days
            for customer, time, _lines in orders
            if self.generator.stops(customer)
        ]
        self.assertLess(max(stopped), 0.6 * self.generator.DAYS)
        phones = {phone[:3] for _name, phone, *_rest in islice(shop.people(), 50)}
        self.assertGreater(len(phones), 2, "several ways to write a number")
