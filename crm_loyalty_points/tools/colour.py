"""Whether text can be read on a colour, and the nearest colours on which it can."""

import re
from functools import lru_cache

HEX = re.compile(r"#[0-9a-fA-F]{6}")
# What WCAG asks of text of ordinary size (success criterion 1.4.3, level AA).
READABLE = 4.5


def is_colour(text):
    """:return: whether a text is a colour as ``#rrggbb``"""
    return bool(HEX.fullmatch(text or ""))


def rgb(colour):
    """:param str colour: ``#rrggbb``
    :return: tuple of three integers, 0 to 255"""
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def to_hex(channels):
    """:return: ``#rrggbb`` of three numbers, 0 to 255"""
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)


def luminance(colour):
    """Relative luminance, 0 for black to 1 for white.

    Formula: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance

    :param str colour: ``#rrggbb``
    """

    def linear(channel):
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio of two colours, 1 to 21.

    Formula: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_readable(text, ground):
    """:return: whether text of one colour can be read on the other"""
    return contrast(text, ground) >= READABLE


def mix(colour, other, share):
    """:param float share: of the other colour, 0 to 1
    :return: ``#rrggbb`` between two colours, as a layer of the other at that opacity"""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return to_hex(a + (b - a) * share for a, b in pairs)


def distance(one, other):
    """:return: how far two colours are from each other, straight through RGB"""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


# every page asks for these two
@lru_cache(maxsize=256)
def nearest_readable(colour, against):
    """The colour nearest to one, darker or lighter in the same tone, that can be read
    with another.

    :return: ``#rrggbb``; the colour itself when it can be read already
    """
    shades = [
        shade
        for end in ("#000000", "#ffffff")
        if (shade := _first_readable(colour, end, against))
    ]
    return min(shades, key=lambda shade: distance(colour, shade))


def _first_readable(colour, end, against):
    shades = (mix(colour, end, step / 255) for step in range(256))
    return next((shade for shade in shades if is_readable(shade, against)), None)


def proposal(text, ground):
    """The smaller change by which a text can be read on its ground.

    :return: pair (text, ground) of ``#rrggbb``, at most one of them changed
    """
    other_text = nearest_readable(text, ground)
    other_ground = nearest_readable(ground, text)
    if distance(text, other_text) < distance(ground, other_ground):
        return other_text, ground
    return text, other_ground


@lru_cache(maxsize=256)
def scrim(text):
    """A layer over any picture on which text of a colour can be read.

    Mixing with the layer moves each channel of each pixel between what white and what
    black become under it, and luminance grows with each channel: when text can be
    read on both ends, it can be read on every pixel.

    :return: pair (``#000000`` or ``#ffffff``, opacity 0 to 1 in steps of a hundredth)
    """
    ends = ("#000000", "#ffffff")
    layer = max(ends, key=lambda end: contrast(text, end))
    enough = next(
        percent
        for percent in range(101)
        if _all_on_one_side(text, [mix(end, layer, percent / 100) for end in ends])
    )
    # browsers round the mixed channels each in their own way
    return layer, min(enough + 2, 100) / 100


def _all_on_one_side(text, grounds):
    brightness = luminance(text)
    sides = {luminance(ground) > brightness for ground in grounds}
    return len(sides) == 1 and all(is_readable(text, ground) for ground in grounds)
