import base64
import io
import re

from PIL import Image

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_segments.tests.pictures import picture

from .signup_common import SignUpCase


@tagged("post_install", "-at_install")
class TestSignUp(SignUpCase):
    """From the poster to the card: once, with consent, and without telling anybody who
    is a customer (M10, M11, D1, B11, B12)."""

    def test_with_fifteen_own_questions(self):
        own = self.ask_own()
        self.ask_profile("gender")
        typed, kept = self.answers(own)
        photo = next(q for q in own if q.answer_type == "photo")
        self.open_form(f"/join?b={self.branch.id}")
        data = {name: texts for name, texts in typed.items()}
        files = {f"q{photo.id}": ("me.jpg", picture(exif=b"Exif\0\0gps"), "image/jpeg")}
        asked = self.send(files=files, gender="female", birthdate="1/2/2530", **data)
        self.assertEqual(asked.status_code, 303)
        self.assertFalse(self.found(), "nobody is made before the proof")
        page = self.post("/join/code", {"code": "1"})
        self.assertIn("does not work", page.text)
        done = self.post(
            "/join/code",
            {"code": self.last_code("nok@example.com")},
            allow_redirects=False,
        )
        self.assertTrue(done.headers["Location"].endswith(f"/member/{self.shop.slug}"))
        partner = self.found()
        self.assertEqual(partner.name, "Nok Noi")
        self.assertEqual(partner.gender, "female")
        values = partner.properties._values
        for question, value in kept.items():
            self.assertEqual(values[question._get_property_name()], value)
        attachment = partner.signup_photo_ids
        image = Image.open(io.BytesIO(base64.b64decode(attachment.datas)))
        self.assertEqual((image.format, image.size), ("JPEG", (1600, 800)))
        self.assertFalse(image.getexif())
        self.assertFalse(attachment.public)
        card = self.shop._get_member_card(partner)
        self.assertEqual(card.points, 50)
        entry = self.env["loyalty.point.entry"].search([("card_id", "=", card.id)])
        self.assertEqual(entry.branch_id, self.branch)
        self.assertTrue(partner.member_number)
        self.assertIn(
            partner, self.env["res.partner"].search([("gender", "=", "female")])
        )

    def test_nothing_typed_is_lost(self):
        photo = self.ask("photo", "Photo")
        hobby = self.ask("choices", "Hobby")
        first, second, _third = (f"c{choice.id}" for choice in hobby.choice_ids)
        self.open_form()
        page = self.send(
            files={f"q{photo.id}": ("a.jpg", picture(), "image/jpeg")},
            phone="12",
            first_name="<i>Nok</i>",
            marketing_sms="1",
            **{f"q{hobby.id}": [first, second]},
        )
        self.assertEqual(page.status_code, 200)
        self.assertIn("This is not a phone number", page.text)
        self.assertIn('value="&lt;i&gt;Nok&lt;/i&gt;"', page.text)
        self.assertIn("Your photo is here already", page.text)
        checked = page.text.count('checked="checked"')
        self.assertEqual(checked, 5, "consent, SMS, the branch and two hobbies")
        self.send(**{f"q{hobby.id}": [second]})
        self.post("/join/code", {"code": self.last_code("nok@example.com")})
        self.assertEqual(len(self.found().signup_photo_ids), 1)

    def test_a_file_that_is_no_photo(self):
        photo = self.ask("photo", "Photo")
        self.open_form()
        for data in (b"<svg onload=alert(1)>", b"x" * 100, b"GIF89a"):
            page = self.send(files={f"q{photo.id}": ("a.jpg", data, "image/jpeg")})
            self.assertIn("This file is not a photo", page.text)

    def test_years_of_the_example_are_those_of_the_page(self):
        self.env["res.lang"]._activate_lang("th_TH")
        for lang, day in (("th_TH", "31/12/2530"), ("en_US", "31/12/1987")):
            page = self.open_form(f"/join?lang={lang}").text
            self.assertEqual(set(re.findall(r"31/12/\d+", page)), {day})

    def test_consent_before_data(self):
        self.open_form()
        data = self.form()
        data.pop("agree")
        page = self.post("/join", {"token": self.form_token, **data})
        self.assertIn("Without your consent", page.text)
        self.assertFalse(self.mails("nok"))
        self.sign_up(marketing_line="1")
        consents = self.found().consent_ids
        self.assertEqual(set(consents.mapped("purpose")), {"service", "marketing_line"})
        self.assertEqual(set(consents.mapped("address")), {"+66899999999"})
        self.assertEqual(consents.company_id, self.company)

    def test_known_and_unknown_look_the_same(self):
        """Neither the page nor the mail says whether phone or e-mail is known."""
        pages = {}
        for phone, email in (
            ("089 999 9999", "nok@example.com"),
            ("081 234 5678", "new@example.com"),
            ("089 999 9998", "anna@example.com"),
            ("081 234 5678", "anna@example.com"),
        ):
            self.visit()
            self.mails().unlink()
            self.open_form()
            asked = self.send(phone=phone, email=email)
            shown = self.get("/join/code")
            mail = self.mails(email)
            code = self.last_code(email)
            pages[phone, email] = (
                asked.status_code,
                self.words(shown).replace(email, "ADDRESS"),
                mail.body_html.replace(code, "CODE"),
                len(mail),
            )
        self.assertEqual(len(set(pages.values())), 1)

    def test_linked_after_proof(self):
        self.anna.gender = "female"
        self.sign_up(phone="0812345678", email="anna@example.com", first_name="Ann")
        self.assertEqual(self.found("+66812345678"), self.anna)
        self.assertEqual(self.anna.name, "Anna Adams", "what is known stays")
        self.assertEqual(self.anna.last_name, "Adams")
        self.assertEqual(self.shop._get_member_card(self.anna), self.card)
        self.assertEqual(self.card.points, 50, "no second welcome")
        page = self.get("/login", allow_redirects=False)
        self.assertEqual(page.status_code, 303, "signed in")

    def test_never_linked_without_the_stored_address(self):
        self.sign_up(phone="0812345678", email="thief@example.com")
        twin = self.found("+66812345678") - self.anna
        self.assertEqual(twin.possible_twin_id, self.anna)
        self.assertEqual(twin.email, "thief@example.com")
        card = self.shop._get_member_card(twin)
        self.assertEqual(card.points, 50, "greeted as any newcomer")
        self.assertEqual(
            self.shop._find_customer("phone", "+66812345678"),
            self.anna,
            "the phone number still opens the page of its owner",
        )
        twin.action_not_twin()
        self.assertFalse(twin.possible_twin_id)
        self.assertEqual(card.points, 50)

    def test_nobody_learns_whose_a_number_is(self):
        """Typing a member's number and one's own e-mail address shows what typing a
        fresh number shows, on each page and in each mail."""
        self.shop.profile_gift_points = 20
        seen = []
        for phone, email in (
            ("0812345678", "thief@example.com"),
            ("0899999999", "nok99@example.com"),
        ):
            self.visit()
            self.sign_up(phone=phone, email=email, birthdate="1/2/2530")
            pages = [self.get(path) for path in ("", "/history", "/profile", "/codes")]
            self.visit()
            self.mails().unlink()
            self.get("/login")
            pages.append(self.post("/login", {"login": phone}))
            mails = self.mails().filtered(lambda mail, to=email: to in mail.email_to)
            self.assertFalse(mails, "a number that nobody has proven opens nothing")
            texts = [self.words(page) for page in pages]
            for each in (phone, f"+66{phone[1:]}", email):
                texts = [text.replace(each, "TYPED") for text in texts]
            own = re.compile(r"<svg.*?</svg>|\d{5,}", re.DOTALL)  # codes, numbers, ids
            seen.append([own.sub("OWN", text) for text in texts])
        self.assertEqual(*seen)

    def test_merged_twins_have_one_welcome(self):
        dish, drink = self.ask("text", "Dish"), self.ask("text", "Drink")
        drink._write_answers(self.anna, {drink.id: "Tea"})
        typed = {f"q{dish.id}": "Som tam", f"q{drink.id}": "Beer"}
        self.sign_up(phone="0812345678", email="other@example.com", **typed)
        twin = self.found("+66812345678") - self.anna
        spent = self.shop._get_member_card(twin)
        self.assertEqual(spent.points, 50)
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((twin | self.anna).ids)],
                "dst_partner_id": self.anna.id,
            }
        )
        wizard.action_merge()
        self.assertFalse(twin.exists())
        self.assertEqual(dish._get_answer(self.anna), "Som tam")
        self.assertEqual(drink._get_answer(self.anna), "Tea", "what was known stays")
        self.assertFalse(self.anna.possible_twin_id)
        self.assertEqual(self.card.points, 50)

    def test_without_proof_never_linked(self):
        self.shop.signup_proof = "none"
        self.open_form()
        self.send(phone="0812345678", email="")
        twin = self.found("+66812345678") - self.anna
        self.assertEqual(twin.possible_twin_id, self.anna)

    def test_sent_again_is_once(self):
        """Double tap, back button, network retry: one customer, one card, one gift."""
        self.shop.profile_gift_points = 20
        self.open_form()
        self.send(birthdate="1/2/2530")
        self.send(birthdate="1/2/2530")
        self.assertEqual(len(self.mails("nok")), 1)
        code = self.last_code("nok@example.com")
        self.post("/join/code", {"code": code}, allow_redirects=False)
        self.get("/terms")
        self.post("/join/code", {"code": code}, allow_redirects=False)
        self.send(birthdate="1/2/2530")
        self.visit()
        self.sign_up(birthdate="1/2/2530")
        partner = self.found()
        self.assertEqual(len(partner), 1)
        card = self.shop._get_member_card(partner)
        kinds = self.env["loyalty.point.entry"].search([("card_id", "=", card.id)])
        self.assertEqual(sorted(kinds.mapped("kind")), ["bonus", "welcome"])
        self.assertEqual(card.points, 70)

    def test_form_of_another_visitor_is_worthless(self):
        self.open_form()
        self.send()
        token = self.form_token
        code = self.last_code("nok@example.com")
        self.visit()
        self.open_form()
        page = self.post("/join/code", {"code": code}, allow_redirects=False)
        self.assertTrue(page.headers["Location"].endswith("/join"))
        self.form_token = token
        self.send(phone="12")
        self.assertFalse(self.found())

    def test_profile_gift_later_and_once(self):
        self.shop.profile_gift_points = 20
        self.sign_up()
        partner = self.found()
        card = self.shop._get_member_card(partner)
        self.assertEqual(card.points, 50)
        self.assertEqual(
            partner._get_missing_profile(self.shop).mapped("profile_key"), ["birthdate"]
        )
        page = self.get("/profile")
        form = {
            name: value
            for name, value in re.findall(
                r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.text
            )
        }
        self.token = form.get("csrf_token", self.token)
        page = self.post("/profile/save", {**form, "birthdate": "1/1/2533"})
        self.assertIn("20 points for you", page.text)
        self.assertEqual(str(partner.birthdate), "1990-01-01")
        self.assertEqual(card.points, 70)
        self.shop.profile_gift_points = 30
        self.assertFalse(partner._give_profile_gift(self.shop))
        self.assertEqual(card.points, 70)

    def test_forged_branch_and_poster(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["crm.branch"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        page = self.open_form(f"/join?b={foreign.id}")
        self.assertNotIn("Theirs", page.text)
        page = self.send(branch=str(foreign.id))
        self.assertIn("choose one of the answers", page.text)
        self.shop.question_ids.filtered(
            lambda q: q.profile_key == "branch"
        ).active = False
        self.open_form()
        self.send(b=str(foreign.id))
        self.post("/join/code", {"code": self.last_code("nok@example.com")})
        self.assertFalse(self.found().joined_branch_id)

    def test_robots_make_nobody(self):
        self.shop.signup_proof = "none"
        self.open_form()
        self.send(website="http://spam.example")
        self.assertFalse(self.found())

    def test_too_many_sign_ups_are_refused(self):
        self.shop.signup_proof = "none"
        module = __import__(
            "odoo.addons.crm_loyalty_points.models.crm_shop_signup", fromlist=["x"]
        )
        self.patch(module, "SIGNUPS_BY_VISITOR", 3)
        pages = []
        for number in range(5):
            self.visit()
            self.open_form()
            page = self.send(phone=f"08911100{number:02}", email="")
            pages.append(page.status_code)
        self.assertEqual(pages, [303, 303, 303, 200, 200])
        self.assertIn("try again in an hour", page.text)
