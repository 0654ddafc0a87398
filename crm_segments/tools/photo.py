"""Photos that people send: only the picture is kept. Plain Python, no ORM."""

import io
from datetime import datetime

from PIL import Image, ImageOps

MAX_PHOTO_BYTES = 12 * 1024 * 1024
MAX_PHOTO_PIXELS = 50_000_000
PHOTO_SIDE = 1600
# Those that Odoo itself reads; phones send one of them.
PHOTO_FORMATS = ["JPEG", "PNG", "GIF"]
# Where cameras write when a photo was taken.
EXIF_DETAILS, EXIF_TAKEN = 0x8769, 0x9003


def redraw(data, side=PHOTO_SIDE):
    """Draw a photo anew, so that nothing is kept but the picture: no place where it
    was taken, nothing hidden in the file.

    :param bytes data: of a JPEG, PNG or GIF
    :param int side: most pixels a side
    :return: bytes of a JPEG, None for nothing
    :raise ValueError: photo_big or photo_bad
    """
    if not data:
        return None
    if len(data) > MAX_PHOTO_BYTES:
        raise ValueError("photo_big")
    image = _open_photo(data)
    if image.width * image.height > MAX_PHOTO_PIXELS:
        raise ValueError("photo_big")
    try:
        image = ImageOps.exif_transpose(image).convert("RGB")
        image.thumbnail((side, side))
    except Exception as error:  # whatever a broken file makes the decoder do
        raise ValueError("photo_bad") from error
    result = io.BytesIO()
    # a new file, drawn from the pixels alone
    Image.frombytes("RGB", image.size, image.tobytes()).save(
        result, "JPEG", quality=85, optimize=True
    )
    return result.getvalue()


def taken_on(data):
    """:param bytes data: of a photo
    :return: date on which the camera says it was taken, None when it does not say
    :raise ValueError: photo_bad
    """
    image = _open_photo(data)
    try:
        text = image.getexif().get_ifd(EXIF_DETAILS).get(EXIF_TAKEN)
        return datetime.strptime(text[:10], "%Y:%m:%d").date()
    except Exception:  # missing, or whatever a broken file makes the decoder do
        return None


def _open_photo(data):
    """Read the head of a file: nothing is unpacked yet."""
    try:
        return Image.open(io.BytesIO(data), formats=PHOTO_FORMATS)
    except Exception as error:  # whatever a broken file makes the decoder do
        raise ValueError("photo_bad") from error
