"""Pictures of rich menus: checked when uploaded, else drawn in the shop's colours."""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from odoo.tools import file_path

from odoo.addons.crm_loyalty_points.tools import picture_text
from odoo.addons.crm_loyalty_points.tools.shop_image import NotAPicture, open_picture

# What LINE takes.
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
MOST_BYTES = 1_000_000
SMALLEST_WIDTH, LARGEST_WIDTH = 800, 2500
SMALLEST_HEIGHT = 250
SMALLEST_RATIO = 1.45
# How far the sides of an uploaded picture may be from those of the layout.
RATIO_SLACK = 0.02
ICON_FONT = "web/static/src/libs/fontawesome/fonts/fontawesome-webfont.ttf"
# Signs of Font Awesome 4, which comes with Odoo.
ICONS = {
    "card": "\uf2bb",
    "gift": "\uf06b",
    "ticket": "\uf145",
    "history": "\uf1da",
    "bag": "\uf290",
    "star": "\uf005",
    "home": "\uf015",
    "map": "\uf041",
    "globe": "\uf0ac",
    "phone": "\uf095",
    "chat": "\uf075",
    "tag": "\uf02b",
}
GAP = 10
QUALITIES = (90, 82, 74, 60, 45)


class BadPicture(ValueError):
    """LINE would not take the picture; ``reason`` says why, ``facts`` how it is."""

    def __init__(self, reason, **facts):
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True)
class AreaLook:
    """One area as it is drawn: box (x, y, width, height) and colours ``#rrggbb``."""

    box: tuple
    words: str
    icon: str
    ground: str
    ink: str


def check_picture(source, size):
    """Whether LINE takes a picture for a layout.

    :param bytes source: of the file
    :param size: (width, height) of the layout
    :return: (width, height, mimetype)
    :raise BadPicture: reasons ``kind``, ``bytes``, ``width``, ``height``, ``ratio``
    """
    try:
        with Image.open(io.BytesIO(source)) as image:
            kind, (width, height) = image.format, image.size
        # a cut file has a good head
        open_picture(source)
    except Exception as error:
        raise BadPicture("kind") from error
    if kind not in FORMATS:
        raise BadPicture("kind")
    if len(source) > MOST_BYTES:
        raise BadPicture("bytes", size=len(source) / MOST_BYTES)
    if not SMALLEST_WIDTH <= width <= LARGEST_WIDTH:
        raise BadPicture("width", width=width)
    wanted = size[0] / size[1]
    ratio = width / height
    if abs(ratio - wanted) > wanted * RATIO_SLACK or ratio < SMALLEST_RATIO:
        raise BadPicture("ratio", width=width, height=height, wanted=size)
    if height < SMALLEST_HEIGHT:
        raise BadPicture("height", height=height)
    return width, height, FORMATS[kind]


def shrink_picture(source, size):
    """A picture of any size, cut and packed so that LINE takes it.

    :return: bytes of a JPEG file
    :raise BadPicture: no picture
    """
    try:
        image = open_picture(source)
    except NotAPicture as error:
        raise BadPicture("kind") from error
    own = image.width / image.height
    wanted = size[0] / size[1]
    if own > wanted:
        cut = round(image.height * wanted)
        left = (image.width - cut) // 2
        image = image.crop((left, 0, left + cut, image.height))
    elif own < wanted:
        cut = round(image.width / wanted)
        top = (image.height - cut) // 2
        image = image.crop((0, top, image.width, top + cut))
    image = image.resize(size, Image.Resampling.LANCZOS)
    return to_jpeg(image)


def draw_menu(size, looks, gap_colour):
    """:param looks: list of AreaLook
    :return: bytes of a JPEG file of at most 1 MB"""
    image = Image.new("RGB", size, gap_colour)
    draw = ImageDraw.Draw(image)
    for look in looks:
        _draw_area(draw, look)
    return to_jpeg(image)


def to_jpeg(image, most=MOST_BYTES):
    """:return: bytes of a JPEG file, as good as fits"""
    if image.mode != "RGB":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    for quality in QUALITIES:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= most:
            break
    return stream.getvalue()


def small_copy(source, width=750):
    """:return: bytes of a small JPEG file of a picture, to look at on a screen"""
    image = Image.open(io.BytesIO(source))
    image.thumbnail((width, width), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=80)
    return stream.getvalue()


@lru_cache(maxsize=16)
def _icon_font(size):
    return ImageFont.truetype(file_path(ICON_FONT), size)


def _draw_area(draw, look):
    x, y, width, height = look.box
    draw.rectangle(
        (x + GAP, y + GAP, x + width - GAP - 1, y + height - GAP - 1), fill=look.ground
    )
    icon = ICONS.get(look.icon)
    lines = [line for line in (look.words or "").split("\n") if line.strip()]
    icon_size = round(min(height * 0.34, width * 0.4)) if icon else 0
    text_size = round(min(height * 0.13, width * 0.13))
    room = width - 2 * GAP - round(width * 0.08)
    step = round(text_size * 1.45)
    total = icon_size + (icon and lines and round(height * 0.07) or 0)
    total += step * len(lines)
    top = y + (height - total) // 2
    middle = x + width // 2
    if icon:
        font = _icon_font(icon_size)
        draw.text(
            (middle, top + icon_size // 2), icon, fill=look.ink, font=font, anchor="mm"
        )
        top += icon_size + (round(height * 0.07) if lines else 0)
    for line in lines:
        text, size = picture_text.fit(line.strip(), text_size, True, room)
        left = middle - picture_text.line_width(text, size, True) / 2
        place = (left, top + round(step * 0.75))
        picture_text.write(draw, place, text, size, look.ink, room=room + 1)
        top += step
