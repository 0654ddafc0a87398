"""Pictures of a shop, cut to the shape in which pages show them."""

import io

from PIL import Image, ImageChops, ImageDraw

from odoo.tools.image import ImageProcess

# What phones and drawing programs save; anything else may hold scripts or frames.
FORMATS = ("PNG", "JPEG")
MOST_BYTES = 10 * 1024 * 1024
# Longest side, in pixels, of what pages load: sharp on phones with three dots a pixel.
LOGO_SIDE = 288
WIDE_SIZE = (576, 192)
# A wide logo keeps its own proportions between these, width to height.
WIDEST, NARROWEST = 4, 2
CARD_SIZE = (1012, 638)
SMOOTH = 4


class NotAPicture(ValueError):
    """The bytes are no picture that can be used."""


def open_picture(source):
    """A picture as a camera held it, without whatever else the file said (place, name).

    :param bytes source: of a PNG or JPEG file
    :return: PIL image, upright, mode RGB or RGBA
    :raise NotAPicture: another kind of file, a damaged one, one too large
    """
    if len(source) > MOST_BYTES:
        raise NotAPicture
    try:
        process = ImageProcess(source)
        if not process.image or process.original_format not in FORMATS:
            raise NotAPicture
        image = process.image
        clear = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if clear else "RGB")
    except NotAPicture:
        raise
    # a damaged file breaks decoders in many ways
    except Exception as error:
        raise NotAPicture from error
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def crop(image, width, height):
    """The middle of a picture in the proportions of ``width`` to ``height``, never
    enlarged.

    :return: PIL image
    """
    own_width, own_height = image.size
    cut_width = min(own_width, max(own_height * width // height, 1))
    cut_height = min(own_height, max(own_width * height // width, 1))
    left, top = (own_width - cut_width) // 2, (own_height - cut_height) // 2
    image = image.crop((left, top, left + cut_width, top + cut_height))
    if image.width > width:
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    return image


def shape_logo(source, shape):
    """A logo in its shape.

    :param bytes source: of the file
    :param str shape: ``round`` (see-through outside of the circle), ``square`` or
        ``wide``
    :return: bytes of a PNG file
    :raise NotAPicture:
    """
    image = open_picture(source)
    if shape == "wide":
        ratio = min(max(image.width / image.height, NARROWEST), WIDEST)
        width, height = WIDE_SIZE
        # as wide as there is room, or as high
        width, height = (
            (width, round(width / ratio))
            if ratio > width / height
            else (round(height * ratio), height)
        )
        return to_png(crop(image, width, height))
    image = crop(image, LOGO_SIDE, LOGO_SIDE)
    return to_png(cut_round(image) if shape == "round" else image)


def cut_round(image):
    """:return: the picture, see-through outside of the largest circle or ellipse"""
    large = (image.width * SMOOTH, image.height * SMOOTH)
    mask = Image.new("L", large)
    ImageDraw.Draw(mask).ellipse((0, 0, large[0] - 1, large[1] - 1), fill=255)
    mask = mask.resize(image.size, Image.Resampling.LANCZOS)
    image = image.convert("RGBA")
    image.putalpha(ImageChops.multiply(mask, image.getchannel("A")))
    return image


def shape_card(source):
    """A picture in the proportions of a card.

    :param bytes source: of the file
    :return: bytes of a JPEG file, see-through parts white
    :raise NotAPicture:
    """
    image = crop(open_picture(source), *CARD_SIZE)
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82, optimize=True)
    return stream.getvalue()


def to_png(image):
    """:return: bytes of a PNG file"""
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
