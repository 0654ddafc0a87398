import calendar
import datetime
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..tools.expiry_policy import ExpiryPolicy
from .common import LedgerCase

EXAMPLES = 200 if os.environ.get("CRM_SUITE_FULL") else 20
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31))
ONE_DAY = datetime.timedelta(1)
STARTS = {None: range(0), "month": range(1, 13), "quarter": (1, 4, 7, 10), "year": (1,)}


def some_months_later(day, count):
    """Month by month, then back to a day that exists."""
    year, month = day.year, day.month
    for _i in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


def extended(day, rounding):
    """Day by day, until the next day begins a period."""
    while rounding:
        following = day + ONE_DAY
        if following.day == 1 and following.month in STARTS[rounding]:
            break
        day = following
    return day


@tagged("post_install", "-at_install")
class TestExpiryPolicy(LedgerCase):
    """A day too few is a complaint, a day too many is money: months end on 28 to 31."""

    @settings(deadline=None, max_examples=EXAMPLES)
    @given(
        DAYS, st.integers(1, 40), st.sampled_from([None, "month", "quarter", "year"])
    )
    def test_time_after(self, day, count, rounding):
        policy = ExpiryPolicy("after", count, "days", rounding)
        wanted = extended(day + count * ONE_DAY, rounding)
        self.assertEqual(policy.last_day(day), wanted)
        policy = ExpiryPolicy("inactivity", count, "months", rounding)
        wanted = extended(some_months_later(day, count), rounding)
        self.assertEqual(policy.last_day(day), wanted)

    @settings(deadline=None, max_examples=EXAMPLES)
    @given(DAYS, DAYS, st.integers(0, 400))
    def test_yearly(self, day, end, least):
        policy = ExpiryPolicy("yearly", month=end.month, day=end.day, least=least)
        wanted = day + least * ONE_DAY
        while (wanted.month, wanted.day) != (end.month, end.day):
            leap_day = (end.month, end.day) == (2, 29)
            if leap_day and (wanted + ONE_DAY).timetuple()[1:3] == (3, 1):
                break
            wanted += ONE_DAY
        self.assertEqual(policy.last_day(day), wanted)

    def test_by_hand(self):
        date = datetime.date
        one_month = ExpiryPolicy("after", 1, "months")
        self.assertEqual(one_month.last_day(date(2026, 1, 31)), date(2026, 2, 28))
        self.assertEqual(one_month.last_day(date(2028, 1, 31)), date(2028, 2, 29))
        year = ExpiryPolicy("after", 12, "months", "quarter")
        self.assertEqual(year.last_day(date(2028, 2, 29)), date(2029, 3, 31))
        new_year = ExpiryPolicy("yearly", month=12, day=31, least=90)
        self.assertEqual(new_year.last_day(date(2026, 10, 2)), date(2026, 12, 31))
        self.assertEqual(new_year.last_day(date(2026, 10, 3)), date(2027, 12, 31))
        fixed = ExpiryPolicy("date", date=date(2026, 6, 30))
        self.assertEqual(fixed.last_day(date(2026, 6, 30)), date(2026, 6, 30))
        self.assertIsNone(fixed.last_day(date(2026, 7, 1)))
        self.assertIsNone(ExpiryPolicy().last_day(date(2026, 7, 1)))

    def test_form(self):
        with Form(self.program) as form:
            form.expiry_policy = "after"
            form.expiry_count = 1
            form.expiry_unit = "months"
            form.expiry_rounding = "month"
        day = datetime.date(2026, 1, 31)
        self.assertEqual(
            self.program._get_award_expiry(day), datetime.date(2026, 2, 28)
        )

    def test_senseless_policies(self):
        for values in (
            {"expiry_policy": "after", "expiry_count": 0},
            {"expiry_policy": "date"},
            {"expiry_policy": "yearly", "expiry_month": "4", "expiry_day": 31},
            {"expiry_policy": "yearly", "expiry_least_days": -1},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.program.write(values)

    def test_a_date_that_has_passed(self):
        self.program.write({"expiry_policy": "date", "expiry_date": "2020-01-01"})
        self.assertTrue(self.program.expiry_date_passed)
        self.assertIsNone(self.program._get_award_expiry(datetime.date(2020, 1, 2)))
