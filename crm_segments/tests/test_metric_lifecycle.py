from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.crm_segments.tests import reference

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricLifecycle(MetricsCase):
    """The customer's group decides who gets which offer (X3-X5).

    A day too early or too late is a customer greeted as new after a year, so the
    limits are tried on the day itself and on the one after, in local time.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "new_customer_days": 30,
                "regular_customer_orders": 3,
                "regular_customer_days": 180,
                "lapsed_customer_orders": 2,
                "lapsed_customer_days": 90,
            }
        )

    def group(self, as_of, customer=None):
        self.metrics._rebuild(as_of=as_of)
        row = self.row(customer)
        return row and row["lifecycle"]

    def test_new_until_the_last_day(self):
        self.order("2024-05-01 05:00:00")
        self.assertEqual(self.group("2024-05-01"), "new")
        self.assertEqual(self.group("2024-05-31"), "new", "30th day included")
        self.assertEqual(self.group("2024-06-01"), "occasional")

    def test_regular_within_the_period(self):
        for when in ("2024-01-01 05:00", "2024-02-01 05:00", "2024-03-01 05:00"):
            self.order(f"{when}:00")
        # 180 days after the first of the three
        self.company.lapsed_customer_days = 1000
        self.assertEqual(self.group("2024-06-29"), "regular")
        self.assertEqual(self.group("2024-06-30"), "occasional")

    def test_regular_before_new(self):
        for day in ("01", "02", "03"):
            self.order(f"2024-05-{day} 05:00:00")
        self.assertEqual(self.group("2024-05-02"), "new")
        self.assertEqual(self.group("2024-05-03"), "regular")

    def test_lapsed_after_the_last_day(self):
        self.order("2024-05-01 05:00:00")
        self.order("2024-05-02 05:00:00")
        self.assertEqual(self.group("2024-07-31"), "occasional", "90 days")
        self.assertEqual(self.group("2024-08-01"), "lapsed")

    def test_lapsed_before_regular(self):
        """A shop may call regular whoever bought within a year; silence wins."""
        self.company.regular_customer_days = 365
        for day in ("01", "02", "03"):
            self.order(f"2024-05-{day} 05:00:00")
        self.assertEqual(self.group("2024-07-01"), "regular")
        self.assertEqual(self.group("2024-08-05"), "lapsed")

    def test_one_order_never_lapses(self):
        self.order("2020-05-01 05:00:00")
        self.assertEqual(self.group("2024-05-01"), "occasional")

    def test_prospect(self):
        """Quotations and cancelled orders put nobody into a group."""
        self.order("2024-05-01 05:00:00", confirm=False)
        self.order("2024-05-01 05:00:00")._action_cancel()
        self.assertEqual(self.group("2024-05-01"), "prospect")

    def test_local_midnight(self):
        """17:00 UTC is midnight in Bangkok: the next day begins."""
        self.order("2024-04-30 16:59:59")
        other = self.env["res.partner"].create({"name": "A second later"})
        self.order("2024-04-30 17:00:00", partner_id=other.id)
        self.assertEqual(self.group("2024-04-30"), "new")
        self.assertIsNone(self.row(other), "ordered tomorrow")
        self.assertEqual(self.group("2024-05-30"), "new")
        self.assertEqual(self.group("2024-05-31"), "occasional")
        self.assertEqual(self.row(other)["lifecycle"], "new")
        self.assertEqual(self.row(other)["first_order_date"], date(2024, 5, 1))

    def test_local_midnight_decides_the_period(self):
        """The first of the three orders falls on the day before the period."""
        self.company.lapsed_customer_days = 1000
        self.order("2023-12-31 16:59:59")
        self.order("2024-02-01 05:00:00")
        self.order("2024-03-01 05:00:00")
        self.assertEqual(self.group("2024-06-28"), "regular")
        self.assertEqual(self.group("2024-06-29"), "occasional")

    def test_leap_day(self):
        self.company.new_customer_days = 366
        self.order("2024-02-29 05:00:00")
        self.assertEqual(self.group("2025-03-01"), "new")
        self.assertEqual(self.group("2025-03-02"), "occasional")

    def test_time_alone_moves_customers(self):
        """Nothing happens to the customer, and the nightly pass moves it."""
        with freeze_time("2024-05-31 16:00:00"):  # 23:00 in Bangkok
            self.order("2024-05-01 05:00:00")
            self.settle()
            self.assertEqual(self.row()["lifecycle"], "new")
            self.assertEqual(self.metrics._rebuild(), 0)
        with freeze_time("2024-05-31 17:30:00"):  # half past midnight
            self.assertEqual(len(self.metrics._check_metrics()), 1)
            self.assertEqual(self.metrics._rebuild(), 1)
            self.assertEqual(self.row()["lifecycle"], "occasional")

    def test_as_of_leaves_out_later_orders(self):
        self.order("2024-05-01 05:00:00", amount=10)
        self.order("2024-05-05 05:00:00", amount=20)
        self.order("2024-05-05 05:00:00", amount=40, confirm=False)
        self.metrics._rebuild(as_of=date(2024, 5, 4))
        self.assertEqual(self.row()["order_count"], 1)
        self.assertEqual(self.row()["order_count_all"], 1)
        self.assertEqual(self.row()["amount_total"], 10)
        self.metrics._rebuild(as_of="2024-04-30")
        self.assertIsNone(self.row())
        self.metrics._rebuild()
        self.assertEqual(self.row()["amount_total_all"], 70)

    def test_averages(self):
        for when, amount in (("01", 10), ("04", 20), ("08", 40.01)):
            self.order(f"2024-05-{when} 05:00:00", amount=amount)
        self.settle()
        self.assertEqual(self.row()["average_order"], reference.cents("23.34"))
        self.assertEqual(self.row()["average_gap_days"], 3.5)

    def test_averages_of_one_order(self):
        """One order has an average amount and no rhythm; none has neither."""
        order = self.order(amount=10)
        self.settle()
        self.assertEqual(self.row()["average_order"], 10)
        self.assertIsNone(self.row()["average_gap_days"])
        order._action_cancel()
        self.settle()
        self.assertIsNone(self.row()["average_order"])

    def test_reference_agrees_with_hand_made_days(self):
        """The reference itself, on days counted by hand."""
        settings = reference.Settings(tz="America/New_York")
        day = reference.local_day(datetime(2024, 3, 10, 4, 59), settings.tz)
        self.assertEqual(day, date(2024, 3, 9), "winter time: UTC-5")
        day = reference.local_day(datetime(2024, 3, 11, 4, 0), settings.tz)
        self.assertEqual(day, date(2024, 3, 11), "summer time: UTC-4")
