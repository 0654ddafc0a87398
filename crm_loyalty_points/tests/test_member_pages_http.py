import re
from uuid import uuid4

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..controllers.member_common import MemberController
from .member_page_common import MemberPageHttpCase

OWN_PAGES = ("history", "rewards", "codes", "more")


@tagged("post_install", "-at_install")
class TestMemberPages(MemberPageHttpCase):
    """The pages over HTTP: who may open them, what a form does, and how often."""

    def _wish(self, reward):
        """:return: the key that the form of a reward holds"""
        html = self.get(f"rewards/{reward.id}").text
        return re.search(r'name="wish" value="([0-9a-f]{32})"', html)[1]

    def test_the_first_page(self):
        response = self.get()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertTrue(response.headers["X-Crm-Member"])
        html = response.text
        for text in ("Chai", "500", self.partner.member_number, "<svg"):
            self.assertIn(text, html)
        self.assertNotIn("Suda", html)

    def test_a_page_asks_the_database_little(self):
        for path in ("", "history", "rewards", "codes"):
            self.get(path)
            before = self.cr.sql_log_count
            self.get(path)
            self.assertLessEqual(self.cr.sql_log_count - before, 20, path)

    def test_strangers_are_led_to_the_log_in(self):
        self.sign_in("")
        html = self.get().text
        self.assertIn("/member/baan-suan/login", html)
        self.assertIn("/member/baan-suan/join", html)
        self.assertIn("Free coffee", html)
        self.assertNotIn("X-Crm-Member", self.get().headers)
        code = self.redeem(self.coffee)
        paths = [*OWN_PAGES, f"rewards/{self.coffee.id}", f"codes/{code.id}"]
        for path in paths:
            response = self.get(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
            self.assertIn("/member/baan-suan/login?next=", response.headers["Location"])
            self.assertNotIn(code.sudo().code, response.text)

    def test_codes_of_others_are_not_found(self):
        code = self.redeem(self.coffee)
        self.assertIn(code.sudo().code, self.get(f"codes/{code.id}").text)
        self.sign_in(self.other_token)
        for path in (f"codes/{code.id}", "codes/999999999", "rewards/999999999"):
            response = self.get(path)
            self.assertEqual(response.status_code, 404, path)
            self.assertNotIn(code.sudo().code, response.text)
        response = self.post(f"codes/{code.id}/undo")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(code.state, "issued")

    def test_the_member_of_a_shop_is_a_stranger_in_another(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["crm.shop"].create(
            {"name": "Other", "slug": "other-shop", "company_id": company.id}
        )
        response = self.url_open("/member/other-shop/history", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertNotIn("500", self.url_open("/member/other-shop").text)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open("/member/no-shop").status_code, 404)
        self.assertEqual(
            self.url_open(
                f"/member/other-shop/reward/{self.coffee.id}/image"
            ).status_code,
            404,
        )

    def test_redeeming_happens_once_however_often_it_is_sent(self):
        wish = self._wish(self.coffee)
        path = f"rewards/{self.coffee.id}/redeem"
        pages = [self.post(path, wish=wish) for _turn in range(3)]
        [code] = self.card.redemption_ids
        self.assertEqual(self.card.points_usable, 400)
        self.assertEqual(code.key, f"member:{self.partner.id}:{wish}")
        for page in pages:
            self.assertIn(f"/codes/{code.id}", page.url)
            self.assertIn(code.sudo().code, page.text)
        # whoever goes back is told, before redeeming once more
        again = self.get(f"rewards/{self.coffee.id}").text
        self.assertIn("redeemed this a moment ago", again)
        self.assertIn(f"/codes/{code.id}", again)
        self.post(f"codes/{code.id}/undo")
        self.assertEqual(self.card.points_usable, 500)

    def test_a_get_changes_nothing(self):
        code = self.redeem(self.coffee)
        with mute_logger("odoo.http"):
            for path in (
                f"rewards/{self.coffee.id}/redeem?wish={uuid4().hex}",
                f"codes/{code.id}/undo",
                "logout",
            ):
                response = self.get(path)
                self.assertEqual(response.status_code, 405, path)
        self.assertEqual(code.state, "issued")
        self.assertEqual(self.card.redemption_count, 1)
        self.assertTrue(self.device.exists())

    def test_a_form_of_another_site_is_refused(self):
        for path in (f"rewards/{self.coffee.id}/redeem", "logout"):
            with mute_logger("odoo.http"):
                response = self.post(path, wish=uuid4().hex, csrf_token="")
            self.assertEqual(response.status_code, 400, path)
        self.assertFalse(self.card.redemption_count)
        self.assertTrue(self.device.exists())

    def test_rubbish_is_not_redeemed(self):
        path = f"rewards/{self.coffee.id}/redeem"
        for wish in ("", "x" * 32, "../etc", uuid4().hex.upper()[:31]):
            self.assertEqual(self.post(path, wish=wish).status_code, 404)
        other = self.env["loyalty.program"].create(
            {
                "name": "Other",
                "program_type": "loyalty",
                "applies_on": "both",
                "reward_ids": [(0, 0, {"fulfilment": "code", "discount": 5})],
            }
        )
        path = f"rewards/{other.reward_ids.id}/redeem"
        self.assertEqual(self.post(path, wish=uuid4().hex).status_code, 404)
        self.assertFalse(self.card.redemption_count)

    def test_too_many_wishes(self):
        throttle = self.env["crm.throttle"]
        visitor = f"member {self.env.company.id} {self.partner.id}"
        for number in range(60):
            throttle._note_try("redeem", visitor, str(number), 60)
        response = self.post(f"rewards/{self.coffee.id}/redeem", wish=uuid4().hex)
        self.assertEqual(response.status_code, 429)
        self.assertFalse(self.card.redemption_count)

    def test_a_refusal_is_said_and_nothing_lost(self):
        self.coffee.required_points = 600
        response = self.post(f"rewards/{self.coffee.id}/redeem", wish=uuid4().hex)
        self.assertIn("100 more are needed", response.text)
        self.assertEqual(self.card.points_usable, 500)
        self.assertNotIn("100 more are needed", self.get().text)

    def test_a_script_is_told_where_to_go_and_the_message_waits(self):
        self.coffee.required_points = 600
        url = f"/member/baan-suan/rewards/{self.coffee.id}"
        response = self.url_open(
            f"{url}/redeem",
            data={"csrf_token": self.read_csrf(), "wish": uuid4().hex},
            headers={"X-Member-Once": "1"},
        )
        self.assertEqual(response.headers["X-Member-Location"], url)
        self.assertIn("100 more are needed", self.url_open(url).text)

    def test_a_parcel_asks_where_to(self):
        path = f"rewards/{self.parcel.id}/redeem"
        self.assertIn('name="street"', self.get(f"rewards/{self.parcel.id}").text)
        response = self.post(path, wish=self._wish(self.parcel))
        self.assertIn("Fill in the street", response.text)
        typed = {"street": "9 Soi 1", "city": "Bangkok", "zip": "10500"}
        state = self.env["res.country.state"].search(
            [("country_id", "=", self.shop._get_country().id)], limit=1
        )
        wish = self._wish(self.parcel)
        for _turn in range(2):
            self.post(path, wish=wish, state_id=str(state.id), **typed)
        [parcel] = self.card.redemption_ids
        self.assertEqual(parcel.order_id.partner_shipping_id, self.partner)
        self.assertEqual(self.partner.street, "9 Soi 1")
        self.assertEqual(self.partner.state_id, state)
        wish = self._wish(self.parcel)
        self.post(path, wish=wish, **{**typed, "street": "7 Soi 2"})
        parcel = self.card.redemption_ids.sorted("id")[-1]
        self.assertEqual(parcel.order_id.partner_shipping_id.street, "7 Soi 2")
        self.assertEqual(self.partner.street, "9 Soi 1")
        self.assertIn("7 Soi 2", self.get(f"codes/{parcel.id}").text)

    def test_signing_out(self):
        self.get()
        response = self.post("logout")
        self.assertIn("/member/baan-suan/login", response.text)
        self.assertFalse(self.device.exists())
        response = self.get("codes", allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    def test_the_worker_is_of_this_shop(self):
        response = self.get("worker.js")
        self.assertIn("javascript", response.headers["Content-Type"])
        self.assertEqual(
            response.headers["Service-Worker-Allowed"], "/member/baan-suan"
        )
        self.assertIn('const BASE = "/member/baan-suan";', response.text)

    def test_thai_pages(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.sign_in(self.token, "th_TH")
        html = self.get("history").text
        self.assertIn(str(self.today.year + 543), html)
        self.assertIn('lang="th-TH"', html)


@tagged("post_install", "-at_install")
class TestMemberControllers(TransactionCase):
    """Odoo makes one class of all controllers of the pages: a method of the same name
    in two of them would silently replace one by the other."""

    def test_no_method_replaces_another_by_accident(self):
        classes = self._get_subclasses(MemberController)
        owners = {}
        for each in classes:
            for name in vars(each):
                if not name.startswith("__"):
                    owners.setdefault(name, []).append(each)
        clashes = {
            name: found
            for name, found in owners.items()
            if any(
                not (issubclass(one, other) or issubclass(other, one))
                for one in found
                for other in found
            )
        }
        self.assertEqual(clashes, {})

    def _get_subclasses(self, parent):
        """:return: set of the controllers as they are written"""
        found = {parent}
        for child in parent.__subclasses__():
            if child.__module__.startswith("odoo.addons."):
                found |= self._get_subclasses(child)
        return found
