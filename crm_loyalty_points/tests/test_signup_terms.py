from odoo.exceptions import UserError
from odoo.tests import tagged

from .signup_common import SignUpCase


@tagged("post_install", "-at_install")
class TestTerms(SignUpCase):
    """What members agreed to can be shown at any time, word by word (M10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["crm.terms"]
        cls.first, cls.privacy = cls.terms.create(
            [
                {"kind": "terms", "body": "<p>Be nice.</p>"},
                {"kind": "privacy", "body": "<p>We keep little.</p>"},
            ]
        )

    def test_published_is_never_edited(self):
        self.assertEqual(self.first.state, "draft")
        self.first.body = "<p>Be very nice.</p>"
        self.first.action_publish()
        self.assertEqual(self.first.state, "current")
        for change in ({"body": "x"}, {"version": 9}, {"kind": "privacy"}):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.first.write(change)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.first.update_field_translations("body", {"en_US": {"Be": "Do"}})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.first.unlink()
        second = self.terms.browse(self.first.action_new_version()["res_id"])
        self.assertEqual((second.version, second.body), (2, self.first.body))
        self.assertEqual(self.first.action_new_version()["res_id"], second.id)
        second.action_publish()
        self.assertEqual((self.first.state, second.state), ("past", "current"))
        with self.assertRaises(UserError):
            self.terms.create({"kind": "terms"}).action_publish()

    def test_a_new_version_asks_again_and_keeps_both(self):
        (self.first | self.privacy).action_publish()
        page = self.open_form()
        self.assertIn("Be nice.", page.text)
        self.assertIn("We keep little.", page.text)
        self.sign_up()
        partner = self.found()
        self.assertFalse(self.shop._get_missing_consents(partner))
        self.assertEqual(partner.consent_ids.policy_version, "terms 1, privacy 1")
        second = self.terms.browse(self.first.action_new_version()["res_id"])
        second.body = "<p>Be nicer.</p>"
        self.assertFalse(self.shop._get_missing_consents(partner), "still a draft")
        second.action_publish()
        self.assertEqual(self.shop._get_missing_consents(partner), second)
        for path in ("", "/rewards", "/profile"):
            page = self.get(path, allow_redirects=False)
            self.assertIn(f"{self.shop.slug}/terms", page.headers["Location"])
        self.assertEqual(self.get("/privacy").status_code, 200, "a right of everybody")
        page = self.get("/rewards")
        self.assertIn("Be nicer.", page.text)
        self.assertNotIn("We keep little.", page.text)
        page = self.post("/terms", {})
        self.assertIn("Without your consent", page.text)
        done = self.post(
            "/terms",
            {"agree": "1", "next": f"/member/{self.shop.slug}/rewards"},
            allow_redirects=False,
        )
        self.assertTrue(done.headers["Location"].endswith("/rewards"))
        self.assertFalse(self.shop._get_missing_consents(partner))
        versions = partner.consent_ids.filtered(lambda c: c.purpose == "service")
        self.assertEqual(
            versions.mapped("policy_version"),
            ["terms 2, privacy 1", "terms 1, privacy 1"],
        )

    def test_strangers_may_read_and_agree_to_nothing(self):
        (self.first | self.privacy).action_publish()
        count = self.env["crm.consent"].search_count([])
        page = self.get("/terms")
        self.assertIn("Be nice.", page.text)
        self.get("/login")
        self.post("/terms", {"agree": "1"})
        self.assertEqual(self.env["crm.consent"].search_count([]), count)
