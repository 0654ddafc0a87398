from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..tools.report_period import period_days, whole_months
from .common_metrics import PaymentsCase


@tagged("post_install", "-at_install")
class TestReportPeriod(PaymentsCase):
    """A report that opens on the wrong month is wrong in every figure."""

    def test_names(self):
        today = date(2024, 2, 29)
        expected = {
            None: ("this_month", date(2024, 2, 1), date(2024, 2, 29)),
            "last_month": ("last_month", date(2024, 1, 1), date(2024, 1, 31)),
            "this_quarter": ("this_quarter", date(2024, 1, 1), date(2024, 3, 31)),
            "this_year": ("this_year", date(2024, 1, 1), date(2024, 12, 31)),
            "custom": ("this_month", date(2024, 2, 1), date(2024, 2, 29)),
        }
        for name, period in expected.items():
            self.assertEqual(period_days(name, today), period)
        self.assertEqual(
            period_days("custom", today, date(2024, 5, 9), date(2024, 5, 2)),
            ("custom", date(2024, 5, 2), date(2024, 5, 9)),
        )

    def test_months(self):
        self.assertEqual(
            whole_months(date(2024, 2, 5), date(2024, 3, 1), at_least=12),
            (date(2023, 4, 1), date(2024, 3, 31)),
        )
        self.assertEqual(
            whole_months(date(2022, 2, 5), date(2024, 3, 1), at_least=12)[0],
            date(2022, 2, 1),
        )

    @freeze_time("2024-05-31 17:30:00")
    def test_opens_on_the_month_of_the_shop(self):
        """In Bangkok June has begun."""
        period = self.env["res.partner"].get_report_period()
        self.assertEqual(
            period, {"period": "this_month", "from": "2024-06-01", "to": "2024-06-30"}
        )
