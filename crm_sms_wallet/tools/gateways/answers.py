"""The words in which gateways answer, and what those mean for us."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

TEXT_LENGTH = 200
NUMBER = re.compile(r"\+?\d{7,}")

MESSAGE, GATEWAY = "message", "gateway"


class GatewayError(Exception):
    """A gateway did not do what it was asked.

    :param str text: for people; what looks like a phone number is taken out
    """

    def __init__(self, text=""):
        super().__init__(text)
        self.text = NUMBER.sub("#", str(text))[:TEXT_LENGTH]


class Refused(GatewayError):
    """The message was certainly not taken, and costs nothing.

    :param str state: one of the words Odoo knows, such as ``insufficient_credit``
    :param str by: ``message`` when it is bad everywhere, ``gateway`` when another
        gateway may take it
    :param bool stops: whether the next message would get the same answer
    """

    def __init__(self, state, by, text="", stops=False):
        super().__init__(text)
        self.state, self.by, self.stops = state, by, stops


class Unknown(GatewayError):
    """The message may have been taken."""


class BadSignature(GatewayError):
    """A report was not made by the gateway it claims to come from."""


def bad_number(text=""):
    return Refused("wrong_number_format", MESSAGE, text)


def no_credit(text=""):
    return Refused("insufficient_credit", GATEWAY, text, stops=True)


def bad_login(text=""):
    return Refused("unregistered", GATEWAY, text, stops=True)


def sender_refused(text=""):
    return Refused("registration_needed", GATEWAY, text)


def barred_number(text=""):
    return Refused("barred_number", MESSAGE, text)


def not_taken(text=""):
    """For what says no more than no."""
    return Refused("server_error", GATEWAY, text)


def country_not_served(text=""):
    return Refused("country_not_supported", GATEWAY, text)


def refused_everywhere(text=""):
    return Refused("server_error", MESSAGE, text)


# What a code of a gateway can be said to mean.
MEANINGS = {
    "bad_number": bad_number,
    "no_credit": no_credit,
    "bad_login": bad_login,
    "barred_number": barred_number,
    "sender_refused": sender_refused,
    "country": country_not_served,
    "refused_here": not_taken,
    "refused": refused_everywhere,
    "unknown": Unknown,
}
STATES = {"accepted", "delivered", "failed", "expired", "never_seen"}
# For certain refusals without a known code: what their text is about.
WORDS = (
    (r"block|black ?list|opt.?out|unsubscri|do.not.disturb|\bdnd\b", barred_number),
    (r"credit|balance|insufficient|quota", no_credit),
    (r"auth|login|credential|api.?key|secret|permission|account", bad_login),
    (r"sender|\bfrom\b", sender_refused),
    (r"msisdn|phone|number|destination|recipient", bad_number),
)


def by_words(text, otherwise=not_taken):
    """:param text: why a gateway has certainly refused a message
    :param otherwise: makes the Refused where no word is known
    :return: the Refused that fits best; only who else is asked hangs on it"""
    for pattern, refusal in WORDS:
        if re.search(pattern, text or "", re.IGNORECASE):
            return refusal(text)
    return otherwise(text)


@dataclass(frozen=True)
class Accepted:
    """:param ref: how the gateway calls the message
    :param credit: number of credits it took, None when it does not say
    :param price: money it took, None when it does not say"""

    ref: str = ""
    credit: Decimal | None = None
    price: Decimal | None = None
    state: str = "success"


@dataclass(frozen=True)
class Balance:
    """What is left at the gateway; None for what it does not count in."""

    credits: Decimal | None = None
    money: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Report:
    """What became of a message.

    :param uuid: our id, "" when the gateway only gives its own
    :param state: ``accepted``, ``delivered``, ``failed``, ``expired``, and in answers
        to a query ``never_seen``: it can be sent again without harm
    :param detail: the gateway's reason, without personal data
    :param at: when (UTC, naive), None when it is not said
    """

    uuid: str
    ref: str
    state: str
    detail: str = ""
    at: datetime | None = None


def number_of(value):
    """:return: a Decimal, None for what is no finite number"""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def digits(number):
    """:return: an international number as gateways without a plus want it"""
    return number.lstrip("+")


def local_thai(number):
    """:return: a Thai number as it is dialled at home, any other unchanged"""
    return f"0{number[3:]}" if number.startswith("+66") else number


def basic_auth(user, password):
    pair = f"{user}:{password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
