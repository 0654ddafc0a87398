"""A shop for benchmarks: customers, products, orders. The same for the same seed.

Plain Python, no database. Orders of 36 months: many by few customers, more from month
to month; 40 % of the customers stop after 60 % of the time.
"""

import random
from datetime import datetime, timedelta

FIRST = "สมชาย สมหญิง ประเสริฐ มาลี วิชัย สุดา อนันต์ กมล ณัฐ พิมพ์ ธนา อรุณ".split()
LAST = "ใจดี สุขสันต์ ทองดี ศรีสุข แสงทอง บุญมี รักไทย วงศ์ไทย พูนผล มั่นคง".split()
PLACES = (
    ("กรุงเทพมหานคร", 10110, 40),
    ("เชียงใหม่", 50000, 20),
    ("ขอนแก่น", 40000, 15),
    ("ชลบุรี", 20000, 15),
    ("ภูเก็ต", 83000, 10),
)
PHONES = ("08{:08d}", "+668{:08d}", "08{:08d}", "(66) 8{:08d}", "668{:08d}")
DAYS = 1095
PRODUCTS = 2000
ORDERS, LINES = 5, 2  # for each customer, for each order


class Shop:
    """:param customers: how many; orders are five, lines ten times as many"""

    def __init__(self, customers, seed=42, end=datetime(2026, 1, 1)):
        self.customers = customers
        self.seed = seed
        self.start = end - timedelta(days=DAYS)

    def people(self):
        """:return: iterator of (name, phone, city, postcode)"""
        chance = random.Random(f"people {self.seed}")
        weights = [weight for _name, _code, weight in PLACES]
        for number in range(self.customers):
            city, code, _weight = chance.choices(PLACES, weights)[0]
            phone = PHONES[number % len(PHONES)].format(chance.randrange(10**8))
            name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {number}"
            yield name, phone, city, f"{code + chance.randrange(50)}"

    def orders(self):
        """:return: iterator of (customer's number, time, [(product, quantity, price)])

        Products are numbers below PRODUCTS; a few sell most.
        """
        chance = random.Random(f"orders {self.seed}")
        draw = chance.random
        for _number in range(self.customers * ORDERS):
            customer = int(self.customers * draw() ** 2)
            share = draw() ** 0.5 * (0.6 if stops(customer) else 1)
            time = self.start + timedelta(minutes=int(share * DAYS * 1440))
            lines = [
                (
                    int(PRODUCTS * draw() ** 3),
                    1 + int(3 * draw()),
                    20 + int(900 * draw()),
                )
                for _line in range(1 + int(draw() * (2 * LINES - 1)))
            ]
            yield customer, time, lines


def stops(customer):
    """Whether a customer is among the 40 % who stop ordering."""
    return customer % 5 < 2
