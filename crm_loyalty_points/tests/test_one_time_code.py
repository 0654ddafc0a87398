from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.crm_one_time_code import MAX_TRIES
from .signup_common import PageCase, ShopCase


@tagged("post_install", "-at_install")
class TestOneTimeCode(ShopCase):
    """A code is all that stands between a stranger and a member's page: it must open
    one thing, once, for a short while, and only to who asked for it (B11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = cls.env["crm.one.time.code"]
        cls.now = fields.Datetime.now()

    def issue(self, visitor="v", subject="email a@example.com 7", purpose="login"):
        return self.codes._issue(self.company, purpose, visitor, subject)

    def check(self, code, visitor="v", subject="email a@example.com 7", **kwargs):
        purpose = kwargs.get("purpose", "login")
        company = kwargs.get("company", self.company)
        return self.codes._check(company, purpose, visitor, subject, code)

    def test_right_code_once(self):
        code = self.issue()
        self.assertRegex(code, r"^\d{6}$")
        self.assertTrue(self.check(f" {code[:3]} {code[3:]} "))
        self.assertFalse(self.check(code))

    def test_thai_digits(self):
        code = self.issue().translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
        self.assertTrue(self.check(code))

    def test_only_for_what_it_was_sent_for(self):
        code = self.issue()
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.check(code, visitor="w"))
        self.assertFalse(self.check(code, subject="email b@example.com 7"))
        self.assertFalse(self.check(code, subject="email a@example.com 8"))
        self.assertFalse(self.check(code, purpose="join"))
        self.assertFalse(self.check(code, company=other))
        self.assertFalse(self.check(""))
        self.assertFalse(self.check(None))
        self.assertTrue(self.check(code))

    def test_five_wrong_tries_end_it(self):
        code = self.issue()
        wrong = "000000" if code != "000000" else "111111"
        for _try in range(MAX_TRIES):
            self.assertFalse(self.check(wrong))
        self.assertFalse(self.check(code))

    def test_five_minutes_end_it(self):
        with freeze_time(self.now):
            code = self.issue()
        with freeze_time(self.now + timedelta(minutes=5)):
            self.assertFalse(self.check(code))
        with freeze_time(self.now + timedelta(minutes=4, seconds=59)):
            self.assertTrue(self.check(code))

    def test_a_new_one_ends_the_old_one(self):
        with freeze_time(self.now):
            first = self.issue()
            self.assertFalse(self.issue(), "a moment later there is none")
        with freeze_time(self.now + timedelta(seconds=61)):
            second = self.issue()
            self.assertEqual(self.check(first), first == second)
            if first != second:
                self.assertTrue(self.check(second))

    def test_nothing_readable_is_kept(self):
        code = self.issue()
        self.codes.flush_model()
        self.env.cr.execute("SELECT * FROM crm_one_time_code")
        kept = str(self.env.cr.fetchall())
        self.assertNotIn(code, kept)
        self.assertNotIn("a@example.com", kept)

    def test_a_thousand_random_codes(self):
        """Even with a new code each minute, guessing goes nowhere."""
        visitor = {"key": "v", "address": "192.0.2.1"}
        opened = 0
        for minute in range(40):
            with freeze_time(self.now + timedelta(minutes=2 * minute)):
                self.shop._ask_code(
                    "login", visitor, "email anna@example.com 1", "email", "a@x.com"
                )
                for number in range(25):
                    text = f"{minute * 25 + number:06}"
                    opened += self.shop._check_code(
                        "login", visitor, "email anna@example.com 1", text
                    )
        self.assertFalse(opened)
        sent = self.mails("a@x.com")
        self.assertLessEqual(len(sent), 12, "some per hour, not one per try")

    def test_old_rows_go(self):
        self.issue()
        with freeze_time(self.now + timedelta(days=2)):
            self.codes._gc_codes()
        self.assertFalse(self.codes.search([]))


@tagged("post_install", "-at_install")
class TestFindCustomer(ShopCase):
    """Whose page a proven address opens: one person's, or nobody's."""

    def test_by_phone_in_any_format_and_by_email(self):
        for text in (
            "0812345678",
            "081-234-5678",
            "๐๘๑ ๒๓๔ ๕๖๗๘",
            "+66 81 234 5678",
            "0066812345678",
            "66812345678",
            "(081) 234.5678",
        ):
            self.assertEqual(
                self.shop._read_login(text), ("phone", "+66812345678"), text
            )
        kind, address = self.shop._read_login(" Anna@Example.com ")
        self.assertEqual((kind, address), ("email", "anna@example.com"))
        self.assertEqual(self.shop._find_customer(kind, address), self.anna)
        self.assertEqual(self.shop._find_customer("phone", "+66812345678"), self.anna)
        for text in ("", "abc", "12", "a@", "0812345678; DROP", "081'--", None):
            self.assertEqual(self.shop._read_login(text), ("", ""), text)

    def test_a_shared_address_is_the_one_members(self):
        family = self.anna.copy({"name": "Boon", "email": "anna@example.com"})
        found = self.shop._find_customer("email", "anna@example.com")
        self.assertEqual(found, self.anna)
        self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": family.id}
        )
        self.assertFalse(self.shop._find_customer("email", "anna@example.com"))

    def test_not_of_another_company(self):
        self.anna.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.shop._find_customer("email", "anna@example.com"))

    def test_a_phone_is_reached_by_the_customers_email(self):
        route = self.shop._get_login_route("phone", "+66812345678")
        self.assertEqual(route, (self.anna, "email", "anna@example.com"))
        self.anna.email = False
        partner, _kind, _address = self.shop._get_login_route("phone", "+66812345678")
        self.assertFalse(partner)


@tagged("post_install", "-at_install")
class TestLogIn(PageCase):
    """Members log in with what they know by heart; strangers learn nothing (B11)."""

    def signed_in(self):
        """:return: whether the visitor is known: the log-in page leads on"""
        page = self.get("/login", allow_redirects=False)
        return page.status_code == 303

    def test_by_email_and_by_phone(self):
        for login in ("anna@example.com", "081 234 5678"):
            self.visit()
            self.mails().unlink()
            self.assertFalse(self.signed_in())
            response = self.log_in(login, allow_redirects=False)
            self.assertTrue(self.signed_in(), response.text)
        self.assertEqual(len(self.env["crm.member.device"].search([])), 2)

    def log_in(self, login, allow_redirects=True):
        self.get("/login")
        self.post("/login", {"login": login, "remember": "1"})
        return self.post(
            "/login/code",
            {"code": self.last_code("anna@example.com")},
            allow_redirects=allow_redirects,
        )

    def test_log_out(self):
        self.log_in("anna@example.com", allow_redirects=False)
        self.get("/login/code", allow_redirects=False)
        self.assertTrue(self.signed_in())
        with mute_logger("odoo.http"):
            refused = self.url_open(f"/member/{self.shop.slug}/logout", data={"x": "1"})
        self.assertEqual(refused.status_code, 400, "another site cannot log out")
        self.assertTrue(self.signed_in())

    def test_known_and_unknown_look_the_same(self):
        pages = {}
        for login in (
            "anna@example.com",
            "nobody@example.com",
            "0812345678",
            "0899999999",
        ):
            self.visit()
            self.get("/login")
            asked = self.post("/login", {"login": login})
            _kind, address = self.shop._read_login(login)
            wrong = self.post("/login/code", {"code": "12345"})
            again = self.post("/login/code", {"again": "1"})
            pages[login] = [
                (page.status_code, self.words(page).replace(address, "ADDRESS"))
                for page in (asked, wrong, again)
            ]
        first = pages.pop("anna@example.com")
        for login, other in pages.items():
            self.assertEqual(other, first, login)
        self.assertFalse(self.mails("nobody"))

    def test_each_refusal_has_the_same_words(self):
        self.get("/login")
        self.post("/login", {"login": "anna@example.com"})
        code = self.last_code("anna@example.com")
        wrong = self.words(self.post("/login/code", {"code": "x"}))
        self.assertIn("does not work", wrong)
        codes = self.env["crm.one.time.code"].search([])
        codes.valid_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.words(self.post("/login/code", {"code": code})), wrong)
        codes.valid_until = fields.Datetime.now() + timedelta(minutes=1)
        codes.tries = MAX_TRIES
        self.assertEqual(self.words(self.post("/login/code", {"code": code})), wrong)
        self.assertFalse(self.signed_in())

    def test_a_code_of_another_visitor_opens_nothing(self):
        self.get("/login")
        self.post("/login", {"login": "anna@example.com"})
        code = self.last_code("anna@example.com")
        self.visit()
        self.get("/login")
        self.post("/login", {"login": "nobody@example.com"})
        self.post("/login/code", {"code": code})
        self.assertFalse(self.signed_in())
        self.visit()
        page = self.url_open(
            f"/member/{self.shop.slug}/login/code", allow_redirects=False
        )
        self.assertTrue(page.headers["Location"].endswith("/login"))

    def test_mass_of_phone_numbers_is_throttled(self):
        limits = {"ASKED_BY_VISITOR": 5}
        for name, value in limits.items():
            self.patch(
                __import__(
                    "odoo.addons.crm_loyalty_points.models.crm_shop_code",
                    fromlist=[name],
                ),
                name,
                value,
            )
        codes = self.env["crm.one.time.code"]
        before = codes.search_count([])
        self.get("/login")
        pages = set()
        for number in range(8):
            page = self.post("/login", {"login": f"08100000{number:02}"})
            pages.add(self.words(page).replace(f"+668100000{number:02}", "NUMBER"))
        self.assertEqual(len(pages), 1, "nobody sees the difference")
        self.assertEqual(codes.search_count([]) - before, 5)

    def test_robots_get_no_mail(self):
        self.get("/login")
        page = self.post("/login", {"login": "anna@example.com", "website": "x"})
        self.assertIn("Type the code", page.text)
        self.assertFalse(self.mails("anna"))

    def test_never_sent_elsewhere_afterwards(self):
        slug = self.shop.slug
        for path in (
            "https://evil.example/",
            "//evil.example",
            f"/member/{slug}.evil.example",
            f"/member/{slug}/\\evil",
            "/odoo",
        ):
            page = self.get(f"/login?next={path}")
            self.assertIn(f'name="next" value="/member/{slug}"', page.text)
        page = self.get(f"/login?next=/member/{slug}/rewards")
        self.assertIn(f'name="next" value="/member/{slug}/rewards"', page.text)

    def test_neither_phone_nor_email(self):
        self.get("/login")
        page = self.post("/login", {"login": "<b>Anna</b>"})
        self.assertIn("neither a phone number", page.text)
        self.assertIn("&lt;b&gt;Anna", page.text, "what was typed is kept")
