"""The text of a PromptPay QR code, as in the EMV QR specification for merchants.

Each field is its number, its length and its value; the last is a checksum of all.
"""

import re

_APPLICATION = "A000000677010111"
_MOBILE, _TAX_ID, _WALLET = "01", "02", "03"


def proxy(number):
    """:return: (sort, digits) of a PromptPay number: mobile, tax id or e-wallet
    :raises ValueError: it is none of them"""
    digits = re.sub(r"\D", "", number or "")
    if len(digits) == 13:
        return _TAX_ID, digits
    if len(digits) == 15:
        return _WALLET, digits
    mobile = re.fullmatch(r"(?:0|66)([689]\d{8})", digits)
    if mobile:
        return _MOBILE, f"0066{mobile[1]}"
    raise ValueError(f"no PromptPay number: {number}")


def payload(number, amount):
    """:param number: mobile number, tax id or e-wallet of the receiver
    :param amount: what is to be paid, in baht
    :return: the text of the QR code"""
    text = "".join(
        (
            _field("00", "01"),
            _field("01", "12"),
            _field("29", _field("00", _APPLICATION) + _field(*proxy(number))),
            _field("58", "TH"),
            _field("53", "764"),
            _field("54", f"{amount:.2f}"),
            "6304",
        )
    )
    return f"{text}{checksum(text.encode()):04X}"


def _field(number, value):
    return f"{number}{len(value):02d}{value}"


def checksum(data):
    """CRC-16/CCITT-FALSE"""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _bit in range(8):
            value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
            value &= 0xFFFF
    return value
