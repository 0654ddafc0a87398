import re
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import MockEmail

from .test_staff_accounts import GROUP, NEVER, StaffCase

CONFIRM = re.compile(r"/staff/confirm/[\w-]+")
EMAIL = "mali@shop.example.com"


@tagged("post_install", "-at_install")
class TestStaffJoin(StaffCase, HttpCase, MockEmail):
    """A link in a chat leaks. What it opens must be one role, for those who prove an
    address, for as long and as many as the manager said."""

    def setUp(self):
        super().setUp()
        self.env.company.email = "shop@example.com"
        self.link = self._link()
        self.authenticate(None, None)

    def _link(self, **values):
        links = self.env["crm.staff.invitation"].with_user(self.manager)
        values = {"name": "Weekend", "role": "officer", "max_uses": 1, **values}
        return links.create({"branch_ids": [(6, 0, self.siam.ids)], **values})

    def _open(self, path, data=None):
        self.env.flush_all()
        if data is not None:
            data = {**data, "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(path, data=data, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _path(self, link=None):
        return f"/staff/join/{(link or self.link).sudo().token}"

    def _ask(self, email=EMAIL, link=None):
        """:return: (answer, path of the confirmation that was mailed or None)"""
        with self.mock_mail_gateway():
            answer = self._open(self._path(link), {"name": "Mali", "email": email})
        found = [CONFIRM.search(mail["body"]) for mail in self._mails]
        return answer, next((match.group() for match in found if match), None)

    def _users(self, email=EMAIL):
        users = self.env["res.users"].with_context(active_test=False)
        return users.search([("login", "=", email)])

    def test_join(self):
        answer, confirm = self._ask()
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self._users(), "no account before the address is proven")
        self.assertEqual(self._open(confirm).status_code, 200)
        self.assertFalse(self._users(), "mail programs open links by themselves")
        answer = self._open(confirm, {})
        self.assertIn("/web/signup", answer.headers["Location"])
        user = self._users()
        self.assertEqual(user.group_ids, self.env.ref(GROUP.format("officer")))
        for group in NEVER:
            self.assertFalse(user.has_group(group))
        staff = self.Staff.search([("user_id", "=", user.id)])
        self.assertEqual(staff.branch_ids, self.siam)
        self.assertIn("joined", self._kinds(staff))
        self.assertEqual(self._open(confirm).status_code, 404, "once")
        self.assertEqual(self.link.state, "full")
        self.assertEqual(self._open(self._path()).status_code, 404)

    def test_links_that_cannot_be_used_answer_alike(self):
        ended, expired = self._link(), self._link()
        ended.action_end()
        expired.sudo().expires_at = fields.Datetime.now() - timedelta(minutes=1)
        pages = {
            self._open(path).text.replace(path, "")
            for path in (self._path(ended), self._path(expired), "/staff/join/wrong")
        }
        tokens = re.compile(r'csrf_token: "[^"]*"|value="[^"]*"')
        self.assertEqual(len({tokens.sub("", page) for page in pages}), 1)

    def test_ending_a_link_stops_those_on_their_way(self):
        _answer, confirm = self._ask()
        self.link.action_end()
        self.assertEqual(self._open(confirm, {}).status_code, 404)
        self.assertFalse(self._users())

    def test_no_more_people_than_said(self):
        _answer, first = self._ask("one@shop.example.com")
        _answer, second = self._ask("two@shop.example.com")
        self._open(first, {})
        self.assertEqual(self._open(second, {}).status_code, 404)
        self.assertFalse(self._users("two@shop.example.com"))

    def test_an_existing_account_gains_nothing_and_is_not_told_apart(self):
        viewer = self.users["viewer"]
        viewer.email = "viewer@shop.example.com"
        groups = viewer.group_ids
        known, confirm = self._ask("viewer@shop.example.com")
        self.assertFalse(confirm)
        new, _confirm = self._ask("new@shop.example.com")
        self.assertIn("If this address can be used", known.text)
        self.assertIn("If this address can be used", new.text)
        self.assertEqual(viewer.group_ids, groups)

    def test_guessing_is_slowed_down(self):
        for number in range(21):
            self._open(f"/staff/join/guess-{number}")
        self.assertEqual(self._open(self._path()).status_code, 404)

    def test_one_visitor_sends_few_mails(self):
        self.link.max_uses = 50
        answers = [self._ask(f"p{n}@shop.example.com") for n in range(7)]
        self.assertEqual(sum(bool(confirm) for _answer, confirm in answers), 5)
        self.assertIn("Too many tries", answers[-1][0].text)

    def test_what_a_manager_cannot_write(self):
        for values in (
            {"token": "known"},
            {"uses": 0},
            {"ended_at": False},
            {"company_id": self.other_company.id},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.link.with_user(self.manager).write(values)
        with self.assertRaises(ValidationError):
            self.link.expires_at = fields.Datetime.now() + timedelta(days=400)
        made = self._link(token="known", uses=-5)
        self.assertNotEqual(made.sudo().token, "known")
        self.assertEqual(made.uses, 0)
        self.assertGreaterEqual(len(made.sudo().token), 22, "128 bits")
