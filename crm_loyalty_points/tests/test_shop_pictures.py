import base64
import io

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .shop_look_common import ShopCase, opened, picture


@tagged("post_install", "-at_install")
class TestShopLogo(ShopCase):
    """M3: whatever a shop uploads appears in its shape, and no file that could carry
    more than a picture gets in."""

    def test_shapes(self):
        self.shop.write({"logo_original": picture(400, 200), "logo_shape": "square"})
        logo = opened(self.shop.logo)
        self.assertEqual((logo.format, logo.size), ("PNG", (200, 200)))
        self.assertEqual(logo.getpixel((5, 100))[:3], (255, 0, 0))
        self.assertEqual(logo.getpixel((195, 100))[:3], (0, 0, 255))
        version = self.shop.logo_version
        self.shop.logo_shape = "round"
        logo = opened(self.shop.logo)
        self.assertEqual(logo.size, (200, 200))
        self.assertEqual(logo.getpixel((1, 1))[3], 0)
        self.assertEqual(logo.getpixel((100, 2))[3], 255)
        self.assertNotEqual(self.shop.logo_version, version)

    def test_wide_keeps_its_own_proportions_within_reason(self):
        sizes = {
            (900, 300): (576, 192),
            (1600, 200): (576, 144),
            (400, 400): (384, 192),
            (2000, 800): (480, 192),
        }
        self.shop.logo_shape = "wide"
        for (width, height), wanted in sizes.items():
            with self.subTest(width=width, height=height):
                self.shop.logo_original = picture(width, height)
                self.assertEqual(opened(self.shop.logo).size, wanted)

    def test_never_enlarged(self):
        self.shop.write({"logo_original": picture(40, 40), "logo_shape": "square"})
        self.assertEqual(opened(self.shop.logo).size, (40, 40))

    def test_upright_and_without_what_a_camera_adds(self):
        exif = Image.Exif()
        exif[0x112] = 6
        exif[0x10F] = "Camera of Somchai"
        # red is left in the file: shown on top
        self.shop.write(
            {
                "logo_original": picture(300, 300, "JPEG", exif=exif, quality=95),
                "logo_shape": "square",
            }
        )
        logo = opened(self.shop.logo)
        self.assertGreater(logo.getpixel((144, 10))[0], 200)
        self.assertGreater(logo.getpixel((144, 278))[2], 200)
        self.assertFalse(logo.getexif())
        self.assertNotIn(b"Somchai", base64.b64decode(self.shop.logo))

    def test_card_picture_has_the_card_s_proportions(self):
        self.shop.card_picture_original = picture(3000, 1000)
        shown = opened(self.shop.card_picture)
        self.assertEqual(shown.format, "JPEG")
        self.assertAlmostEqual(shown.width / shown.height, 1.586, places=2)

    def test_other_files_are_refused(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
        whole = base64.b64decode(picture(100, 100))
        gif = io.BytesIO()
        Image.new("P", (9, 9)).save(gif, "GIF")
        broken = {
            "svg": svg,
            "html": b"<html/>",
            "text": b"hello",
            "cut off": whole[:20],
            "gif": gif.getvalue(),
            "too large": whole + b"0" * 10 * 1024 * 1024,
            "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"0" * 50,
        }
        for name, content in broken.items():
            for field in ("logo_original", "card_picture_original"):
                with self.subTest(name, field=field), self.assertRaises(UserError):
                    self.shop[field] = base64.b64encode(content)
                    self.shop.flush_recordset()

    def test_taking_it_away(self):
        self.shop.logo_original = picture(50, 50)
        self.assertTrue(self.shop._get_picture_url("logo"))
        self.shop.logo_original = False
        self.assertFalse(self.shop.logo)
        self.assertFalse(self.shop._get_picture_url("logo"))


@tagged("post_install", "-at_install")
class TestShopPictures(HttpCase):
    """The only file of a shop that is open to all is its logo and its card picture."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([("company_id", "=", cls.env.company.id)]).unlink()
        cls.shop = cls.env["crm.shop"].create(
            {
                "name": "Baan Suan",
                "slug": "baan",
                "logo_original": picture(300, 300),
                "card_background": "picture",
                "card_picture_original": picture(900, 900),
            }
        )

    def test_open_to_all_and_kept_for_good(self):
        for part, mimetype in (("logo", "image/png"), ("card", "image/jpeg")):
            answer = self.url_open(self.shop._get_picture_url(part))
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(answer.headers["Content-Type"], mimetype)
            self.assertIn("immutable", answer.headers["Cache-Control"])
            self.assertIn("public", answer.headers["Cache-Control"])
            self.assertNotIn("Set-Cookie", answer.headers)
            Image.open(io.BytesIO(answer.content)).load()

    @mute_logger("odoo.http")
    def test_nothing_else(self):
        version = self.shop.logo_version
        for path in (
            f"baan/picture/logo-{version[:-1]}0.png",
            "baan/picture/logo-0.png",
            f"baan/picture/logo-{version}.jpeg",
            f"baan/picture/card-{version}.png",
            f"baan/picture/logo_original-{version}.png",
            f"baan/picture/slug-{version}.png",
            f"other/picture/logo-{version}.png",
            f"{self.shop.id}/picture/logo-{version}.png",
        ):
            with self.subTest(path):
                answer = self.url_open(f"/member/{path}")
                self.assertEqual(answer.status_code, 404)
        for field in ("logo", "logo_original"):
            answer = self.url_open(f"/web/image/crm.shop/{self.shop.id}/{field}")
            self.assertNotIn(b"IHDR\x00\x00\x01\x2c", answer.content)
        url = self.shop._get_picture_url("logo")
        self.shop.active = False
        self.assertEqual(self.url_open(url).status_code, 404)
