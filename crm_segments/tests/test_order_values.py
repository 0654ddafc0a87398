from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.order_values import (
    clean_text,
    guess_date_order,
    guess_decimal,
    is_masked,
    parse_datetime,
    parse_number,
)

DATES = st.dates(date(1950, 1, 1), date(2100, 12, 31))
TIMES = st.times()
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def grouped(digits, separator):
    """:return: digits in groups of three, written the slow way."""
    groups = []
    while digits:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    return separator.join(groups)


@tagged("post_install", "-at_install")
class TestOrderDates(BaseCase):
    """A date read as another one puts a sale, its points and their expiry on the
    wrong day, and nobody ever notices."""

    def read(self, text, order="dmy", **kwargs):
        return parse_datetime(text, order, **kwargs)[0]

    def reason(self, text, order="dmy"):
        with self.assertRaises(ValueError) as caught:
            parse_datetime(text, order)
        return str(caught.exception)

    @settings(deadline=None)
    @given(
        day=DATES,
        buddhist=st.booleans(),
        thai=st.booleans(),
        padded=st.booleans(),
        sign=st.sampled_from("/-."),
        order=st.sampled_from(["dmy", "mdy", "ymd"]),
    )
    def test_written_with_numbers(self, day, buddhist, thai, padded, sign, order):
        """Every way of writing a day is read back as that day, in both eras."""
        year = str(day.year + 543 * buddhist)
        number = "%02d" if padded else "%d"
        parts = {"d": number % day.day, "m": number % day.month, "y": year}
        text = sign.join(parts[part] for part in order)
        if thai:
            text = text.translate(THAI)
        self.assertEqual(self.read(text, order).date(), day)

    @settings(deadline=None)
    @given(day=DATES, clock=TIMES, buddhist=st.booleans())
    def test_time_of_day(self, day, clock, buddhist):
        clock = clock.replace(microsecond=0)
        year = day.year + 543 * buddhist
        for text in (
            f"{day.day}/{day.month}/{year} {clock:%H:%M:%S}",
            f"{year:04d}-{day.month:02d}-{day.day:02d}T{clock:%H:%M:%S}",
            f"{day.day}/{day.month}/{year} {clock:%I:%M:%S %p}",
        ):
            moment, has_time = parse_datetime(text)
            self.assertEqual(moment, datetime.combine(day, clock), text)
            self.assertTrue(has_time)

    @settings(deadline=None)
    @given(text=st.text(max_size=30))
    def test_never_crashes(self, text):
        """Any text is a date or a reason, never another error."""
        try:
            moment, _has_time = parse_datetime(text)
        except ValueError as error:
            self.assertRegex(str(error), "^date_")
        else:
            self.assertTrue(1900 <= moment.year <= 2100)

    def test_buddhist_leap_day(self):
        """2567 is no leap year in our calendar, but it is 2024, which is one."""
        self.assertEqual(self.read("29/2/2567"), datetime(2024, 2, 29))
        self.assertEqual(self.reason("29/2/2566"), "date_bad")

    def test_spreadsheet_cells(self):
        """Spreadsheets give real dates, also of the Buddhist era."""
        self.assertEqual(
            self.read(datetime(2567, 5, 1, 9, 30)), datetime(2024, 5, 1, 9, 30)
        )
        self.assertEqual(
            parse_datetime(date(2024, 5, 1)), (datetime(2024, 5, 1), False)
        )
        self.assertEqual(self.read(20240501.0), datetime(2024, 5, 1))

    def test_month_names(self):
        for text in (
            "10 May 2026 06:23",
            "10 พ.ค. 2569 06:23 น.",
            "10 พฤษภาคม 2569 6.23",
            "10-May-2026 06:23:00",
        ):
            self.assertEqual(self.read(text), datetime(2026, 5, 10, 6, 23), text)

    def test_offset_becomes_the_shop_time(self):
        tz = ZoneInfo("Asia/Bangkok")
        for text in ("2024-05-01T20:30:00Z", "2024-05-01 22:30:00+02:00"):
            self.assertEqual(self.read(text, tz=tz), datetime(2024, 5, 2, 3, 30))
        west = timezone(-timedelta(hours=4))
        self.assertEqual(
            self.read("2024-05-01 20:30:00-04:00", tz=west),
            datetime(2024, 5, 1, 20, 30),
        )

    def test_refused(self):
        """What may be two days is refused, not guessed."""
        self.assertEqual(self.reason(""), "date_missing")
        self.assertEqual(self.reason(None), "date_missing")
        self.assertEqual(self.reason("1/2/67"), "date_short_year")
        for text in ("31/13/2024", "30/2/2024", "soon", "1/2/2200", "1/2", "1/2-2024"):
            self.assertEqual(self.reason(text), "date_bad", text)
        self.assertEqual(self.reason("1/2/2024 25:00"), "date_bad")
        self.assertEqual(self.reason("1/2/2024 13:00 PM"), "date_bad")

    def test_order_is_found_from_many(self):
        self.assertEqual(guess_date_order(["1/2/2024", "13/2/2024"]), ("dmy", True))
        self.assertEqual(guess_date_order(["1/2/2024", "2/13/2024"]), ("mdy", True))
        self.assertEqual(guess_date_order(["1/2/2024", "2024-12-31"]), ("dmy", False))
        self.assertEqual(guess_date_order([None, "x"]), ("dmy", False))


@tagged("post_install", "-at_install")
class TestOrderNumbers(BaseCase):
    """2,55 read as 255 makes a customer a hundred times as valuable."""

    @settings(deadline=None)
    @given(
        amount=AMOUNTS,
        decimal=st.sampled_from(".,"),
        group=st.booleans(),
        thai=st.booleans(),
        sign=st.sampled_from(["{}", "฿{}", "{} บาท", "THB {}", " {} "]),
        negative=st.sampled_from(["-{}", "({})", "{}-"]),
    )
    def test_written_numbers(self, amount, decimal, group, thai, sign, negative):
        whole, cents = f"{abs(amount):.2f}".split(".")
        if group:
            whole = grouped(whole, "," if decimal == "." else ".")
        text = f"{whole}{decimal}{cents}"
        text = negative.format(text) if amount < 0 else text
        text = sign.format(text)
        if thai:
            text = text.translate(THAI)
        self.assertEqual(parse_number(text, decimal), amount)

    @settings(deadline=None)
    @given(text=st.text(alphabet="0123456789.,-() ฿", max_size=12))
    def test_wrong_grouping_is_refused(self, text):
        """Whatever is accepted has its thousands in threes."""
        try:
            value = parse_number(text)
        except ValueError as error:
            self.assertIn(str(error), ("number_bad", "number_missing"))
            return
        bare = text.replace(" ", "").replace("฿", "").strip("()-")
        whole = bare.partition(".")[0]
        if "," in whole:
            self.assertEqual(whole, grouped(whole.replace(",", ""), ","))
        self.assertEqual(abs(value), Decimal(bare.replace(",", "")))

    def test_cells(self):
        self.assertEqual(parse_number(3), 3)
        self.assertEqual(parse_number(29.33), Decimal("29.33"))
        for value in (True, float("nan"), "1,23", "1.2.3", "abc", "-", "."):
            with self.assertRaises(ValueError, msg=value) as caught:
                parse_number(value)
            self.assertEqual(str(caught.exception), "number_bad")
        with self.assertRaisesRegex(ValueError, "number_missing"):
            parse_number(" ")

    def test_decimal_is_found_from_many(self):
        self.assertEqual(guess_decimal(["2,55", "1.000"]), ",")
        self.assertEqual(guess_decimal(["1,000", "2.5"]), ".")
        self.assertEqual(guess_decimal(["1.234,5", None, 3]), ",")
        self.assertEqual(guess_decimal(["1,000", "2,000"]), ".")

    def test_text_of_cells(self):
        """Spreadsheets hold codes and phones as numbers."""
        self.assertEqual(clean_text(17850.0), "17850")
        self.assertEqual(clean_text("  a\u00a0 b\n"), "a b")
        self.assertEqual(clean_text(None), "")
        self.assertTrue(is_masked("08****123"))
        self.assertFalse(is_masked("0812345678"))
