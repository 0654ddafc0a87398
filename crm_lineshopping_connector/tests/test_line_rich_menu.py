"""Rich menus: what is drawn, what LINE takes, and one menu at LINE whatever breaks."""

import base64
import io
import os

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..controllers import member_line
from ..models import crm_line_rich_menu_area as area_module
from ..tools import rich_menu_layout as layouts
from ..tools import rich_menu_picture as pictures
from .common_commits import Commits, Killed
from .common_line import LineCase, LineMixin
from .emulators.faults import Faults

EDITOR = "crm_segments.crm_segments_group_editor"
OFFICER = "crm_segments.crm_segments_group_officer"


# The others only where there is time: their pictures take a second each.
SOME = ("large_6", "large_1_3", "compact_1")
ALL = tuple(layouts.LAYOUTS)


def picture_file(size, kind="PNG", colour="#0b6b3a"):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return base64.b64encode(stream.getvalue())


class RichMenuCase(LineCase):
    def make_menu(self, **values):
        form = Form(self.env["crm.line.rich.menu"])
        # a small one is drawn sooner
        for name, value in {"layout": "compact_2", **values}.items():
            form[name] = value
        return form.save()

    def put(self, menu, last=None):
        menu.action_put()
        return self.work(last)

    def work(self, last=None):
        commits = Commits(self.env, last)
        try:
            self.env["crm.line.rich.menu"]._work_off(commits)
        except Killed:
            commits.kill()
            return False
        commits()
        commits.savepoint.close(rollback=False)
        return commits.count

    def again(self, menu):
        """The time for the next try has come."""
        menu.sudo().next_try_at = "2020-01-01 00:00:00"
        return self.work()

    @property
    def line(self):
        return self.server.messaging


class TestRichMenu(RichMenuCase):
    def test_areas_fill_each_layout(self):
        for layout in layouts.LAYOUTS:
            width, height = layouts.size_of(layout)
            seen = Image.new("L", (width, height), 0)
            for x, y, w, h in layouts.boxes_of(layout):
                box = (x, y, x + w, y + h)
                self.assertEqual(seen.crop(box).getextrema(), (0, 0), layout)
                seen.paste(1, box)
            self.assertEqual(seen.getextrema(), (1, 1), layout)
        self.assertEqual(
            set(layouts.LAYOUTS),
            set(dict(self.env["crm.line.rich.menu"]._fields["layout"].selection)),
        )

    def test_each_sign_can_be_drawn(self):
        signs = dict(self.env["crm.line.rich.menu.area"]._fields["icon"].selection)
        self.assertEqual(set(signs), set(pictures.ICONS))
        self.assertLessEqual(set(area_module.USUAL_ICONS.values()), set(signs))

    def test_each_layout_is_taken(self):
        """Drawn with Thai words, whatever the layout: LINE takes it."""
        menu = self.make_menu(name="Menu")
        for layout in ALL if os.environ.get("CRM_SUITE_FULL") else SOME:
            with Form(menu) as form:
                form.layout = layout
            self.assertEqual(len(menu.area_ids), len(layouts.boxes_of(layout)))
            menu.area_ids.words = "ที่นี่ซื้อน้ำผึ้ง\nได้แต้มคู่"
            self.put(menu)
            self.assertEqual((menu.state, menu.failure), ("live", False), layout)
            self.assertEqual(list(self.line.menus), [menu.line_id])
            self.assertEqual(self.line.default_menu, menu.line_id)

    def test_actions(self):
        menu = self.make_menu(name="Menu", layout="large_6")
        areas = menu._get_areas()
        areas[1].write({"action": "url", "url": "https://shop.example/x"})
        areas[2].write({"action": "call", "phone": "02-123 4567"})
        self.put(menu)
        sent = self.line.menus[menu.line_id]["menu"]
        liff = f"https://liff.line.me/{self.channel.liff_id}"
        self.assertEqual(
            [row["action"].get("uri") for row in sent["areas"]],
            [
                f"{liff}?to=card",
                "https://shop.example/x",
                "tel:021234567",
                f"{liff}?to=history",
                f"{liff}?to=claim",
                None,
            ],
        )
        self.assertEqual(sent["areas"][5]["action"]["type"], "message")
        self.assertEqual(areas[0].link, f"{liff}?to=card")

    def test_what_is_missing_is_said(self):
        menu = self.make_menu(name="Menu", layout="large_2")
        first, second = menu._get_areas()
        first.write({"action": "url", "url": "http://shop.example"})
        second.write({"action": "call", "phone": "call us"})
        self.channel.liff_id = False
        with self.assertRaises(UserError) as caught:
            menu.action_put()
        self.assertIn("https://", str(caught.exception))
        self.assertIn("digits", str(caught.exception))
        first.action = "card"
        self.assertIn("LIFF", " ".join(menu._get_problems()))
        self.assertTrue(menu.preview["areas"][0]["problem"])

    def test_own_picture(self):
        menu = self.make_menu(name="Menu", layout="compact_3")
        menu.write({"picture_kind": "upload", "picture": picture_file((1250, 421))})
        self.assertFalse(menu.picture_problem)
        self.put(menu)
        self.assertEqual(menu.state, "live", menu.failure)
        row = self.line.menus[menu.line_id]
        self.assertEqual(row["menu"]["size"], {"width": 1250, "height": 421})
        self.assertEqual(row["kind"], "image/png")
        self.assertEqual(row["image"], menu._get_upload())

    def test_pictures_that_line_refuses(self):
        menu = self.make_menu(name="Menu", layout="compact_3")
        menu.picture_kind = "upload"
        bad = {
            "wide": picture_file((3000, 1011)),
            "proportions": picture_file((2500, 1686)),
            "JPEG or PNG": picture_file((2500, 843), "GIF"),
            "no picture": base64.b64encode(b"<svg/>"),
        }
        noise = Image.effect_noise((2500, 843), 90)
        stream = io.BytesIO()
        noise.save(stream, "PNG")
        bad["MB"] = base64.b64encode(stream.getvalue())
        for word, source in bad.items():
            menu.picture = source
            self.assertIn(word, menu.picture_problem, word)
            with self.assertRaises(UserError):
                menu.action_put()
        menu.action_fit_picture()
        self.assertFalse(menu.picture_problem)
        menu.picture = bad["proportions"]
        menu.action_fit_picture()
        self.put(menu)
        self.assertEqual(menu.state, "live", menu.failure)

    def test_the_one_before_is_kept(self):
        first, second = self.make_menu(name="One"), self.make_menu(name="Two")
        self.put(first)
        self.put(second)
        self.assertEqual((first.state, second.state), ("kept", "live"))
        self.assertEqual(self.line.default_menu, second.line_id)
        self.assertEqual(set(self.line.menus), {first.line_id, second.line_id})
        before = first.line_id
        self.put(first)
        self.assertEqual(first.line_id, before, "nothing is made twice")
        self.assertEqual(self.line.default_menu, before)
        first.action_take_off()
        self.work()
        self.assertEqual((first.state, self.line.default_menu), ("kept", ""))

    def test_a_changed_menu_takes_the_place_of_its_old_form(self):
        menu = self.make_menu(name="Menu")
        self.put(menu)
        before = menu.line_id
        self.assertFalse(menu.is_changed)
        menu._get_areas()[0].words = "Other"
        self.assertTrue(menu.is_changed)
        self.put(menu)
        self.assertNotEqual(menu.line_id, before)
        self.assertEqual(list(self.line.menus), [menu.line_id])
        self.assertFalse(menu.is_changed)
        with self.assertRaises(UserError):
            menu.unlink()
        menu.action_take_off()
        self.work()
        menu.unlink()
        self.work()
        self.assertFalse(self.line.menus)

    def test_killed_at_each_commit(self):
        """Wherever the process ends, the next try leaves one menu at LINE."""
        menu = self.make_menu(name="Menu")
        commits = self.put(menu)
        self.assertGreater(commits, 3)
        for last in range(1, commits + 1):
            menu._get_areas()[0].words = f"Words {last}"
            if not self.put(menu, last):
                self.again(menu)
            self.work()
            self.assertEqual((menu.state, menu.failure), ("live", False), last)
            self.assertEqual(list(self.line.menus), [menu.line_id], last)
            self.assertEqual(self.line.default_menu, menu.line_id, last)

    def test_answers_that_are_lost(self):
        """LINE has done it and nobody knows: the next try removes what is double."""
        menu = self.make_menu(name="Menu")
        for number, path in enumerate(
            ("/v2/bot/richmenu", "/v2/bot/user/all/richmenu/")
        ):
            menu._get_areas()[0].words = f"Words {number}"
            self.server.faults = Faults(kinds=("500_after",), only=path, times=1)
            self.put(menu)
            self.assertEqual(menu.state, "running")
            self.assertTrue(menu.failure)
            self.again(menu)
            self.work()
            self.assertEqual((menu.state, menu.failure), ("live", False), path)
            self.assertEqual(list(self.line.menus), [menu.line_id], path)

    def test_keys_that_line_refuses(self):
        self.channel.access_token = "wrong"
        menu = self.make_menu(name="Menu")
        self.put(menu)
        self.assertEqual(menu.state, "failed")
        self.assertIn("keys", menu.failure)
        self.channel.access_token = self.line.token
        self.put(menu)
        self.assertEqual((menu.state, menu.failure), ("live", False))

    def test_who_may(self):
        editor = new_test_user(self.env, "rich-editor", EDITOR)
        officer = new_test_user(self.env, "rich-officer", OFFICER)
        menu = self.make_menu(name="Menu").with_user(editor)
        menu.write({"chat_bar_text": "Open"})
        with self.assertRaises(AccessError):
            menu.write({"state": "live"})
        self.put(menu)
        self.assertEqual(menu.state, "live")
        with self.assertRaises(AccessError):
            menu.with_user(officer).action_take_off()
        with self.assertRaises(AccessError):
            menu.channel_id.read(["access_token"])
        with self.assertRaises(AccessError):
            menu.channel_id.read(["menu_leftovers"])
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "rich-stranger",
            EDITOR,
            company_id=other.id,
            company_ids=other.ids,
        )
        with self.assertRaises(AccessError):
            menu.with_user(stranger).read(["name"])


@tagged("post_install", "-at_install")
class TestRichMenuLinks(LineMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_line()

    def test_areas_open_pages_that_exist(self):
        """What rich menus call the pages is what the member page knows."""
        for to in (*area_module.PAGES.values(), "no-such-page"):
            path = member_line.PAGES.get(to, to)
            url = f"/member/{self.shop.slug}/{path}".rstrip("/")
            answer = self.url_open(url, allow_redirects=False)
            gone = answer.status_code == 404
            self.assertEqual(gone, to == "no-such-page", (to, answer.status_code))
