import base64
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crm_shop_theme import COLOURS
from ..tools import colour
from ..tools.contact_link import contact_url
from ..tools.qr_svg import QUIET, qr_matrix, qr_svg
from .random_size import SEQUENCES

some = settings(deadline=None, max_examples=SEQUENCES)
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def picture(width, height, fmt="PNG", **save):
    """:return: base64 of a picture with a red left and a blue right half"""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    stream = io.BytesIO()
    image.save(stream, fmt, **save)
    return base64.b64encode(stream.getvalue())


def opened(content):
    return Image.open(io.BytesIO(base64.b64decode(content)))


def ratio_by_the_book(one, other):
    """The contrast ratio as the text of the standard spells it, channel by channel."""
    brightness = []
    for hexed in (one, other):
        total = 0
        for weight, start in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
            share = int(hexed[start : start + 2], 16) / 255
            if share <= 0.04045:
                total += weight * share / 12.92
            else:
                total += weight * ((share + 0.055) / 1.055) ** 2.4
        brightness.append(total)
    return (max(brightness) + 0.05) / (min(brightness) + 0.05)


class ShopCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([("company_id", "=", cls.env.company.id)]).unlink()
        cls.shop = cls.env["crm.shop"].create({"name": "Baan Suan", "slug": "baan"})


@tagged("post_install", "-at_install")
class TestShopColours(ShopCase):
    """M7: members of every age read what the shop writes, on its colours and on any
    picture."""

    def test_known_ratios(self):
        self.assertAlmostEqual(colour.contrast("#000000", "#ffffff"), 21)
        self.assertAlmostEqual(colour.contrast("#777777", "#ffffff"), 4.478, places=3)
        self.assertFalse(colour.is_readable("#777777", "#ffffff"))
        self.assertTrue(colour.is_readable("#767676", "#ffffff"))

    @some
    @given(one=colours, other=colours)
    def test_the_ratio_is_the_standard_s(self, one, other):
        self.assertAlmostEqual(
            colour.contrast(one, other), ratio_by_the_book(one, other), places=9
        )

    @some
    @given(text=colours, ground=colours)
    def test_what_is_proposed_can_be_read(self, text, ground):
        pair = colour.proposal(text, ground)
        self.assertTrue(colour.is_readable(*pair))
        if colour.is_readable(text, ground):
            self.assertEqual(pair, (text, ground))
        else:
            self.assertEqual(
                sum(old == new for old, new in zip((text, ground), pair, strict=True)),
                1,
            )

    @some
    @given(text=colours, pixel=colours)
    def test_text_is_read_on_each_pixel_of_any_picture(self, text, pixel):
        layer, opacity = colour.scrim(text)
        self.assertTrue(colour.is_readable(text, colour.mix(pixel, layer, opacity)))

    def test_ready_themes_can_be_read(self):
        options = dict(self.shop._fields["ready_theme"].selection)
        self.assertGreaterEqual(len(options), 6)
        for key in options:
            with self.subTest(key):
                draft = self.shop.new(origin=self.shop)
                draft.ready_theme = key
                draft._onchange_ready_theme()
                self.assertEqual(draft.ready_theme, key)
                self.shop.write({name: draft[name] for name in COLOURS})
                self.assertEqual(self.shop.ready_theme, key)

    def test_a_pair_that_fails_is_refused_with_figures(self):
        with self.assertRaises(ValidationError) as refused:
            self.shop.color_main = "#06c755"
        said = refused.exception.args[0]
        self.assertIn("2.2", said)
        proposed = re.findall(r"#[0-9a-f]{6}", said)[-1]
        self.shop.color_main = proposed
        with self.assertRaises(ValidationError):
            self.shop.card_text_color = self.shop.card_color
        for broken in ("red", "#fff", "#12345g", "#123456;}", ""):
            with self.subTest(broken), self.assertRaises(ValidationError):
                self.shop.color_main = broken

    def test_over_a_picture_any_text_will_do(self):
        self.shop.write(
            {
                "card_background": "picture",
                "card_picture_original": picture(600, 600),
                "card_color": "#808080",
                "card_text_color": "#808080",
            }
        )
        style = self.shop._get_style()
        self.assertIn("/member/baan/picture/card-", style["shop-card-picture"])
        self.assertTrue(style["shop-card-scrim"].startswith("rgba("))

    def test_the_style_follows_the_choices(self):
        self.shop.write({"font_size": "xlarge", "corner_style": "square"})
        style = self.shop._get_style()
        self.assertEqual(style["shop-font-size"], "21px")
        self.assertEqual(style["shop-radius"], "0")
        self.assertEqual(style["shop-main"], self.shop.color_main)
        self.assertTrue(colour.is_readable(style["shop-accent"], "#f6f7f9"))


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
class TestShopChannels(ShopCase):
    """M1: a tap reaches the shop, and nothing but the shop."""

    def test_links(self):
        cases = {
            ("phone", "02-123 4567"): "tel:021234567",
            ("phone", "+66 81 234 5678"): "tel:+66812345678",
            ("phone", "๐๘๑-๒๓๔-๕๖๗๘"): "tel:0812345678",
            ("phone", "02 123 4567 ต่อ 12"): "tel:021234567",
            ("line", "@baansuan"): "https://line.me/R/ti/p/%40baansuan",
            ("line", "https://lin.ee/AbC12"): "https://lin.ee/AbC12",
            ("facebook", "baan.suan"): "https://www.facebook.com/baan.suan",
            ("facebook", "facebook.com/baan"): "https://facebook.com/baan",
            ("messenger", "baan"): "https://m.me/baan",
            ("instagram", "@baan_suan"): "https://www.instagram.com/baan_suan",
            ("tiktok", "@baan"): "https://www.tiktok.com/@baan",
            ("youtube", "baan"): "https://www.youtube.com/@baan",
            ("x", "@baan"): "https://x.com/baan",
            ("whatsapp", "081 234 5678"): "https://wa.me/66812345678",
            ("email", "hello@baan.example"): "mailto:hello@baan.example",
            ("website", "baan.example"): "https://baan.example",
            ("website", "http://baan.example/x?y=1"): "http://baan.example/x?y=1",
            ("shopee", "baan"): "https://shopee.co.th/baan",
            ("lazada", "baan"): "https://www.lazada.co.th/shop/baan",
            ("map", "https://maps.app.goo.gl/x1"): "https://maps.app.goo.gl/x1",
            (
                "map",
                "ตลาดน้อย กรุงเทพ",
            ): "https://www.google.com/maps/search/?api=1&query="
            "%E0%B8%95%E0%B8%A5%E0%B8%B2%E0%B8%94%E0%B8%99%E0%B9%89%E0%B8%AD%E0%B8%A2"
            "%20%E0%B8%81%E0%B8%A3%E0%B8%B8%E0%B8%87%E0%B9%80%E0%B8%97%E0%B8%9E",
            ("other", "https://baan.example/a"): "https://baan.example/a",
        }
        for (kind, value), url in cases.items():
            with self.subTest(kind, value=value):
                self.assertEqual(contact_url(kind, value), url)

    def test_what_is_no_link_is_refused(self):
        kinds = list(dict(self.env["crm.shop.channel"]._fields["kind"].selection))
        bad = [
            "javascript:alert(1)",
            "JaVaScript://baan.example/%0aalert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "https://user@evil.example",
            'https://baan.example/"onclick="x',
            "https://",
            "file:///etc/passwd",
            " ",
        ]
        for kind in kinds:
            for value in bad:
                with self.subTest(kind, value=value):
                    self.assertIsNone(contact_url(kind, value))
        with self.assertRaisesRegex(ValidationError, "javascript"):
            self.env["crm.shop.channel"].create(
                {"shop_id": self.shop.id, "kind": "other", "value": bad[0]}
            )

    @some
    @given(kind=st.sampled_from(["phone", "line", "map", "other"]), value=st.text())
    def test_any_text_makes_a_safe_link_or_none(self, kind, value):
        url = contact_url(kind, value)
        if url is not None:
            self.assertRegex(url, r"(?i)^(tel:\+?\d+$|https?://)")
            self.assertNotRegex(url, r"[\s\"'<>]")

    def test_eleven_but_no_twelfth(self):
        channels = [
            {"shop_id": self.shop.id, "kind": "phone", "value": f"08123456{n:02}"}
            for n in range(12)
        ]
        created = self.env["crm.shop.channel"].create(channels[:11])
        self.assertEqual(self.shop.channel_ids, created)
        with self.assertRaisesRegex(ValidationError, "up to 11"):
            self.env["crm.shop.channel"].create(channels[11])

    def test_words(self):
        make = self.env["crm.shop.channel"].create
        shop = self.shop.id
        phone = make({"shop_id": shop, "kind": "phone", "value": "021234567"})
        self.assertEqual(phone._get_words(), "021234567")
        phone.label = "Call us"
        self.assertEqual(phone._get_words(), "Call us")
        page = make({"shop_id": shop, "kind": "facebook", "value": "baan"})
        self.assertEqual(page._get_words(), "Facebook")


@tagged("post_install", "-at_install")
class TestShopRights(ShopCase):
    """Programme editors change what members see; viewers look; others do neither."""

    def test_rights(self):
        users = {
            key: new_test_user(
                self.env, f"look_{key}", groups=f"crm_segments.crm_segments_group_{key}"
            )
            for key in ("viewer", "officer", "editor")
        }
        plain = new_test_user(self.env, "look_plain", groups="base.group_user")
        channel = {"shop_id": self.shop.id, "kind": "x", "value": "baan"}
        self.shop.with_user(users["editor"]).write(
            {"font_size": "large", "logo_original": picture(20, 20)}
        )
        self.env["crm.shop.channel"].with_user(users["editor"]).create(channel)
        for key in ("viewer", "officer"):
            shop = self.shop.with_user(users[key])
            self.assertEqual(shop.channel_ids.mapped("value"), ["baan"])
            with self.assertRaises(AccessError):
                shop.font_size = "normal"
            with self.assertRaises(AccessError):
                shop.channel_ids.value = "other"
        with self.assertRaises(AccessError):
            self.shop.with_user(plain).read(["name"])

    def test_companies_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        editor = new_test_user(
            self.env,
            "look_other",
            groups="crm_segments.crm_segments_group_editor",
            company_id=other.id,
            company_ids=[other.id],
        )
        channel = self.env["crm.shop.channel"].create(
            {"shop_id": self.shop.id, "kind": "x", "value": "baan"}
        )
        with self.assertRaises(AccessError):
            channel.with_user(editor).value = "mine"
        with self.assertRaises(AccessError):
            self.env["crm.shop.channel"].with_user(editor).create(
                {"shop_id": self.shop.id, "kind": "x", "value": "mine"}
            )


@tagged("post_install", "-at_install")
class TestQr(TransactionCase):
    """The code on the card is what the counter scans."""

    @some
    @given(text=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=40))
    def test_drawn_modules_are_the_code_s(self, text):
        matrix = qr_matrix(text)
        drawn = [[False] * len(matrix) for _row in matrix]
        svg = qr_svg(text)
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
            for column in range(int(x), int(x) + int(length)):
                drawn[int(y) - QUIET][column - QUIET] = True
        self.assertEqual(drawn, [list(row) for row in matrix])
        size = len(matrix) + 2 * QUIET
        self.assertIn(f'viewBox="0 0 {size} {size}"', svg)

    def test_label_is_text(self):
        self.assertIn("&lt;b&gt;", qr_svg("A", "<b>"))
        self.assertIn("aria-hidden", qr_svg("A"))


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
