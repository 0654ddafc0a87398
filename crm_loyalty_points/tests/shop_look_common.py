import base64
import io

from PIL import Image

from odoo.tests import TransactionCase


def picture(width, height, fmt="PNG", **save):
    """:return: base64 of a picture with a red left and a blue right half"""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    stream = io.BytesIO()
    image.save(stream, fmt, **save)
    return base64.b64encode(stream.getvalue())


def opened(content):
    return Image.open(io.BytesIO(base64.b64decode(content)))


class ShopCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([("company_id", "=", cls.env.company.id)]).unlink()
        cls.shop = cls.env["crm.shop"].create({"name": "Baan Suan", "slug": "baan"})
