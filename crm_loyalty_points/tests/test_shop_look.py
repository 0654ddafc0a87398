import re

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..models.crm_shop_theme import COLOURS
from ..tools import colour
from ..tools.contact_link import contact_url
from ..tools.qr_svg import QUIET, qr_matrix, qr_svg
from .random_size import SEQUENCES
from .shop_look_common import ShopCase, picture

some = settings(deadline=None, max_examples=SEQUENCES)
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


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
