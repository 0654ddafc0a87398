"""The member's card as a picture, to keep in a phone's album or to send in a chat."""

import io
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from odoo.tools import file_path

from .qr_svg import QUIET, qr_matrix
from .shop_image import CARD_SIZE, to_png

WIDTH, HEIGHT = CARD_SIZE
MARGIN = 52
LOGO_HEIGHT, LOGO_WIDTH = 116, 300
QR_SIDE = 330
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


@dataclass(frozen=True)
class CardLook:
    """What the picture of a card shows.

    Colours are ``#rrggbb``; ``scrim`` is a pair of a colour and an opacity 0 to 1, the
    layer over the picture; ``logo`` and ``picture`` are bytes of image files or None.
    """

    shop: str
    name: str
    label: str
    number: str
    tier: str
    code: str
    ground: str
    ink: str
    scrim: tuple
    logo: bytes | None = None
    picture: bytes | None = None


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
def _font(size, bold, thai):
    bold_path, regular_path = thai_fonts() if thai else map(file_path, LATIN_FONTS)
    return ImageFont.truetype(bold_path if bold else regular_path, size)


def _runs(text, size, bold):
    """Thai and other letters stand in different fonts: pieces of a text, each with its
    own; pieces without a font are left out."""
    for piece in filter(None, THAI.split(text)):
        thai = bool(THAI.fullmatch(piece))
        if not thai or thai_fonts():
            yield piece, _font(size, bold, thai)


def _width(text, size, bold):
    return sum(font.getlength(piece) for piece, font in _runs(text, size, bold))


def _fit(text, size, bold, room):
    """:return: pair (text, size) that fits into a width: smaller first, then cut off"""
    while size > SMALLEST and _width(text, size, bold) > room:
        size -= 2
    while text and _width(text, size, bold) > room:
        text = text.rstrip("…")[:-1] + "…" if len(text.rstrip("…")) > 1 else ""
    return text, size


def _write(draw, place, text, size, colour, *, bold=True, room=WIDTH):
    """Write a line whose base line begins at a place.

    :return: its width
    """
    text, size = _fit(text, size, bold, room)
    x, y = place
    start = x
    for piece, font in _runs(text, size, bold):
        draw.text((x, y), piece, fill=colour, font=font, anchor="ls")
        x += font.getlength(piece)
    return x - start


def draw_card(look):
    """:param CardLook look:
    :return: bytes of a PNG file in the proportions of a bank card, 300 dots an inch"""
    image = Image.new("RGB", CARD_SIZE, look.ground)
    if look.picture:
        _draw_picture(image, look)
    draw = ImageDraw.Draw(image)
    left = MARGIN + _draw_logo(image, look)
    right = WIDTH - MARGIN - _draw_tier(draw, look)
    _write(draw, (left, 128), look.shop, 50, look.ink, room=right - left - 24)
    room = WIDTH - 2 * MARGIN - QR_SIDE - 32
    bottom = HEIGHT - MARGIN
    _write(draw, (MARGIN, bottom - 132), look.name, 60, look.ink, room=room)
    _write(draw, (MARGIN, bottom - 60), look.label, 28, look.ink, bold=False, room=room)
    _write(draw, (MARGIN, bottom - 8), look.number, 46, look.ink, room=room)
    _draw_qr(image, look.code)
    return to_png(image)


def _draw_picture(image, look):
    picture = Image.open(io.BytesIO(look.picture)).convert("RGB").resize(CARD_SIZE)
    colour, opacity = look.scrim
    image.paste(Image.blend(picture, Image.new("RGB", CARD_SIZE, colour), opacity))


def _draw_logo(image, look):
    """:return: the width that the logo takes, with the gap behind it"""
    if not look.logo:
        return 0
    logo = Image.open(io.BytesIO(look.logo)).convert("RGBA")
    share = min(LOGO_HEIGHT / logo.height, LOGO_WIDTH / logo.width)
    logo = logo.resize((round(logo.width * share), round(logo.height * share)))
    image.paste(logo, (MARGIN, 110 - logo.height // 2), logo)
    return logo.width + 24


def _draw_tier(draw, look):
    """:return: the width that the name of the tier takes"""
    if not look.tier or not can_draw(look.tier):
        return 0
    text, size = _fit(look.tier, 34, True, 300)
    width = _width(text, size, True)
    right = WIDTH - MARGIN
    box = (right - width - 48, 78, right, 142)
    draw.rounded_rectangle(box, radius=32, outline=look.ink, width=3)
    _write(draw, (right - width - 24, 122), text, size, look.ink)
    return width + 48


def _draw_qr(image, code):
    """White square with the code, each module a whole number of dots."""
    matrix = qr_matrix(code)
    size = len(matrix) + 2 * QUIET
    dots = QR_SIDE // size
    left, top = WIDTH - MARGIN - QR_SIDE, HEIGHT - MARGIN - QR_SIDE
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(
        (left, top, left + QR_SIDE, top + QR_SIDE), radius=14, fill="white"
    )
    shift = (QR_SIDE - size * dots) // 2 + QUIET * dots
    for line, row in enumerate(matrix):
        for column, dark in enumerate(row):
            if dark:
                x, y = left + shift + column * dots, top + shift + line * dots
                draw.rectangle((x, y, x + dots - 1, y + dots - 1), fill="black")
