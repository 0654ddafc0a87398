"""Pictures to try things with."""

import base64
import io

from PIL import Image


def picture(colour="red", size=(2000, 1000), kind="JPEG", exif=b""):
    """:return: bytes of a picture"""
    result = io.BytesIO()
    Image.new("RGB", size, colour).save(result, kind, exif=exif)
    return result.getvalue()


def encoded(data):
    """:return: str of base64, as the browser sends it"""
    return base64.b64encode(data).decode()
