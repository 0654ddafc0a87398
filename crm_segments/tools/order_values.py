"""Turn the text of an order file into dates and numbers.

Plain Python, no ORM. Every function either returns a value it is sure of or
raises ``ValueError`` with a short code as its only argument; nothing is guessed
from a single cell. The way a file writes dates and decimals is found from many
cells (``guess_date_order``, ``guess_decimal``) and then applied strictly, so that
a wrong guess shows up as rejected rows and not as wrong amounts.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# The Buddhist era is 543 years ahead. No shop has orders of the Christian years
# 2400 and later, and none of the Buddhist years before 2400 (1857).
BUDDHIST_ERA_FROM = 2400
BUDDHIST_ERA_OFFSET = 543
FIRST_YEAR = 1900

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_CURRENCY = re.compile(r"(?i)฿|บาท|\$|€|£|\bthb\b|\busd\b|\beur\b|\bgbp\b")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january ม.ค. มค มกราคม",
            "feb february ก.พ. กพ กุมภาพันธ์",
            "mar march มี.ค. มีค มีนาคม",
            "apr april เม.ย. เมย เมษายน",
            "may พ.ค. พค พฤษภาคม",
            "jun june มิ.ย. มิย มิถุนายน",
            "jul july ก.ค. กค กรกฎาคม",
            "aug august ส.ค. สค สิงหาคม",
            "sep sept september ก.ย. กย กันยายน",
            "oct october ต.ค. ตค ตุลาคม",
            "nov november พ.ย. พย พฤศจิกายน",
            "dec december ธ.ค. ธค ธันวาคม",
        ),
        1,
    )
    for word in words.split()
}
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:[.,]\d+)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?:น\.?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)
_NUMERIC_DATE = re.compile(
    r"(?P<a>\d{1,4})([-/.])(?P<b>\d{1,2})\2(?P<c>\d{1,4})" + _TIME
)
_COMPACT_DATE = re.compile(r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})" + _TIME)
_NAMED_DATE = re.compile(
    r"(?P<a>\d{1,2})[ -]+(?P<month>[^\d\s-]+)[ -]+(?P<c>\d{2,4})" + _TIME
)


def clean_text(value):
    """:return: the cell as text without surrounding or repeated white space.

    Spreadsheets hold order numbers and phones as numbers: 17850.0 is "17850".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def is_masked(text):
    """:return: True for a value the marketplace hides, such as ``08****123``."""
    return "*" in text or "xxx" in text.lower() or "•" in text


def christian_year(year):
    """:return: the Christian year of a four-digit year of either era."""
    if year >= BUDDHIST_ERA_FROM:
        return year - BUDDHIST_ERA_OFFSET
    return year


def _checked(year, month, day, hour=0, minute=0, second=0):
    """:raise ValueError: with the code of what is wrong with the parts."""
    if year < 100:
        raise ValueError("date_short_year")
    year = christian_year(year)
    if not FIRST_YEAR <= year <= 2100:
        raise ValueError("date_bad")
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise ValueError("date_bad") from None


def _hour(match):
    """:return: hour 0-23 of a match, a.m. and p.m. resolved."""
    hour = int(match["hour"])
    if not match["half"]:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("date_bad")
    return hour % 12 + (12 if match["half"][0] in "Pp" else 0)


def _date_parts(text, order):
    """:return: (year, month, day, match) of a date text, not yet checked."""
    match = _COMPACT_DATE.match(text)
    if match:
        return int(match["a"]), int(match["b"]), int(match["c"]), match
    match = _NUMERIC_DATE.match(text)
    if match:
        a, b, c = int(match["a"]), int(match["b"]), int(match["c"])
        if len(match["a"]) == 4:
            return a, b, c, match
        return (c, a, b, match) if order == "mdy" else (c, b, a, match)
    match = _NAMED_DATE.match(text)
    month = match and _MONTHS.get(match["month"].lower().strip(","))
    if not month:
        raise ValueError("date_bad")
    return int(match["c"]), month, int(match["a"]), match


def parse_datetime(value, order="dmy", tz=None):
    """Read one date, with or without a time of day.

    :param value: text, date or datetime of a cell
    :param str order: "dmy" or "mdy", for dates such as 3/4/2024; a year written
        first is recognised whatever the order
    :param tz: tzinfo of the shop; a time with an offset is converted to it
    :return: (naive local datetime, bool: a time of day was given)
    :raise ValueError: date_missing, date_bad, or date_short_year for two-digit
        years, which may be of either era
    """
    if isinstance(value, datetime):
        parts = value.timetuple()[:6]
        return _checked(*parts), any(parts[3:])
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day), False
    return _parse_date_text(clean_text(value), order, tz)


# The rows of an order, and often those of a day, have the same date.
@lru_cache(maxsize=16384)
def _parse_date_text(text, order, tz):
    text = text.translate(_DIGITS)
    if not text:
        raise ValueError("date_missing")
    year, month, day, match = _date_parts(text, order)
    if not match["hour"]:
        return _checked(year, month, day), False
    clock = _hour(match), int(match["minute"]), int(match["second"] or 0)
    return _in_zone(_checked(year, month, day, *clock), match["zone"], tz), True


def _in_zone(moment, zone, tz):
    """:return: naive ``moment`` of the offset ``zone`` as naive time in ``tz``."""
    if not zone or tz is None:
        return moment
    offset = timedelta()
    if zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        offset = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    aware = moment.replace(tzinfo=timezone(offset))
    return aware.astimezone(tz).replace(tzinfo=None)


def guess_date_order(values):
    """:return: (order, certain) from many cells; day first unless one disproves it."""
    first = second = 0
    for value in values:
        match = _NUMERIC_DATE.match(clean_text(value).translate(_DIGITS))
        if match and len(match["a"]) < 3:
            first = max(first, int(match["a"]))
            second = max(second, int(match["b"]))
    if second > 12 >= first:
        return "mdy", True
    return "dmy", first > 12 >= second


def _bare_number(value):
    """:return: text of a number without currency, spaces and Thai digits."""
    text = clean_text(value).translate(_DIGITS).replace("−", "-")
    text = "".join(_CURRENCY.sub("", text).split()).replace("'", "")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if text.endswith("-"):
        text = "-" + text[:-1]
    return text


def parse_number(value, decimal="."):
    """Read one number strictly.

    :param str decimal: "." or ","; the other one may group thousands, but only
        in groups of three, so 1,23 is refused where the point is the decimal
    :return: Decimal
    :raise ValueError: number_missing or number_bad
    """
    if isinstance(value, bool):
        raise ValueError("number_bad")
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if value == value else _bad_number()
    return _parse_number_text(clean_text(value), decimal)


# Quantities and prices repeat from row to row.
@lru_cache(maxsize=16384)
def _parse_number_text(text, decimal):
    text = _bare_number(text)
    if not text:
        raise ValueError("number_missing")
    group = re.escape("." if decimal == "," else ",")
    point = re.escape(decimal)
    pattern = rf"[+-]?(\d+|\d{{1,3}}({group}\d{{3}})+)?({point}\d*)?"
    if not re.fullmatch(pattern, text) or not re.search(r"\d", text):
        _bad_number()
    text = text.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        _bad_number()


def _bad_number():
    raise ValueError("number_bad")


def guess_decimal(values):
    """:return: "," or "." from many cells.

    The last separator of a number with both is its decimal; a single comma not
    followed by exactly three digits is one too.
    """
    votes = Counter()
    for value in values:
        if not isinstance(value, str):
            continue
        text = _bare_number(value)
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            votes["," if comma > point else "."] += 1
        elif comma >= 0 and len(text) - comma - 1 != 3:
            votes[","] += 1
        elif point >= 0 and len(text) - point - 1 != 3:
            votes["."] += 1
    return "," if votes[","] > votes["."] else "."
