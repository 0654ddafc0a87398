"""What a customer types or taps to reach a shop, as a link that is safe to open."""

import re
from urllib.parse import quote, urlsplit

import phonenumbers

# Kinds of which a shop gives a name only: where that name lives.
PLACES = {
    "line": "https://line.me/R/ti/p/%s",
    "facebook": "https://www.facebook.com/%s",
    "messenger": "https://m.me/%s",
    "instagram": "https://www.instagram.com/%s",
    "tiktok": "https://www.tiktok.com/@%s",
    "youtube": "https://www.youtube.com/@%s",
    "x": "https://x.com/%s",
    "shopee": "https://shopee.co.th/%s",
    "lazada": "https://www.lazada.co.th/shop/%s",
}
NAME = re.compile(r"@?[\w.\-]{1,100}")
EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(\.[\w\-]+)+", re.ASCII)
HOST = re.compile(r"[\w\-]+(\.[\w\-]+)+")
UNSAFE = re.compile(r"[\s\\\"'<>`\x00-\x1f]")
PHONE = re.compile(r"\+?[\d\s().\-]+")
SHORTEST, LONGEST = 3, 15
# Longer than any address that a person would copy from a browser.
LONGEST_URL = 500
MAP = "https://www.google.com/maps/search/?api=1&query=%s"


def contact_url(kind, value, country="TH"):
    """The link that opens a way to reach a shop.

    :param str kind: of ``crm.shop.channel``
    :param str value: a number, a name or an address, as people write it
    :param str country: whose phone numbers are written without a country code
    :return: address with one of the schemes tel, mailto, http and https, or None when
        nothing safe can be made of the value
    """
    value = (value or "").strip()
    makers = {"phone": _tel, "email": _mailto, "map": _map}
    if kind == "whatsapp":
        return _whatsapp(value, country)
    if kind in makers:
        return makers[kind](value)
    if kind in PLACES and NAME.fullmatch(value) and not _is_host(value):
        return PLACES[kind] % _place_name(kind, value)
    return web_url(value)


def web_url(value):
    """:return: a web address, completed with https:// where the scheme is missing; None
    for anything else: ``javascript:``, a user name before the host, blanks inside"""
    value = (value or "").strip()
    if not value or len(value) > LONGEST_URL or UNSAFE.search(value):
        return None
    url = value if re.match(r"(?i)https?://", value) else f"https://{value}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return None
    return url if HOST.fullmatch(host) and "@" not in parts.netloc else None


def _is_host(value):
    """Names hold points as well; only known endings make an address of one."""
    return bool(re.search(r"(?i)\.(com|co|net|org|me|ee|th|io|shop|page)$", value))


def _place_name(kind, value):
    # LINE tells the accounts of shops from those of people by the @
    name = value if kind == "line" else value.removeprefix("@")
    return quote(name, safe="")


def _digits(value):
    # the number itself, without an extension written behind it
    match = PHONE.match(value)
    number = re.sub(r"[^\d+]", "", match.group()) if match else ""
    number = "".join(sign if sign == "+" else str(int(sign)) for sign in number)
    return number if SHORTEST <= len(number.lstrip("+")) <= LONGEST else ""


def _tel(value):
    number = _digits(value)
    return f"tel:{number}" if number else None


def _whatsapp(value, country):
    if re.match(r"(?i)https?://", value):
        return web_url(value)
    try:
        number = phonenumbers.parse(_digits(value), country)
    except phonenumbers.NumberParseException:
        return None
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"https://wa.me/{text[1:]}"


def _mailto(value):
    return f"mailto:{value}" if EMAIL.fullmatch(value) else None


def _map(value):
    if re.match(r"(?i)[a-z][a-z0-9+.\-]*:", value) or value.count("/") > 1:
        return web_url(value)
    return MAP % quote(value, safe="") if 3 <= len(value) <= LONGEST_URL else None
