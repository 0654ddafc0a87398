"""Read what visitors type into a sign-up form. Plain Python, no ORM.

Each function returns a value it is sure of, or nothing (None or ""), or raises
``ValueError`` with a short code as its only argument.
"""

from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.order_values import clean_text, parse_datetime
from odoo.addons.phone_validation.tools.phone_validation import phone_format

THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
# What people put between the digits of a phone number.
PHONE_SIGNS = frozenset("+-.()/ ")


def phone_number(text, country):
    """:param text: a phone number as people write it: 081-234-5678, ๐๘๑..., +66 81...,
        0066 81..., 66812345678
    :param country: res.country of numbers without a prefix
    :return: the number in E.164, "" if it is none
    """
    text = clean_text(text).translate(THAI_DIGITS)
    if not any(char.isdigit() for char in text):
        return ""
    if any(not char.isdigit() and char not in PHONE_SIGNS for char in text):
        return ""
    if text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        return phone_format(text, country.code, country.phone_code, force_format="E164")
    except UserError:
        return ""


def birthday(text):
    """:param text: day, month, year, in figures or with the month's name; years of the
        Buddhist era and Thai digits are understood
    :return: date, None for nothing
    :raise ValueError: date_bad, or date_short_year: two digits may be of either era
    """
    text = clean_text(text)
    if not text:
        return None
    moment, _has_time = parse_datetime(text)
    return moment.date()


def number(text):
    """:return: float, None for nothing
    :raise ValueError: number_bad"""
    text = clean_text(text).translate(THAI_DIGITS).replace(" ", "")
    if not text:
        return None
    if text.count(",") == 1 and "." not in text and len(text.split(",")[1]) < 3:
        text = text.replace(",", ".")
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise ValueError("number_bad") from None
    if not -1e12 < value < 1e12:
        raise ValueError("number_bad")
    return value
