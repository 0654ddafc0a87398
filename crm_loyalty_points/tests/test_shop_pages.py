import io
from html import unescape

from PIL import Image

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import card_png, colour
from ..tools.qr_svg import QUIET, qr_matrix
from .member_page_common import MemberPageHttpCase
from .shop_look_common import ShopCase, picture

# One of each: as many as a shop may have.
CHANNELS = {
    "phone": "02-123-4567",
    "line": "@baansuan",
    "facebook": "baansuan",
    "messenger": "baansuan",
    "instagram": "baansuan",
    "tiktok": "baansuan",
    "youtube": "baansuan",
    "whatsapp": "081 234 5678",
    "email": "hello@baansuan.example",
    "shopee": "baansuan",
    "map": "Talat Noi, Bangkok",
}
PAGES = (
    "",
    "history",
    "more",
    "rewards",
    "codes",
    "orders",
    "visits",
    "prepaid",
    "profile",
    "consents",
    "devices",
    "privacy",
)


def scan(image):
    """Read the modules of the code on a card, each in its middle.

    :return: tuple of rows of bool, as ``qr_matrix``
    """
    side, size = card_png.QR_SIDE, len(qr_matrix("044" + "A" * 26))
    dots = side // (size + 2 * QUIET)
    left = image.width - card_png.MARGIN - side
    top = image.height - card_png.MARGIN - side
    shift = (side - (size + 2 * QUIET) * dots) // 2 + QUIET * dots + dots // 2
    grey = image.convert("L")

    def dark(line, column):
        place = (left + shift + column * dots, top + shift + line * dots)
        return grey.getpixel(place) < 128

    return tuple(
        tuple(dark(line, column) for column in range(size)) for line in range(size)
    )


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
class TestShopForm(ShopCase):
    """A shop is done in a minute: each choice is seen before it is saved."""

    def test_the_preview_follows_what_is_not_saved(self):
        with Form(self.shop) as form:
            self.assertIn("Baan Suan", form.preview)
            form.name = "Rim Nam"
            form.ready_theme = "coffee"
            form.font_size = "xlarge"
            self.assertEqual(form.color_main, "#5c3a21")
            self.assertIn("Rim Nam", form.preview)
            self.assertIn("--shop-main: #5c3a21", form.preview)
            self.assertIn("--shop-font-size: 21px", form.preview)
            self.assertNotIn("data:image", form.preview)
            form.logo_original = picture(60, 60).decode()
            self.assertIn("data:image/png;base64,", form.preview)
            with form.channel_ids.new() as channel:
                channel.kind = "line"
                channel.value = "@rimnam"
            self.assertIn("https://line.me/R/ti/p/%40rimnam", form.preview)
            self.assertEqual(self.shop.name, "Baan Suan")
        self.assertEqual(self.shop.color_main, "#5c3a21")
        self.assertIn("/picture/logo-", self.shop.preview)

    def test_one_tap_takes_the_colour_that_can_be_read(self):
        form = Form(self.shop)
        form.color_main = "#06c755"
        self.assertIn("2.2", form.main_hint)
        form.use_main_hint = True
        self.assertFalse(form.use_main_hint)
        self.assertFalse(form.main_hint)
        form.card_text_color = form.card_color
        self.assertTrue(form.card_hint)
        form.use_card_hint = True
        shop = form.save()
        self.assertTrue(colour.is_readable(shop.color_on_main, shop.color_main))
        self.assertTrue(colour.is_readable(shop.card_text_color, shop.card_color))

    def test_opening_from_the_menu(self):
        shops = self.env["crm.shop"]
        action = shops.action_open_own()
        self.assertEqual(action["res_id"], self.shop.id)
        self.assertEqual(action["views"][0][1], "form")
        self.shop.unlink()
        self.assertFalse(shops.action_open_own()["res_id"])


@tagged("post_install", "-at_install")
class TestShopFormTour(HttpCase):
    """The form in a browser, as whoever sets the shop up sees it."""

    def test_theme_colours_and_preview(self):
        self.env["crm.shop"].search([]).unlink()
        shop = self.env["crm.shop"].create({"name": "Baan Suan", "slug": "baan"})
        new_test_user(
            self.env,
            "look_tour",
            groups="crm_segments.crm_segments_group_editor",
            password="look_tour",
        )
        self.start_tour(
            "/odoo/action-crm_loyalty_points.crm_shop_open_action",
            "crm_shop_look",
            login="look_tour",
        )
        self.assertEqual(shop.card_color, "#f3e7d8")
        self.assertNotIn(shop.color_main, ("#06c755", "#5c3a21"))
        self.assertTrue(colour.is_readable(shop.color_on_main, shop.color_main))


@tagged("post_install", "-at_install")
class TestShopPages(MemberPageHttpCase):
    """What a shop chooses is on each of its pages, and cards and posters lead where
    they should."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.write(
            {
                "color_main": "#0b6b3a",
                "logo_original": picture(300, 300),
                "card_background": "picture",
                "card_picture_original": picture(900, 600),
            }
        )
        cls.env["crm.shop.channel"].create(
            [
                {"shop_id": cls.shop.id, "kind": kind, "value": value, "sequence": n}
                for n, (kind, value) in enumerate(CHANNELS.items())
            ]
        )
        cls.branch = cls.env["crm.branch"].create({"name": "Talat Noi"})

    def check_look(self, html):
        """The page has the logo, the colours, and each way to reach the shop."""
        self.assertIn(self.shop._get_picture_url("logo"), html)
        self.assertIn("--shop-main: #0b6b3a", html)
        places = [html.index(f'href="{url}"') for url in self.channel_urls()]
        self.assertEqual(places, sorted(places))
        self.assertEqual(html.count("o_channel_icon"), 11)
        # nothing is loaded from elsewhere
        for attribute in ('src="http', "@import", "url(http"):
            self.assertNotIn(attribute, html)

    def channel_urls(self):
        return [
            url.replace("&", "&amp;") for url in self.shop.channel_ids.mapped("url")
        ]

    def test_on_each_page(self):
        for page in PAGES:
            with self.subTest(page):
                answer = self.get(page)
                self.assertEqual(answer.status_code, 200)
                self.check_look(answer.text)
        home = self.get().text
        self.assertIn("o_card_face", home)
        self.assertIn(self.shop._get_picture_url("card"), home)
        self.assertIn('href="/member/baan-suan/card.png"', home)
        self.sign_in(None)
        self.check_look(self.get("login").text)

    def test_the_style_of_all_pages_compiles(self):
        """One word that the compiler does not know, and no page has any style."""
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "crm_loyalty_points.assets_member", css=True, js=False
        )
        style = bundle.preprocess_css()
        self.assertFalse(bundle.css_errors)
        for name in (
            ".o_card_face",
            ".o_channels",
            ".o_guide_steps",
            ".o_member_header",
        ):
            self.assertIn(name, style)

    def test_the_shop_s_word_for_points(self):
        thai = '<p title="คะแนน">50 คะแนน</p><input value="คะแนน"/>'
        self.assertEqual(self.shop._say_points(thai), thai)
        self.shop.points_word = "แต้ม"
        said = '<p title="แต้ม">50 แต้ม</p><input value="คะแนน"/>'
        self.assertEqual(self.shop._say_points(thai), said)
        self.env["res.lang"]._activate_lang("th_TH")
        self.shop.with_context(lang="th_TH").name = "ร้านคะแนนดี"
        self.sign_in(self.token, "th_TH")
        page = self.get().text
        self.assertIn("ร้านแต้มดี", page)
        self.assertNotIn("คะแนน", page)

    def test_card_as_a_picture(self):
        answer = self.get("card.png")
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        image = Image.open(io.BytesIO(answer.content))
        self.assertEqual(scan(image), qr_matrix(self.card.code))
        self.sign_in(self.other_token)
        image = Image.open(io.BytesIO(self.get("card.png").content))
        self.assertEqual(scan(image), qr_matrix(self.other_card.code))
        self.sign_in(None)
        answer = self.get("card.png", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertNotIn("image", answer.headers["Content-Type"])

    def test_card_in_the_shop_s_colours(self):
        self.shop.write({"card_background": "color", "card_color": "#102030"})
        png = self.shop._get_card_png(self.partner, self.card)
        image = Image.open(io.BytesIO(png))
        self.assertEqual(image.size, card_png.CARD_SIZE)
        self.assertEqual(image.getpixel((5, 5)), (16, 32, 48))
        # the name is drawn where it belongs
        inks = image.crop((52, 380, 560, 470)).getcolors(100000)
        self.assertGreater(len(inks), 5)

    def test_long_names_stay_on_the_card(self):
        self.partner.nickname = "สมชาย" * 30
        self.shop.name = "Baan Suan Samunphrai " * 8
        image = Image.open(io.BytesIO(self.shop._get_card_png(self.partner, self.card)))
        self.assertEqual(scan(image), qr_matrix(self.card.code))

    @mute_logger("odoo.http")
    def test_posters(self):
        new_test_user(
            self.env,
            "poster_viewer",
            groups="crm_segments.crm_segments_group_viewer",
            password="poster_viewer",
        )
        self.program.welcome_points = 50
        self.authenticate("poster_viewer", "poster_viewer")
        page = unescape(self.get(f"poster?b={self.branch.id}&size=a5").text)
        url = f"{self.shop._get_url('join')}?b={self.branch.id}"
        self.assertIn(str(self.shop._get_qr_svg(url, url)), page)
        self.assertEqual(page.count("<svg"), 1)
        self.assertIn("size: a5", " ".join(page.split()))
        self.assertIn("50", page)
        self.assertIn("Talat Noi", page)
        branches = self.shop._get_poster_branches()
        # a branch of somebody else is none
        for forged in ("0", "x", "%27"):
            page = self.get(f"poster?b={forged}").text
            self.assertEqual(page.count("<svg"), len(branches))
        report = self.env["ir.actions.report"]._render_qweb_html(
            "crm_loyalty_points.report_shop_poster", self.shop.ids
        )[0]
        self.assertEqual(report.count(b"<svg"), len(branches))
        self.assertEqual(self.get("card-sample.png").status_code, 200)

    @mute_logger("odoo.http")
    def test_for_staff_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        new_test_user(
            self.env,
            "poster_other",
            groups="crm_segments.crm_segments_group_manager",
            company_id=other.id,
            company_ids=[other.id],
            password="poster_other",
        )
        new_test_user(
            self.env,
            "poster_portal",
            groups="base.group_portal",
            password="poster_portal",
        )
        for login in ("poster_other", "poster_portal"):
            self.authenticate(login, login)
            for path in ("poster", "card-sample.png"):
                with self.subTest(path, login=login):
                    self.assertEqual(self.get(path).status_code, 404)
            self.assertEqual(self.url_open("/counter/guide").status_code, 404)
        self.authenticate(None, None)
        answer = self.get("poster", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)

    def test_guide_for_the_counter(self):
        new_test_user(
            self.env,
            "guide_counter",
            groups="base.group_portal,crm_loyalty_points.crm_group_counter",
            password="guide_counter",
        )
        self.authenticate("guide_counter", "guide_counter")
        page = self.url_open("/counter/guide?lang=en_US").text
        for words in ("Find the member", "Give points", "Redeem", "Undo", "No network"):
            self.assertIn(words, page)
        self.assertIn("--shop-main: #0b6b3a", page)
        self.assertNotIn("o_channel_icon", page)
