"""How many parts a text message has, and so what it costs.

A text of the GSM-7 alphabet holds 160 characters, or 153 in each part of a longer one;
``^{}\\[~]|€`` and the form feed take two. One character of any other script (each Thai
one) turns the whole text into UCS-2: 70 units, or 67 in each part, counted in UTF-16,
where an emoji takes two. Neither pair is split over two parts, so dividing by the size
of a part can count one too few: then smsutil cuts the text.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from smsutil import gsm_split, unicode_split

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
GSM, UCS2 = "gsm", "ucs2"
SINGLE = {GSM: 160, UCS2: 70}
MULTIPLE = {GSM: 153, UCS2: 67}

_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENSION)}]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Parts(NamedTuple):
    """``units`` are septets or UTF-16 units; ``unicode_characters`` those that force
    Unicode, each once, in the order of the text."""

    parts: int
    encoding: str
    units: int
    unicode_characters: str


def count(text):
    """:return: ``Parts`` of a text; an empty one is sent as one part"""
    text = text or ""
    if _FOREIGN.search(text) is None:
        wide = len(_EXTENDED.findall(text))
        return Parts(_parts(text, GSM, wide), GSM, len(text) + wide, "")
    wide = len(_ASTRAL.findall(text))
    foreign = "".join(dict.fromkeys(_FOREIGN.findall(text)))
    return Parts(_parts(text, UCS2, wide), UCS2, len(text) + wide, foreign)


def number(text):
    """:return: the number of parts and the encoding: all that a price needs"""
    if _FOREIGN.search(text) is None:
        return _parts(text, GSM, len(_EXTENDED.findall(text))), GSM
    return _parts(text, UCS2, len(_ASTRAL.findall(text))), UCS2


def _parts(text, encoding, wide):
    """:param int wide: how many characters take two units"""
    units = len(text) + wide
    if units <= SINGLE[encoding]:
        return 1
    if not wide:
        return -(-units // MULTIPLE[encoding])
    cut = gsm_split if encoding == GSM else unicode_split
    return len(cut(text).parts)


def saves(text):
    """How many characters to take off the end for one part less.

    :return: int, 0 when the text has one part only
    """
    now = count(text)
    if now.parts == 1:
        return 0
    # fewer characters never make more parts, so the longest shorter text is searched
    # for by halves; cutting the only foreign character counts, too
    short, long = 0, len(text)
    while long - short > 1:
        middle = (short + long) // 2
        if number(text[:middle])[0] < now.parts:
            short = middle
        else:
            long = middle
    return len(text) - short


@lru_cache(maxsize=1)
def alphabet():
    """:return: the characters that do not force Unicode, for use in a page"""
    return BASIC + EXTENSION
