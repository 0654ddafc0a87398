"""Words in pictures: Thai and Latin letters, each from a font of this machine."""

import os
import re
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from odoo.tools import file_path

SMALLEST = 20
THAI = re.compile(r"([\u0e00-\u0e7f]+)")
# Where systems keep fonts, and which of them hold Thai, the most readable first.
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
    "C:/Windows/Fonts",
)
THAI_FONTS = (
    ("NotoSansThai-Bold.ttf", "NotoSansThai-Regular.ttf"),
    ("NotoSansThaiUI-Bold.ttf", "NotoSansThaiUI-Regular.ttf"),
    ("NotoSansThai-Bold.otf", "NotoSansThai-Regular.otf"),
    ("Sarabun-Bold.ttf", "Sarabun-Regular.ttf"),
    ("Garuda-Bold.ttf", "Garuda.ttf"),
    ("Garuda-Bold.otf", "Garuda.otf"),
    ("Loma-Bold.ttf", "Loma.ttf"),
    ("Loma-Bold.otf", "Loma.otf"),
    ("Waree-Bold.ttf", "Waree.ttf"),
    ("LeelaUIb.ttf", "LeelawUI.ttf"),
    ("tahomabd.ttf", "tahoma.ttf"),
    ("Tahoma Bold.ttf", "Tahoma.ttf"),
)
# Comes with Odoo, so that Latin letters and digits can always be drawn.
LATIN_FONTS = (
    "web/static/fonts/google/Open_Sans/Open_Sans-Bold.ttf",
    "web/static/fonts/google/Open_Sans/Open_Sans-Regular.ttf",
)


@lru_cache(maxsize=1)
def thai_fonts():
    """:return: pair of paths (bold, regular) of a font with Thai letters, None when the
    machine has none"""
    found = {}
    for folder in FONT_FOLDERS:
        for place, _folders, names in os.walk(Path(folder).expanduser()):
            found.update({name: os.path.join(place, name) for name in names})
    for bold, regular in THAI_FONTS:
        if regular in found:
            return found.get(bold, found[regular]), found[regular]
    return None


def can_draw(text):
    """:return: whether this machine has the letters of a text"""
    return not THAI.search(text or "") or thai_fonts() is not None


@lru_cache(maxsize=64)
def font_of(size, bold, thai):
    """:return: PIL font; Thai ones only where the machine has them"""
    bold_path, regular_path = thai_fonts() if thai else map(file_path, LATIN_FONTS)
    return ImageFont.truetype(bold_path if bold else regular_path, size)


def runs(text, size, bold):
    """Thai and other letters stand in different fonts: pieces of a text, each with its
    own; pieces without a font are left out."""
    for piece in filter(None, THAI.split(text)):
        thai = bool(THAI.fullmatch(piece))
        if not thai or thai_fonts():
            yield piece, font_of(size, bold, thai)


def line_width(text, size, bold):
    """:return: how wide a line becomes, in pixels"""
    return sum(font.getlength(piece) for piece, font in runs(text, size, bold))


def fit(text, size, bold, room):
    """:return: pair (text, size) that fits into a width: smaller first, then cut off"""
    while size > SMALLEST and line_width(text, size, bold) > room:
        size -= 2
    while text and line_width(text, size, bold) > room:
        text = text.rstrip("…")[:-1] + "…" if len(text.rstrip("…")) > 1 else ""
    return text, size


def write(draw, place, text, size, colour, *, bold=True, room):
    """Write a line whose base line begins at a place.

    :return: its width
    """
    text, size = fit(text, size, bold, room)
    x, y = place
    start = x
    for piece, font in runs(text, size, bold):
        draw.text((x, y), piece, fill=colour, font=font, anchor="ls")
        x += font.getlength(piece)
    return x - start
