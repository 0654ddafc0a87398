import csv
from collections import defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from .common_data import PurchaseHistoryCase, data_file

CENT = Decimal("0.01")
NAME = "online_retail_10k.csv"


def read_invoices(path):
    """:return: list of dicts of the file, with row numbers as a spreadsheet has them"""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    for number, row in enumerate(rows, 2):
        row["row"] = number
        row["quantity"] = int(row["Quantity"])
        row["price"] = Decimal(row["UnitPrice"].replace(",", "."))
        row["date"] = datetime.strptime(row["InvoiceDate"], "%d/%m/%Y %H:%M")
        row["key"] = row["CustomerID"], row["StockCode"]
        row["returned"] = 0
    return rows


def is_return(row):
    return row["InvoiceNo"].startswith("C")


def take_returns_back(rows):
    """Each returned piece goes to the latest earlier purchase that has one left.

    :return: {row number: pieces without a purchase} of the returns
    """
    unmatched = {}
    bought = [row for row in rows if row["quantity"] > 0 and row["CustomerID"]]
    for row in sorted(
        filter(is_return, rows), key=lambda row: (row["date"], row["row"])
    ):
        left = -row["quantity"]
        earlier = [
            sold
            for sold in bought
            if sold["key"] == row["key"] and sold["date"] <= row["date"]
        ]
        for sold in sorted(earlier, key=lambda sold: sold["date"], reverse=True):
            part = min(left, sold["quantity"] - sold["returned"])
            sold["returned"] += part
            left -= part
        if left:
            unmatched[row["row"]] = left
    return unmatched


@tagged("standard", "post_install", "-at_install")
class TestOnlineRetail(PurchaseHistoryCase):
    """Ten thousand lines of a real shop, with rows of every kind of trouble: returns
    of things never bought here, corrections of stock, sales without a customer."""

    @classmethod
    def setUpClass(cls):
        path = data_file(NAME)
        super().setUpClass()
        cls.rows = read_invoices(path)
        cls.unmatched = take_returns_back(cls.rows)
        cls.sold = [
            row for row in cls.rows if row["quantity"] > 0 and row["CustomerID"]
        ]
        cls.import_id = cls.import_file(path.read_bytes(), NAME)

    def findings(self, env, level):
        record = env["crm.order.import"].browse(self.import_id)
        lines = record.line_ids.filtered(lambda line: line.level == level)
        return {line.row: line for line in lines}

    def test_orders(self):
        totals = defaultdict(Decimal)
        for row in self.sold:
            amount = row["quantity"] * row["price"]
            totals[row["InvoiceNo"]] += amount.quantize(CENT, ROUND_HALF_UP)
        with self.committed() as env:
            orders = env["sale.order"].search([("import_id", "=", self.import_id)])
            self.assertEqual(
                {
                    order.import_number: Decimal(str(order.amount_total)).quantize(CENT)
                    for order in orders
                },
                totals,
            )
            self.assertEqual(set(orders.mapped("state")), {"sale"})
            self.assertEqual(len(orders.order_line), len(self.sold))
            self.assertIn(0, orders.order_line.mapped("price_unit"), "free articles")

    def test_rejected_and_skipped_rows(self):
        """Negative rows that are no return are wrong; rows without customer are left
        out. Both are listed, and nothing else is."""
        negative = {
            row["row"]
            for row in self.rows
            if row["quantity"] < 0 and not is_return(row)
        }
        nobody = {row["row"] for row in self.rows if not row["CustomerID"]} - negative
        self.assertEqual((len(negative), len(nobody)), (30, 2261))
        with self.committed() as env:
            errors = self.findings(env, "error")
            self.assertEqual(set(errors), negative)
            self.assertEqual({e.code for e in errors.values()}, {"quantity_negative"})
            self.assertEqual(set(self.findings(env, "skip")), nobody)

    def test_unmatched_returns(self):
        """Of the 100 returns, the customers of 22 bought the product at some time, but
        only 10 of them before they gave it back."""
        returns = list(filter(is_return, self.rows))
        keys = {row["key"] for row in self.sold}
        self.assertEqual(len(returns), 100)
        self.assertEqual(sum(row["key"] in keys for row in returns), 22)
        self.assertEqual(len(self.unmatched), 90)
        with self.committed() as env:
            found = self.findings(env, "return")
            self.assertEqual(
                {row: float(line.other) for row, line in found.items()}, self.unmatched
            )
            for row in returns:
                if row["row"] in found:
                    later = row["key"] in keys
                    code = "return_before_purchase" if later else "return_no_purchase"
                    self.assertEqual(found[row["row"]].code, code)
            partners = self.customers(env, "online-retail")
            self.assertEqual(set(partners), {row["CustomerID"] for row in self.sold})

    def test_returned_quantities(self):
        """Taken from the very lines the independent search chose."""
        expected, found = defaultdict(int), defaultdict(int)
        for row in self.sold:
            if row["returned"]:
                expected[row["InvoiceNo"], row["StockCode"]] += row["returned"]
        with self.committed() as env:
            for line in env["sale.order.line"].search([("returned_qty", "!=", 0)]):
                key = line.order_id.import_number, line.product_id.default_code
                found[key] += line.returned_qty
            self.assertEqual(found, expected)
            self.assertEqual(len(expected), 9, "two returns of one line")

    def test_points(self):
        """A point for each whole step of what the customer kept of an order; never a
        debt."""
        kept = defaultdict(Decimal)
        for row in self.sold:
            amount = (row["quantity"] * row["price"]).quantize(CENT, ROUND_HALF_UP)
            share = Decimal(row["quantity"] - row["returned"]) / row["quantity"]
            amount = (amount * share).quantize(CENT, ROUND_HALF_UP)
            kept[row["CustomerID"], row["InvoiceNo"]] += amount
        expected = defaultdict(int)
        for (customer, _number), amount in kept.items():
            expected[customer] += int(amount // self.STEP)
        with self.committed() as env:
            balances = self.balances(env)
            for customer, partner in self.customers(env, "online-retail").items():
                points, entries = balances.pop(partner, (0, 0))
                self.assertEqual(points, expected[customer], customer)
                self.assertEqual(entries, expected[customer], customer)
                self.assertGreaterEqual(points, 0)
            self.assertFalse(balances)

    def test_again_takes_nothing_back_twice(self):
        models = ("sale.order", "crm.order.return", "loyalty.point.entry")
        with self.committed() as env:
            before = [env[model].search_count([]) for model in models]
        again = self.import_file(data_file(NAME).read_bytes(), NAME)
        with self.committed() as env:
            record = env["crm.order.import"].browse(again)
            self.assertEqual((record.done_count, record.returned_count), (0, 0))
            self.assertEqual(record.unmatched_return_count, 90)
            after = [env[model].search_count([]) for model in models]
            self.assertEqual(after, before)
