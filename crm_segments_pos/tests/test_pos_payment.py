from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random

from odoo.tests import tagged

from odoo.addons.crm_segments.tests.reference import cents, local_day

from .test_pos_metrics import PosMetricsCase


@tagged("post_install", "-at_install")
class TestPosPayment(PosMetricsCase):
    """Money of the till has the day it was taken, and counts once."""

    def days(self):
        """:return: dict of day to what the customer paid on it, without zeros"""
        self.env.flush_all()
        rows = self.env["crm.customer.payment"]._read_group(
            [("customer_id", "=", self.customer.id)], ["day:day"], ["amount:sum"]
        )
        return {day: cents(repr(amount)) for day, amount in rows if round(amount, 2)}

    def sell_on(self, moment, qty=1, **values):
        order = self.sell(qty, **values)
        order.payment_ids.write({"payment_date": moment})
        order.date_order = moment
        return order

    def test_the_day_of_the_shop(self):
        self.sell_on(datetime(2024, 5, 31, 16, 59))
        self.sell_on(datetime(2024, 5, 31, 17, 1), 2)
        self.assertEqual(self.days(), {date(2024, 5, 31): 100, date(2024, 6, 1): 200})

    def test_refund_lowers_the_month_of_the_refund(self):
        order = self.sell_on(datetime(2024, 5, 3, 5, 0), 3)
        refund = self.till.refund(order, {order.lines: 1})
        refund.payment_ids.write({"payment_date": datetime(2024, 7, 1, 5, 0)})
        self.assertEqual(self.days(), {date(2024, 5, 3): 300, date(2024, 7, 1): -100})

    def test_on_account_is_not_paid(self):
        payments = [self.till.payment(100, self.on_account)]
        self.sell_on(datetime(2024, 5, 3, 5, 0), payments=payments)
        self.assertEqual(self.days(), {})

    def test_report_and_sum(self):
        """A random month at the till and in Sales, by loops and by the report."""
        random, paid, orders = Random(3), defaultdict(int), 0
        for number in range(15):
            moment = datetime(2024, 4, 20) + timedelta(hours=random.randint(0, 1000))
            day = local_day(moment, "Asia/Bangkok")
            qty = random.randint(1, 4)
            if number % 3:
                order = self.sell_on(moment, qty)
                paid[day] += qty * 100
                if number % 4 == 0:
                    refund = self.till.refund(order, {order.lines: 1})
                    refund.date_order = moment
                    refund.payment_ids.write({"payment_date": moment})
                    paid[day] -= 100
            else:
                self.order(str(moment), qty * 100)
            orders += (day.month, day.year) == (5, 2024)
        paid = {day: amount for day, amount in paid.items() if amount}
        self.assertEqual(self.days(), paid)
        self.assertEqual(self.figures()[2], sum(paid.values()))
        customer = self.customer.with_context(
            report_period="custom", report_from="2024-05-01", report_to="2024-05-31"
        )
        may = sum(amount for day, amount in paid.items() if day.month == 5)
        self.assertEqual(
            (customer.report_paid, customer.report_order_count), (may, orders)
        )
        found = customer.search(
            [("report_paid", "=", may), ("id", "=", customer.id)],
            order="report_paid desc",
        )
        self.assertEqual(found, customer)
