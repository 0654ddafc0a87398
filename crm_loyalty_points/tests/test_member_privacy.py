import io
import zipfile
from unittest.mock import patch

from odoo.tests import tagged

from .member_page_common import MemberPageHttpCase

RANDOM = "odoo.addons.crm_loyalty_points.models.crm_one_time_code.secrets.randbelow"


@tagged("post_install", "-at_install")
class TestMemberPrivacy(MemberPageHttpCase):
    """What cannot be undone needs a fresh proof: a phone left on a table must not be
    enough to take over an account, to carry its data away or to delete them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"email": "chai@example.com", "phone": "081 234 5678"})

    def setUp(self):
        super().setUp()
        patcher = patch(RANDOM, return_value=123456)
        patcher.start()
        self.addCleanup(patcher.stop)

    def prove(self, path="privacy"):
        """:return: the page that the proof leads to"""
        target = f"/member/baan-suan/{path}"
        self.assertEqual(self.post("confirm/send", next=target).status_code, 200)
        return self.post("confirm/check", code="123456", next=target)

    def test_without_a_fresh_proof_nothing_happens(self):
        for path in ("privacy/data", "privacy/delete", "profile/phone"):
            self.assertIn("/confirm?next=", self.get(path).url)
        for path in ("privacy/download", "privacy/erase", "profile/email/ask"):
            response = self.post(path, word="DELETE", address="new@example.com")
            self.assertIn("/confirm?next=", response.url, path)
        self.assertTrue(self.partner.exists().email)
        self.assertEqual(self.partner.name, "Somchai")

    def test_the_page_shows_no_whole_address(self):
        html = self.get("confirm").text
        self.assertIn("@example.com", html)
        self.assertNotIn("chai@example.com", html)

    def test_a_wrong_code_proves_nothing(self):
        self.post("confirm/send")
        response = self.post("confirm/check", code="000000")
        self.assertIn("not the code", response.text)
        self.assertIn("/confirm?next=", self.get("privacy/data").url)

    def test_the_proof_leads_nowhere_else(self):
        self.post("confirm/send")
        response = self.post(
            "confirm/check", code="123456", next="//evil.example.com/x", follow=False
        )
        self.assertEqual(response.headers["Location"], "/member/baan-suan")

    def test_taking_the_data_along(self):
        self.prove("privacy/data")
        response = self.post("privacy/download")
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist())
        self.assertIn(b"chai@example.com", text)
        self.assertNotIn(b"Suda", text)
        [noted] = self.env["crm.privacy.request"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(
            (noted.kind, noted.state, noted.channel), ("access", "done", "member_page")
        )

    def test_another_email_address(self):
        self.prove("profile/email")
        response = self.post("profile/email/ask", address="no address")
        self.assertIn("not an e-mail address", response.text)
        self.post("profile/email/ask", address="New@Example.com")
        self.assertEqual(self.partner.email, "chai@example.com")
        self.post("profile/email/check", code="999999")
        self.assertEqual(self.partner.email, "chai@example.com")
        self.post("profile/email/check", code="123456")
        self.assertEqual(self.partner.email, "new@example.com")
        history = " ".join(self.partner.message_ids.mapped("body"))
        self.assertIn("chai@example.com", history)

    def test_an_address_of_another_customer_is_not_taken(self):
        self.other_partner.email = "suda@example.com"
        self.prove("profile/email")
        self.post("profile/email/ask", address="suda@example.com")
        self.post("profile/email/check", code="123456")
        self.assertEqual(self.partner.email, "chai@example.com")
        self.assertIn("suda@", " ".join(self.partner.message_ids.mapped("body")))

    def test_a_phone_number_that_nobody_can_prove_is_left_to_the_shop(self):
        self.prove("profile/phone")
        self.post("profile/phone/ask", address="+66 89 999 9999")
        self.assertEqual(self.partner.phone, "081 234 5678")
        self.assertIn("+66899999999", " ".join(self.partner.message_ids.mapped("body")))

    def test_deleting_everything(self):
        other = self.env["crm.member.device"]._remember(
            self.partner, self.env.company, "Tablet"
        )[0]
        page = self.prove("privacy/delete").text
        self.assertIn("Points ledger", page)
        response = self.post("privacy/erase", word="yes")
        self.assertIn("not the right one", response.text)
        self.assertEqual(self.partner.name, "Somchai")
        response = self.post("privacy/erase", word="delete")
        self.assertIn("/member/baan-suan/deleted", response.url)
        self.assertFalse(self.partner.email)
        self.assertNotEqual(self.partner.name, "Somchai")
        self.assertFalse((self.device | other).exists())
        self.assertFalse(self.card.partner_id)
        noted = self.env["crm.privacy.request"].search([("kind", "=", "erase")])
        self.assertEqual(noted[0].state, "done")
        self.assertEqual(noted[0].pseudonym, self.partner.name)
        response = self.get("history", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/login", response.headers["Location"])

    def test_a_customer_of_two_companies_is_left_to_the_privacy_desk(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["crm.consent"].create(
            {
                "partner_id": self.partner.id,
                "purpose": "service",
                "company_id": company.id,
            }
        )
        self.prove("privacy/delete")
        response = self.post("privacy/erase", word="delete")
        self.assertIn("answers you", response.text)
        self.assertEqual(self.partner.name, "Somchai")
        [noted] = self.env["crm.privacy.request"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual((noted.kind, noted.state), ("erase", "open"))


@tagged("post_install", "-at_install")
class TestMemberProfile(MemberPageHttpCase):
    """What members write about themselves, and where they are signed in."""

    def test_the_profile(self):
        response = self.post(
            "profile/save",
            first_name="Somchai",
            last_name="Jaidee",
            nickname="Chai",
            birthdate="21/11/2533",
            street="1 Silom",
            city="Bangkok",
            zip="10500",
            email="stolen@example.com",
            phone="0899999999",
            comment="x",
        )
        self.assertIn("Saved.", response.text)
        partner = self.partner
        self.assertEqual(partner.name, "Somchai Jaidee")
        self.assertEqual(str(partner.birthdate), "1990-11-21")
        self.assertEqual((partner.street, partner.zip), ("1 Silom", "10500"))
        # these have their own way, and nothing else is written
        self.assertFalse(partner.email or partner.phone or partner.comment)

    def test_what_is_wrong_is_said_and_kept(self):
        for birthdate in ("31/02/2533", "21/11/2633", "soon"):
            response = self.post(
                "profile/save", first_name="New", birthdate=birthdate, street="X"
            )
            self.assertIn("Nothing was saved yet", response.text, birthdate)
            self.assertIn(birthdate, response.text)
        response = self.post("profile/save", nickname="Chai")
        self.assertIn("fill in your name", response.text)
        self.assertEqual(self.partner.name, "Somchai")
        self.assertFalse(self.partner.street)

    def test_devices_of_others_stay(self):
        other = self.env["crm.member.device"].search(
            [("partner_id", "=", self.other_partner.id)]
        )
        mine = self.env["crm.member.device"]._remember(
            self.partner, self.env.company, "Mozilla/5.0 (iPhone) Safari"
        )[0]
        self.assertIn("Safari, iPhone", self.get("devices").text)
        self.assertEqual(self.post(f"devices/{other.id}/end").status_code, 404)
        self.assertTrue(other.exists())
        self.post(f"devices/{mine.id}/end")
        self.assertFalse(mine.exists())
        self.assertTrue(self.device.exists())

    def test_consents(self):
        self.partner._crm_record_consent("marketing_email", policy_version="terms 1")
        self.assertIn("terms 1", self.get("consents").text)
        for _turn in range(2):
            self.post("consents/save", purpose="marketing_email", given="")
        self.post("consents/save", purpose="marketing_sms", given="1")
        response = self.post("consents/save", purpose="no_such", given="1")
        self.assertEqual(response.status_code, 404)
        rows = self.partner.consent_ids.sorted("id")
        self.assertEqual(
            [(row.purpose, row.given) for row in rows],
            [
                ("marketing_email", True),
                ("marketing_email", False),
                ("marketing_sms", True),
            ],
        )
        self.assertFalse(self.other_partner.consent_ids)
