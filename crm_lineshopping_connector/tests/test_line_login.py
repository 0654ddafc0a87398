"""Who opens the member page inside LINE, and what is needed to become or be somebody's
LINE account there."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_line_member import LineMemberCase
from .emulators.faults import Faults

LINE = "odoo.addons.crm_lineshopping_connector.controllers.member_line"
FRESH = "odoo.addons.crm_loyalty_points.controllers.member_common.FRESH_SECONDS"


@tagged("post_install", "-at_install")
class TestLineLogin(LineMemberCase):
    def home(self, path=""):
        return f"/member/{self.shop.slug}{path}"

    def test_stranger_signs_up_and_is_known_by_line_from_then_on(self):
        url = self.enter_as(self.ploy)
        self.assertEqual(url, self.home("/line"))
        page = self.url_open(url)
        self.assertIn("Become a member", page.text)
        self.assertFalse(self.line_user(self.ploy).partner_id)
        welcome = self.join()
        self.assertIn("LINE account is connected", welcome.text)
        partner = self.line_user(self.ploy).partner_id
        self.assertEqual(partner.phone_sanitized, "+66891112222")
        self.assertTrue(self.line_user(self.ploy).linked_at)
        source = self.env.ref("crm_lineshopping_connector.utm_source_line")
        self.assertEqual(partner.acquisition_source_id, source)
        self.assertIn("LINE account linked", str(partner.message_ids.mapped("body")))
        # another day, another phone: no password, no code
        self.visit()
        self.assertEqual(self.enter_as(self.ploy, "rewards"), self.home("/rewards"))
        self.assertIn("o_member_balance", self.get("").text)
        device = self.env["crm.member.device"].search([], order="id desc", limit=1)
        self.assertEqual(device.line_user_id, self.line_user(self.ploy))

    def test_opening_inside_line_is_a_fresh_proof(self):
        self.line_user_of_anna()
        self.enter_as(self.tan)
        self.assertTrue(self.get("/privacy/data").url.endswith("/privacy/data"))

    def line_user_of_anna(self):
        line_user = self.env["crm.line.user"]._of(self.channel, [self.tan])
        line_user._link(self.anna)
        return line_user

    def test_refused_tokens_look_the_same(self):
        good = self.login.id_token(self.ploy)
        tokens = {
            "forged": self.login.id_token(self.ploy, forged=True),
            "changed": f"{good[:-4]}AAAA",
            "expired": self.login.id_token(self.ploy, expires=-10),
            "audience": self.login.id_token(self.ploy, audience="1650009999"),
            "issuer": self.login.id_token(self.ploy, issuer="https://evil.example"),
            "nonce": self.login.id_token(self.ploy, nonce="of another page"),
            "nobody": self.login.id_token("Uxyz"),
            "nothing": "",
            "rubbish": "ü" * 50,
            "long": f"{'a' * 5000}.b.c",
        }
        messages = set()
        for name, token in tokens.items():
            with self.subTest(name):
                answer = self.enter(token).json()
                self.assertTrue(answer.pop("refused"))
                self.assertEqual(set(answer), {"message"})
                messages.add(answer["message"])
        self.assertEqual(len(messages), 1)
        self.assertFalse(self.line_user(self.ploy))
        self.assertIn("/login", self.get("/line").url)

    def test_nonce_of_this_page_is_good(self):
        answer = self.enter(
            lambda: self.login.id_token(self.ploy, nonce=self.nonce)
        ).json()
        self.assertIn("url", answer)

    def test_token_that_was_overheard_is_worth_nothing(self):
        token = self.login.id_token(self.ploy)
        self.assertIn("url", self.enter(token).json())
        self.assertIn("url", self.enter(token).json(), "the same phone once more")
        self.visit()
        self.assertTrue(self.enter(token).json()["refused"])

    def test_other_sites_cannot_sign_anybody_in(self):
        token = self.login.id_token(self.ploy)
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.enter(token, csrf="x").status_code, 400)
        self.assertFalse(self.line_user(self.ploy))

    def test_line_that_does_not_answer(self):
        self.server.faults = Faults(share=1, kinds=["500"])
        answer = self.enter(self.login.id_token(self.ploy)).json()
        self.assertEqual(set(answer), {"message"})
        self.assertFalse(self.line_user(self.ploy))

    def test_links_lead_to_pages_of_the_shop_only(self):
        self.line_user_of_anna()
        for to, path in (
            ("", ""),
            ("card", ""),
            ("rewards", "/rewards"),
            ("claim", "/line-order"),
            ("claim/s1-abc", "/claim/s1-abc"),
            ("//evil.example", ""),
            ("../../web", ""),
            ("rewards?x=1", ""),
            ("rewards\r\nX: y", ""),
            ("javascript:alert(1)", ""),
        ):
            self.assertEqual(self.enter_as(self.tan, to), self.home(path), to)

    def test_customer_must_prove_to_be_the_customer(self):
        """A phone number typed inside LINE links nothing: the code does."""
        url = self.enter_as(self.ploy, "rewards")
        self.assertEqual(url, self.home("/line?next=" + self.home("/rewards")))
        self.get("/login?next=" + self.home("/rewards"))
        data = {"login": "anna@example.com", "next": self.home("/rewards")}
        self.post("/login", data)
        wrong = self.post("/login/code", {"code": "000000"})
        self.assertTrue(wrong.url.endswith("/login/code"))
        self.assertFalse(self.line_user(self.ploy).partner_id)
        right = self.post("/login/code", {"code": self.last_code("anna@example.com")})
        self.assertTrue(right.url.endswith("/rewards"), right.url)
        self.assertEqual(self.line_user(self.ploy).partner_id, self.anna)

    def test_sign_up_with_the_phone_of_a_customer_takes_nothing(self):
        """Inside LINE without a code: whoever types Anna's number gets an account of
        his own, and sees nothing of hers."""
        self.shop.signup_proof = "line"
        self.enter_as(self.ploy)
        page = self.join(phone="081 234 5678", email="")
        self.assertNotIn("/join", page.url)
        partner = self.line_user(self.ploy).partner_id
        self.assertTrue(partner)
        self.assertNotEqual(partner, self.anna)
        self.assertEqual(partner.possible_twin_id, self.anna)
        self.assertTrue(partner.phone_unproven)
        self.assertFalse(self.anna.line_user_ids)

    def test_outside_line_the_code_stays(self):
        self.shop.signup_proof = "line"
        self.get("/join")
        page = self.join()
        self.assertFalse("/join" in page.url)
        self.assertTrue(self.mails("ploy@example.com"))
        self.visit()
        self.enter_as(self.ploy)
        self.join(email="another@example.com", phone="089 333 4444")
        self.assertFalse(self.mails("another@example.com"))

    def test_outside_line_another_person_is_asked(self):
        """A browser that several people use: who proved LINE has left."""
        for number, path in enumerate(("/join", "/login")):
            with self.subTest(path):
                self.visit(inside=False)
                # each a token of its own, also within the same second
                self.enter(self.login.id_token(self.ploy, expires=3000 + number))
                if number:
                    page = self.log_in(next=self.home("/rewards"))
                else:
                    page = self.join()
                self.assertIn(self.home("/line"), page.url)
                name = self.server.users[self.ploy]["displayName"]
                self.assertIn(name, page.text)
                self.assertIn("o_line_connect", page.text)
                self.assertFalse(self.line_user(self.ploy).partner_id)
        page = self.post("/line/connect", {"next": self.home("/rewards")})
        self.assertTrue(page.url.endswith("/rewards"))
        self.assertIn("LINE account is connected", page.text)
        self.assertEqual(self.line_user(self.ploy).partner_id, self.anna)

    def test_outside_line_the_proof_is_worth_less(self):
        self.shop.signup_proof = "line"
        self.visit(inside=False)
        self.enter_as(self.ploy)
        self.assertIn("Welcome", self.get("/line").text)
        self.assertNotIn("o_line_button", self.get("/join").text)
        self.join()
        self.assertTrue(self.mails("ploy@example.com"))
        with patch(f"{LINE}.PROVEN_OUTSIDE_SECONDS", -1):
            self.visit(inside=False)
            self.enter(self.login.id_token(self.ploy, expires=3000))
            self.assertIn("/login", self.get("/line").url)
            page = self.log_in()
            self.assertNotIn("/line", page.url)
        # known next time inside LINE only
        self.line_user_of_anna()
        for inside in (False, True):
            self.visit(inside)
            token = self.login.id_token(self.tan, expires=3000 + inside)
            self.assertEqual(self.enter(token).json()["url"], self.home())
            self.assertIn("o_member_balance", self.get("").text)
            known = "crm_member_device" in self.opener.cookies
            self.assertEqual(known, inside)

    def test_opening_again_is_the_same_device(self):
        self.line_user_of_anna()
        devices = self.env["crm.member.device"]
        with patch(FRESH.replace("FRESH", "SESSION"), -1):
            self.enter_as(self.tan)
        device = devices.search([])
        self.assertEqual(len(device), 1)
        for _again in range(2):
            self.enter_as(self.tan)
            self.assertEqual(devices.search([]), device)
        self.assertTrue(self.get("/privacy/data").url.endswith("/privacy/data"))
        # of somebody else it is not
        other = self.env["res.partner"].create({"name": "Bo", "email": "bo@x.com"})
        self.env["crm.line.user"]._of(self.channel, [self.ploy])._link(other)
        self.enter_as(self.ploy)
        self.assertEqual(devices.search([]).partner_id, self.anna | other)

    def test_rubbish_keeps_nobody_out(self):
        with (
            patch(f"{LINE}.REFUSED_OF_VISITOR", 2),
            patch(f"{LINE}.REFUSED_FROM_ADDRESS", 4),
        ):
            asked = len(self.server.requests)
            for text in ("", "a.b.c", "ü.ü.ü", "MQ.MQ.MQ", f"{'W1' * 900}.e30.x"):
                self.assertTrue(self.enter(text).json()["refused"])
            self.assertEqual(len(self.server.requests), asked)
            for _again in range(4):
                forged = self.login.id_token(self.ploy, forged=True)
                self.assertTrue(self.enter(forged).json()["refused"])
            # this visitor tried too often; others behind the same address did not
            good = self.login.id_token(self.ploy)
            self.assertTrue(self.enter(good).json()["refused"])
            self.visit()
            self.assertIn("url", self.enter(good).json())

    def test_member_who_is_signed_in_connects_after_a_proof(self):
        """A phone left on a table is not enough to tie somebody's account to LINE."""
        self.log_in(remember="1")
        device = self.env["crm.member.device"].search([], limit=1, order="id desc")
        self.assertEqual(device.partner_id, self.anna)
        self.enter_as(self.ploy)
        self.get("/line")
        with patch(FRESH, -1):
            page = self.post("/line/connect", {})
        self.assertIn("/confirm?next=", page.url)
        self.assertFalse(self.line_user(self.ploy).partner_id)
        self.post("/confirm/send", {"next": self.home("/line")})
        code = self.last_code("anna@example.com")
        self.post("/confirm/check", {"code": code, "next": self.home("/line")})
        self.post("/line/connect", {})
        self.assertEqual(self.line_user(self.ploy).partner_id, self.anna)

    def test_disconnecting(self):
        line_user = self.line_user_of_anna()
        self.enter_as(self.tan)
        self.visit()
        self.enter(self.login.id_token(self.tan, expires=3000)).json()
        self.assertEqual(len(self.env["crm.member.device"].search([])), 2)
        self.get("/line")
        page = self.post("/line/disconnect", {})
        self.assertIn("not connected any more", page.text)
        self.assertFalse(line_user.partner_id)
        # here the member goes on; the other phone is signed out
        self.assertIn("o_member_balance", self.get("").text)
        self.assertEqual(len(self.env["crm.member.device"].search([])), 1)

    def test_one_line_account_is_one_customer(self):
        line_user = self.line_user_of_anna()
        other = self.env["res.partner"].create({"name": "Bo", "email": "bo@x.com"})
        self.enter_as(self.tan)
        self.post("/logout", {})
        self.enter_as(self.tan)
        self.assertEqual(line_user.partner_id, self.anna)
        # somebody else logs in on this phone, whose session still knows LINE
        self.log_in("bo@x.com", "bo@x.com")
        self.assertEqual(line_user.partner_id, self.anna)
        self.assertFalse(other.line_user_ids)

    def test_friend_or_not_is_what_line_says(self):
        self.line_user_of_anna()
        self.server.users[self.tan]["friend"] = False
        self.channel.basic_id = "@baansuan"
        token, access = self.login.id_token(self.tan), self.login.access_token(self.tan)
        self.enter(token, access_token=access)
        self.assertIn("line.me/R/ti/p/@baansuan", self.get("").text)
        self.assertEqual(self.line_user(self.tan).friend_state, "unknown")
        self.server.users[self.tan]["friend"] = True
        # a token of somebody else says nothing about Anna
        for wrong in (
            self.login.access_token(self.ploy),
            self.login.access_token(self.tan, expires=-5),
            "x" * 5000,
        ):
            self.enter(token, access_token=wrong)
            self.assertEqual(self.line_user(self.tan).friend_state, "unknown")
        self.get("")
        self.enter(token, access_token=access)
        self.assertEqual(self.line_user(self.tan).friend_state, "friend")
        self.assertNotIn("line.me/R/ti/p", self.get("").text)

    def test_no_token_in_the_log(self):
        token, access = self.login.id_token(self.ploy), self.login.access_token("x")
        with (
            self.assertLogs("odoo.addons", level="DEBUG") as logs,
            self.assertLogs("urllib3", level="DEBUG") as calls,
        ):
            self.enter(token, access_token=access)
            self.enter(self.login.id_token(self.ploy, forged=True))
        text = "\n".join([*logs.output, *calls.output])
        for secret in (token, access, self.channel.channel_secret):
            self.assertNotIn(secret, text)

    def test_line_reaches_this_server(self):
        """The whole test of the connection, with LINE posting to the webhook."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("web.base.url", self.base_url())
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            self.channel.action_set_webhook()
        self.assertEqual(self.channel.webhook_state, "ok", self.channel.webhook_text)
        self.assertEqual(self.channel.messaging_state, "ok")
        self.assertFalse(self.env["crm.line.event"].search([]))

    def test_shop_without_line_page(self):
        self.channel.liff_id = False
        self.assertEqual(self.url_open(f"/line/liff/{self.shop.slug}").status_code, 404)
        self.assertNotIn("o_line_button", self.get("/login").text)
        self.channel.liff_id = "1650000001-emulator"
        self.assertIn("https://liff.line.me/1650000001-em", self.get("/login").text)

    def test_staff_unlink_and_choose(self):
        line_user = self.line_user_of_anna()
        viewer = new_test_user(
            self.env,
            "line_viewer",
            groups="base.group_user,crm_segments.crm_segments_group_viewer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for name in ("action_unlink", "action_choose_customer"):
            with self.assertRaises(AccessError):
                getattr(line_user.with_user(viewer), name)()
        officer = new_test_user(
            self.env,
            "line_officer",
            groups="base.group_user,crm_segments.crm_segments_group_officer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.enter_as(self.tan)
        line_user.with_user(officer).action_unlink()
        self.assertFalse(line_user.partner_id)
        self.assertFalse(self.env["crm.member.device"].search([]))
        bo = self.env["res.partner"].create({"name": "Bo"})
        links = self.env["crm.line.user.link"].with_user(officer)
        values = {"line_user_id": line_user.id, "partner_id": bo.id}
        links.create(values).action_link()
        self.assertEqual(line_user.partner_id, bo)
        with self.assertRaises(UserError):
            links.create({**values, "partner_id": self.anna.id}).action_link()
