from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal

from odoo.tests import tagged

from .common_data import FULL, PurchaseHistoryCase, data_file

EACH = 1 if FULL else 4  # one customer of so many
DATES = (date(1997, 3, 31), date(1997, 9, 30), date(1998, 6, 30))
# Orders nobody paid for: their customers are known, but have bought nothing.
UNPAID = "number,date,customer id,amount,status\n" + "".join(
    f"{n},1997-02-0{n},p{n},10.00,{status}\n"
    for n, status in enumerate(["unpaid", "cancelled", "unpaid", "cancelled"], 1)
)


def read_lines():
    """:return: list of str, the lines of the CDNOW sample to be imported"""
    lines = data_file("cdnow_sample.txt").read_text().splitlines()
    return [line for line in lines if int(line.split()[0]) % EACH == 0]


def read_purchases(lines):
    """:return: {customer: [(day, amount)]} of the CDNOW sample"""
    purchases = defaultdict(list)
    for line in lines:
        customer, _sample, day, _pieces, amount = line.split()
        purchases[customer].append(
            (datetime.strptime(day, "%Y%m%d").date(), Decimal(amount))
        )
    return purchases


def group_of(days, as_of):
    """The five groups as the settings' help texts put them, first match first.

    :param days: days of the confirmed orders
    """
    ages = [(as_of - day).days for day in days if day <= as_of]
    if len(ages) >= 2 and min(ages) > 90:
        return "lapsed"
    if sum(age <= 180 for age in ages) >= 3:
        return "regular"
    if ages and max(ages) <= 30:
        return "new"
    return "occasional" if ages else "prospect"


@tagged("standard", "post_install", "-at_install")
class TestCdnow(PurchaseHistoryCase):
    """Eighteen months of a real shop: every figure of every customer is compared with
    plain Python, because one wrong group sends one wrong campaign."""

    @classmethod
    def setUpClass(cls):
        cls.lines = read_lines()
        super().setUpClass()
        cls.purchases = read_purchases(cls.lines)
        with cls.committed() as env:
            env.company.write(
                {
                    "new_customer_days": 30,
                    "regular_customer_orders": 3,
                    "regular_customer_days": 180,
                    "lapsed_customer_orders": 2,
                    "lapsed_customer_days": 90,
                }
            )
        cls.import_id = cls.import_purchases()
        cls.import_file(UNPAID.encode(), "unpaid.csv", source="unpaid")

    @classmethod
    def import_purchases(cls):
        content = "\n".join([*cls.lines, ""]).encode()
        return cls.import_file(content, "cdnow.txt", "crm_order_import_map_cdnow")

    def metrics(self, env, as_of=None):
        """:return: {partner id: crm.customer.metric} after a rebuild"""
        metrics = env["crm.customer.metric"]
        metrics._rebuild(as_of=as_of)
        return {row.partner_id.id: row for row in metrics.search([])}

    def test_every_customer(self):
        if FULL:
            self.assertEqual((len(self.purchases), len(self.lines)), (2357, 6919))
        with self.committed() as env:
            record = env["crm.order.import"].browse(self.import_id)
            self.assertEqual(
                (record.done_count, record.error_count), (len(self.lines), 0)
            )
            partners = self.customers(env, "cdnow")
            rows = self.metrics(env)
            self.assertTrue(set(partners) == set(self.purchases))
            for customer, bought in self.purchases.items():
                row = rows[partners[customer]]
                self.assertEqual(
                    (
                        row.order_count,
                        Decimal(str(row.amount_total)).quantize(Decimal("0.01")),
                        row.first_order_date,
                        row.last_order_date,
                    ),
                    (
                        len(bought),
                        sum(amount for _day, amount in bought),
                        min(bought)[0],
                        max(bought)[0],
                    ),
                    customer,
                )

    def test_groups_at_three_dates(self):
        seen = set()
        with self.committed() as env:
            partners = self.customers(env, "cdnow")
            unpaid = self.customers(env, "unpaid")
            self.assertEqual(len(unpaid), 4)
            for as_of in DATES:
                rows = self.metrics(env, as_of)
                expected = Counter()
                for customer, bought in self.purchases.items():
                    group = group_of([day for day, _amount in bought], as_of)
                    row = rows[partners[customer]]
                    self.assertEqual(row.lifecycle, group, (customer, as_of))
                    expected[group] += 1
                expected["prospect"] += len(unpaid)
                found = Counter(
                    rows[partner].lifecycle
                    for partner in [*partners.values(), *unpaid.values()]
                )
                self.assertEqual(found, expected, as_of)
                seen |= set(found)
            self.metrics(env)
        self.assertEqual(seen, {"lapsed", "regular", "new", "occasional", "prospect"})

    def test_every_balance(self):
        """A point for each whole step of an order's amount, from the ledger and from
        the card alike."""
        with self.committed() as env:
            partners = self.customers(env, "cdnow")
            balances = self.balances(env)
            for customer, bought in self.purchases.items():
                expected = sum(int(amount // self.STEP) for _day, amount in bought)
                points, entries = balances.pop(partners[customer], (0, 0))
                self.assertEqual(points, expected, customer)
                self.assertEqual(entries, expected, customer)
            self.assertFalse(balances, "cards of customers who bought nothing")

    def test_points_on_the_day_of_the_order(self):
        with self.committed() as env:
            env.cr.execute(
                """
                SELECT o.date_order + interval '7 hours', e.date
                FROM loyalty_point_entry e
                JOIN sale_order o ON o.id = e.source_id
                WHERE e.source_model = 'sale.order'
                """
            )
            rows = env.cr.fetchall()
            self.assertGreater(len(rows), 5000 / EACH)
            self.assertFalse([row for row in rows if row[0].date() != row[1]])

    def test_again_changes_nothing(self):
        """The same file once more: no order, no entry, no customer."""
        models = ("sale.order", "res.partner", "loyalty.point.entry")
        with self.committed() as env:
            before = [env[model].search_count([]) for model in models]
        again = self.import_purchases()
        with self.committed() as env:
            record = env["crm.order.import"].browse(again)
            self.assertEqual(
                (record.known_order_count, record.done_count), (len(self.lines), 0)
            )
            after = [env[model].search_count([]) for model in models]
            self.assertEqual(after, before)
