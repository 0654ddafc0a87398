import base64
import io

from PIL import Image

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments.tests.pictures import picture

from .member_page_common import MemberPageHttpCase


@tagged("post_install", "-at_install")
class TestMemberQuestions(MemberPageHttpCase):
    """The shop's own questions can be answered later; what is asked and what is kept
    must be the same as at sign-up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        questions = cls.env["crm.signup.question"].create(
            [
                {
                    "shop_id": cls.shop.id,
                    "kind": "personal",
                    "profile_key": "gender",
                    "label": "Gender",
                },
                {
                    "shop_id": cls.shop.id,
                    "answer_type": "number",
                    "label": "Number of cats",
                    "required": True,
                },
                {
                    "shop_id": cls.shop.id,
                    "answer_type": "choices",
                    "label": "What do you drink",
                    "choice_ids": [
                        Command.create({"label": label}) for label in ("Tea", "Coffee")
                    ],
                },
                {"shop_id": cls.shop.id, "answer_type": "photo", "label": "Photo"},
            ]
        )
        cls.gender, cls.cats, cls.drinks, cls.photo = questions

    def save(self, **values):
        choices = [f"c{choice.id}" for choice in self.drinks.choice_ids]
        return self.post(
            "profile/save",
            **{
                "first_name": "Somchai",
                self.cats._get_form_name(): "3",
                self.drinks._get_form_name(): choices,
                **values,
            },
        )

    def test_answers_are_kept_and_shown_again(self):
        html = self.get("profile").text
        for text in ("Number of cats", "What do you drink", "Tea"):
            self.assertIn(text, html)
        self.assertIn("Saved.", self.save(gender="female").text)
        self.assertEqual(self.partner.gender, "female")
        self.assertEqual(self.cats._get_answer(self.partner), 3)
        self.assertEqual(len(self.drinks._get_answer(self.partner)), 2)
        html = self.get("profile").text
        self.assertRegex(html, r'value="female"[^>]*checked')
        self.assertIn('value="3"', html)
        self.assertFalse(self.cats._get_answer(self.other_partner))

    def test_what_is_wrong_is_said_and_nothing_kept(self):
        cats = self.cats._get_form_name()
        response = self.save(**{cats: "many", "gender": "female"})
        self.assertIn("type a number", response.text)
        self.assertIn('value="many"', response.text)
        self.assertFalse(self.partner.gender)
        response = self.save(gender="robot")
        self.assertIn("choose one of the answers", response.text)

    def send_photo(self, data, **values):
        """Save the profile with a photo, as a browser does."""
        name = self.photo._get_form_name()
        values = {"first_name": "Somchai", self.cats._get_form_name(): "3", **values}
        return self.url_open(
            "/member/baan-suan/profile/save",
            data={"csrf_token": self.read_csrf(), **values},
            files={name: ("me.jpg", data, "image/jpeg")},
        )

    def test_a_photo_is_given_replaced_and_deleted(self):
        name = self.photo._get_form_name()
        address = f"profile/photo/{name}"
        html = self.get("profile").text
        self.assertIn('type="file"', html)
        self.assertNotIn(address, html)
        self.assertEqual(self.get(address).status_code, 404)
        self.assertIn("Saved.", self.send_photo(picture(exif=b"Exif\0\0gps")).text)
        html = self.get("profile").text
        self.assertIn(f'src="/member/baan-suan/{address}"', html)
        response = self.get(address)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        image = Image.open(io.BytesIO(response.content))
        self.assertEqual((image.format, image.size), ("JPEG", (1600, 800)))
        self.assertFalse(image.getexif())
        self.assertIn("Saved.", self.save().text)
        self.assertEqual(self.get(address).content, response.content, "it stays")
        self.send_photo(picture("blue", (40, 20)))
        image = Image.open(io.BytesIO(self.get(address).content))
        self.assertEqual(image.size, (40, 20))
        self.assertEqual(len(self.partner.signup_photo_ids), 1)
        self.save(**{f"{name}_delete": "1"})
        self.assertEqual(self.get(address).status_code, 404)
        self.partner.invalidate_recordset()
        self.assertFalse(self.partner.signup_photo_ids)

    def test_a_photo_is_checked_as_at_sign_up(self):
        for data in (b"<svg onload=alert(1)>", b"GIF89a"):
            self.assertIn("This file is not a photo", self.send_photo(data).text)
        text = base64.b64encode(b"<script>").decode()
        self.save(**{self.photo._get_form_name(): text})
        self.assertFalse(self.partner.signup_photo_ids, "only files are photos")
        page = self.send_photo(picture(), **{self.cats._get_form_name(): "many"})
        self.assertIn("choose the photo again", page.text)
        self.assertNotIn("Your photo is here already", page.text)
        self.assertFalse(self.partner.signup_photo_ids, "nothing was saved")

    def test_a_photo_that_must_be_there(self):
        name = self.photo._get_form_name()
        self.photo.required = True
        self.assertIn("Please fill this in", self.save().text)
        self.assertIn("Saved.", self.send_photo(picture()).text)
        self.assertIn("Saved.", self.save().text)
        self.assertNotIn(f"{name}_delete", self.get("profile").text)
        self.assertIn("Please fill this in", self.save(**{f"{name}_delete": "1"}).text)
        self.assertEqual(len(self.partner.signup_photo_ids), 1)

    def test_nobody_else_sees_a_photo(self):
        self.photo._set_photo(self.partner, picture(size=(40, 20)))
        address = f"profile/photo/{self.photo._get_form_name()}"
        other = picture("blue", (40, 20))
        for path in ("profile", address):
            self.assertEqual(self.get(path).status_code, 200)
            before = self.cr.sql_log_count
            self.get(path)
            self.assertLessEqual(self.cr.sql_log_count - before, 20, path)
        self.sign_in(self.other_token)
        self.assertEqual(self.get(address).status_code, 404)
        self.photo._set_photo(self.other_partner, other)
        self.assertEqual(self.get(address).content, other)
        self.sign_in("")
        response = self.get(address, allow_redirects=False)
        self.assertIn("/login?next=", response.headers["Location"])
        for photo in self.partner.signup_photo_ids:
            self.assertEqual(self.url_open(f"/web/content/{photo.id}").status_code, 404)

    def test_the_gift_for_a_whole_profile_comes_once(self):
        self.shop.profile_gift_points = 30
        self.assertIn("get 30 points", self.get("profile").text)
        whole = {
            "gender": "female",
            "last_name": "Jaidee",
            "birthdate": "21/11/2533",
            "branch": str(self.silom.id),
        }
        self.partner.phone = "081 234 5678"
        self.partner.joined_branch_id = False
        self.assertIn("30 points for you", self.save(**whole).text)
        self.assertEqual(self.partner.joined_branch_id, self.silom)
        self.assertEqual(self.card.points_usable, 530)
        self.assertNotIn("points for you", self.save(gender="male").text)
        self.assertEqual(self.card.points_usable, 530)


@tagged("post_install", "-at_install")
class TestMemberTermsPages(MemberPageHttpCase):
    """A new version of the terms asks again, and never locks a member in who does not
    agree: consents, one's data and leaving stay open."""

    def test_asked_before_anything_else(self):
        terms = self.env["crm.terms"].create(
            {"shop_id": self.shop.id, "kind": "terms", "body": "<p>Be kind</p>"}
        )
        self.assertEqual(self.get("codes").url.rpartition("/")[2], "codes")
        terms.action_publish()
        for path in ("", "history", "rewards", "codes", "profile"):
            response = self.get(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
            self.assertIn("/member/baan-suan/terms?next=", response.headers["Location"])
        for path in ("consents", "devices", "privacy", "confirm"):
            self.assertEqual(
                self.get(path, allow_redirects=False).status_code, 200, path
            )
        path = f"rewards/{self.coffee.id}/redeem"
        self.assertIn("/terms", self.post(path, wish="0" * 32).url)
        self.assertFalse(self.card.redemption_count)
        self.shop._record_consents(self.partner, source="test")
        self.assertIn("500", self.get().text)
        self.post("consents/save", purpose="marketing_sms", given="1")
        row = self.partner.consent_ids.filtered(
            lambda row: row.purpose == "marketing_sms"
        )
        self.assertEqual(row.policy_version, "terms 1")

    def publish(self):
        self.env["crm.terms"].create(
            {"shop_id": self.shop.id, "kind": "terms", "body": "<p>Be kind</p>"}
        ).action_publish()

    def test_marketing_is_offered_along_and_never_ticked(self):
        self.partner.email = "chai@example.com"
        self.partner._crm_record_consent("marketing_sms")
        self.partner._crm_record_consent("marketing_email")
        self.partner._crm_record_consent("marketing_email", given=False)
        self.publish()
        html = self.get("terms").text
        self.assertNotIn('name="marketing_sms"', html, "agreed to already")
        for purpose in ("marketing_line", "marketing_email"):
            self.assertIn(f'name="{purpose}"', html)
        self.assertNotIn("checked=", html)
        before = self.partner.consent_ids
        html = self.post("terms", marketing_line="1").text
        self.assertEqual(html.count("checked="), 1, "what was ticked is not lost")
        self.assertEqual(self.partner.consent_ids, before, "nothing without agreeing")
        self.post("terms", agree="1", marketing_line="1", marketing_sms="1")
        rows = self.partner.consent_ids - before
        self.assertEqual(set(rows.mapped("purpose")), {"service", "marketing_line"})
        for row in rows:
            self.assertTrue(row.given)
            self.assertEqual(
                (row.policy_version, row.source, row.address),
                ("terms 1", "terms", "chai@example.com"),
            )
        self.assertNotIn("marketing_", self.get("terms").text, "no longer asked")

    def test_whoever_does_not_agree_can_leave(self):
        self.partner.email = "chai@example.com"
        self.publish()
        page = self.get("history")
        self.assertIn("/terms", page.url)
        self.assertIn('href="/member/baan-suan/privacy"', page.text)
        self.assertIn("privacy/delete", self.get("privacy").text)
        for path in ("privacy/data", "privacy/delete"):
            self.assertIn("/confirm?next=", self.get(path).url, path)


@tagged("post_install", "-at_install")
class TestMemberPortal(MemberPageHttpCase):
    """Customers who log in to Odoo are recognised without a code."""

    def test_a_portal_user_gets_a_card(self):
        user = new_test_user(self.env, "member_portal", "base.group_portal")
        self.opener.cookies.clear()
        self.authenticate("member_portal", "member_portal")
        self.opener.cookies["crm_member_lang"] = "en_US"
        page = self.get()
        self.assertIn("Get my card", page.text)
        self.assertFalse(self.shop._get_member_card(user.partner_id))
        for _turn in range(2):
            self.post("card")
        card = self.shop._get_member_card(user.partner_id)
        self.assertEqual(len(card), 1)
        self.assertIn(user.partner_id.member_number, self.get().text)
        self.assertIn("X-Crm-Member", self.get().headers)

    def test_staff_are_no_members(self):
        new_test_user(self.env, "member_staff", "base.group_user")
        self.opener.cookies.clear()
        self.authenticate("member_staff", "member_staff")
        self.assertEqual(self.get("history", allow_redirects=False).status_code, 303)
