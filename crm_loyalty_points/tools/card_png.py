"""The member's card as a picture, to keep in a phone's album or to send in a chat."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from .picture_text import can_draw, fit, line_width, write
from .qr_svg import QUIET, qr_matrix
from .shop_image import CARD_SIZE, to_png

WIDTH, HEIGHT = CARD_SIZE
MARGIN = 52
LOGO_HEIGHT, LOGO_WIDTH = 116, 300
QR_SIDE = 330


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


def draw_card(look):
    """:param CardLook look:
    :return: bytes of a PNG file in the proportions of a bank card, 300 dots an inch"""
    image = Image.new("RGB", CARD_SIZE, look.ground)
    if look.picture:
        _draw_picture(image, look)
    draw = ImageDraw.Draw(image)
    left = MARGIN + _draw_logo(image, look)
    right = WIDTH - MARGIN - _draw_tier(draw, look)
    write(draw, (left, 128), look.shop, 50, look.ink, room=right - left - 24)
    room = WIDTH - 2 * MARGIN - QR_SIDE - 32
    bottom = HEIGHT - MARGIN
    write(draw, (MARGIN, bottom - 132), look.name, 60, look.ink, room=room)
    write(draw, (MARGIN, bottom - 60), look.label, 28, look.ink, bold=False, room=room)
    write(draw, (MARGIN, bottom - 8), look.number, 46, look.ink, room=room)
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
    text, size = fit(look.tier, 34, True, 300)
    width = line_width(text, size, True)
    right = WIDTH - MARGIN
    box = (right - width - 48, 78, right, 142)
    draw.rounded_rectangle(box, radius=32, outline=look.ink, width=3)
    write(draw, (right - width - 24, 122), text, size, look.ink, room=300)
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
