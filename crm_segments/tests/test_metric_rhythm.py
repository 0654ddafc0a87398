from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricRhythm(MetricsCase):
    """Ninety days of silence are nothing for one customer and the end for another, so
    each is overdue by its own rhythm: a day is stored, and days pass by themselves.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"rhythm_factor": 2, "rhythm_min_days": 14})
        cls.settle()

    def buy(self, *days):
        for day in days:
            self.order(f"2024-{day} 05:00:00")
        self.settle()

    def overdue(self):
        found = self.env["res.partner"].search(
            [
                ("id", "=", self.customer.id),
                ("customer_rhythm_lapse_date", "<=", "today"),
            ]
        )
        return bool(found)

    def test_twice_the_usual_gap(self):
        """Every 30 days: silent for 60 days is within the habit, for 61 it is not."""
        self.buy("01-01", "01-31", "03-01")
        self.assertEqual(self.customer.customer_average_gap_days, 30)
        self.assertEqual(self.customer.customer_rhythm_lapse_date, date(2024, 5, 1))
        with freeze_time("2024-04-30 05:00:00"):
            self.assertFalse(self.overdue())
        with freeze_time("2024-05-01 05:00:00"):
            self.assertTrue(self.overdue(), "nothing was computed in between")

    def test_an_order_ends_it(self):
        self.buy("01-01", "01-31", "03-01")
        with freeze_time("2024-06-01 05:00:00"):
            self.assertTrue(self.overdue())
            self.buy("05-31")
            self.assertFalse(self.overdue())

    def test_broken_gaps(self):
        """Gaps of 10 and 15 days: longer than 25 days begins on the 26th."""
        self.buy("01-01", "01-11", "01-26")
        self.assertEqual(self.row()["rhythm_lapse_date"], date(2024, 2, 21))
        self.company.rhythm_factor = 1.5  # 18.75 days
        self.settle()
        self.assertEqual(self.row()["rhythm_lapse_date"], date(2024, 2, 14))

    def test_at_least_some_days(self):
        """Who comes every day is not called after two."""
        self.buy("01-01", "01-02", "01-03")
        self.assertEqual(self.row()["rhythm_lapse_date"], date(2024, 1, 18))
        self.company.rhythm_min_days = 0
        self.settle()
        self.assertEqual(self.row()["rhythm_lapse_date"], date(2024, 1, 6))

    def test_no_rhythm(self):
        """Two orders show none, nor do three of one day."""
        self.buy("01-01", "02-01")
        self.assertIsNone(self.row()["rhythm_lapse_date"])
        other = self.env["res.partner"].create({"name": "One day"})
        for _number in range(3):
            self.order("2024-01-01 05:00:00", partner_id=other.id)
        self.settle()
        self.assertIsNone(self.row(other)["rhythm_lapse_date"])

    def test_far_away_dates_stay_dates(self):
        """A hundred times 30 years is beyond the calendar of Python."""
        self.company.rhythm_factor = 100
        for year in (1960, 1990, 2020):
            self.order(f"{year}-01-01 05:00:00")
        self.settle()
        self.assertEqual(self.row()["rhythm_lapse_date"].year, 2119)

    def test_settings(self):
        for values in (
            {"rhythm_factor": 0.9},
            {"rhythm_factor": 100.1},
            {"rhythm_min_days": -1},
            {"rhythm_min_days": 40000},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.company.write(values)
        self.queued()
        self.company.rhythm_factor = 3
        self.assertEqual(self.queued(), {(None, self.company.id)})
