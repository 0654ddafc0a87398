import base64
import io
import re

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .signup_common import PageCase, ShopCase


def picture(colour="red", size=(2000, 1000), exif=b""):
    """:return: bytes of a JPEG"""
    result = io.BytesIO()
    Image.new("RGB", size, colour).save(result, "JPEG", exif=exif)
    return result.getvalue()


OWN = [
    ("text", "Favourite dish"),
    ("long_text", "Tell us about you"),
    ("number", "Children"),
    ("date", "Wedding day"),
    ("choice", "Favourite colour"),
    ("choices", "Hobbies"),
    ("yes_no", "Do you own a car"),
    ("photo", "Photo of your garden"),
    ("text", "Pet"),
    ("number", "Shoe size"),
    ("choice", "Coffee"),
    ("choices", "Days"),
    ("yes_no", "Smoker"),
    ("date", "First visit"),
    ("long_text", "Wishes"),
]


class FormCase(ShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.questions = cls.env["crm.signup.question"]

    @classmethod
    def ask(cls, answer_type, label, **values):
        if answer_type in ("choice", "choices"):
            values["choice_ids"] = [
                Command.create({"label": f"{label} {number}"}) for number in "ABC"
            ]
        return cls.questions.create(
            {
                "shop_id": cls.shop.id,
                "kind": "other",
                "answer_type": answer_type,
                "label": label,
                **values,
            }
        )

    @classmethod
    def ask_profile(cls, key, **values):
        return cls.questions.create(
            {
                "shop_id": cls.shop.id,
                "kind": "personal",
                "profile_key": key,
                "label": key,
                **values,
            }
        )

    @classmethod
    def ask_own(cls):
        return cls.questions.concat(*(cls.ask(*question) for question in OWN))

    def answers(self, questions):
        """:return: ({name: texts} of a form, {question: value} as it is kept)"""
        typed, kept = {}, {}
        for question in questions:
            keys = [f"c{choice.id}" for choice in question.choice_ids]
            text, value = {
                "text": ("Tom yam", "Tom yam"),
                "long_text": ("One\nTwo", "One\nTwo"),
                "number": ("๑,๒๕๐.๕", 1250.5),
                "date": ("๑๔ ก.พ. ๒๕๖๐", "2017-02-14"),
                "choice": (keys and keys[1], keys and keys[1]),
                "choices": ([*keys[:2]], [*keys[:2]]),
                "yes_no": ("no", "no"),
                "photo": (None, None),
            }[question.answer_type]
            if question.answer_type != "photo":
                texts = text if isinstance(text, list) else [text]
                typed[f"q{question.id}"] = texts
                kept[question] = value
        return typed, kept


@tagged("post_install", "-at_install")
class TestQuestions(FormCase):
    """What the shop asks is kept where filters find it, and never lost (M11)."""

    def test_five_base_questions(self):
        self.assertEqual(
            self.shop.question_ids.mapped("profile_key"),
            ["first_name", "last_name", "phone", "birthdate", "branch"],
        )
        phone = self.shop.question_ids.filtered(lambda q: q.profile_key == "phone")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            phone.active = False
        with self.assertRaises(UserError), self.cr.savepoint():
            phone.unlink()
        last = self.shop.question_ids.filtered(lambda q: q.profile_key == "last_name")
        last.active = False
        self.assertNotIn(last, self.shop._get_questions())

    def test_the_email_address_is_asked_where_the_code_goes_there(self):
        names = [q._get_form_name() for q in self.shop._get_questions()]
        self.assertEqual(names[2:4], ["phone", "email"])
        self.shop.signup_proof = "none"
        names = [q._get_form_name() for q in self.shop._get_questions()]
        self.assertNotIn("email", names)

    def test_answers_are_properties_of_the_customer(self):
        own = self.ask_own()
        typed, kept = self.answers(own)
        answers, errors = self.shop._read_typed(
            {"first_name": ["A"], "phone": ["0811111111"], "email": ["a@b.co"], **typed}
        )
        self.assertFalse(errors)
        values = {q.id: value for q, value in answers if q.kind == "other"}
        self.assertEqual(values, {q.id: value for q, value in kept.items()})
        own._write_answers(self.anna, values)
        shown = {
            item["name"]: item
            for item in self.anna.read(["properties"])[0]["properties"]
        }
        for question, value in kept.items():
            item = shown[question._get_property_name()]
            self.assertEqual(item["string"], question.label)
            self.assertEqual(item["value"], value, question.label)
            found = (
                self.env["res.partner"].search(
                    [
                        (
                            f"properties.{item['name']}",
                            "in",
                            [value if not isinstance(value, list) else value[0]],
                        )
                    ]
                )
                if item["type"] in ("selection", "tags")
                else self.anna
            )
            self.assertIn(self.anna, found)

    def test_keys_of_others_are_not_touched(self):
        definition = self.questions._get_property_definition()
        definition.properties_definition = [
            {"name": "theirs", "type": "char", "string": "Theirs"}
        ]
        self.anna.properties = {"theirs": "kept"}
        question = self.ask("text", "Ours")
        question._write_answers(self.anna, {question.id: "x"})
        question.label = "Ours, said anew"
        self.assertEqual(self.anna.properties["theirs"], "kept")
        names = [entry["string"] for entry in definition.properties_definition]
        self.assertEqual(names, ["Theirs", "Ours, said anew"])
        other = self.ask("text", "Nobody answered")
        other.unlink()
        self.assertEqual(len(definition.properties_definition), 2)

    def test_old_answers_stay_readable(self):
        question = self.ask("choice", "Colour")
        red, _blue, green = question.choice_ids
        question._write_answers(self.anna, {question.id: f"c{red.id}"})
        with self.assertRaises(UserError), self.cr.savepoint():
            question.unlink()
        with self.assertRaises(UserError), self.cr.savepoint():
            question.answer_type = "text"
        question.choice_ids = [Command.delete(red.id), Command.delete(green.id)]
        self.assertFalse(red.active)
        self.assertFalse(green.exists())
        self.assertNotIn(f"c{red.id}", dict(question._get_choices()))
        question.action_archive()
        item = next(
            item
            for item in self.anna.read(["properties"])[0]["properties"]
            if item["name"] == question._get_property_name()
        )
        self.assertEqual(dict(item["selection"])[item["value"]], "Colour A")

    def test_personal_data_go_to_the_profile(self):
        self.shop.signup_proof = "none"
        source = self.env["utm.source"].create({"name": "Friends of friends"})
        for key in ("nickname", "gender", "email", "address", "weight", "height"):
            self.ask_profile(key)
        self.ask_profile("residence_type")
        self.ask_profile("source", source_ids=[Command.link(source.id)])
        province = self.shop._get_provinces()[:1]
        typed = {
            "first_name": ["สมชาย"],
            "last_name": ["ใจดี"],
            "phone": ["๐๘๙-๑๑๑-๒๒๒๒"],
            "birthdate": ["๕/๑๒/๒๕๓๐"],
            "branch": [str(self.branch.id)],
            "nickname": ["ชาย"],
            "gender": ["male"],
            "email": ["Chai@Example.com"],
            "address_street": ["1 Silom"],
            "address_street2": ["Si Lom"],
            "address_city": ["Bang Rak"],
            "address_state_id": [str(province.id)],
            "address_zip": ["10500"],
            "weight": ["60,5"],
            "height": ["170"],
            "residence_type": ["condominium"],
            "source": [str(source.id)],
            "agree": ["1"],
        }
        signup = self.env["crm.signup"]._keep(self.shop, "token", typed)
        partner = self.shop._finish_signup(signup, proven=False)
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "สมชาย ใจดี",
                    "phone_sanitized": "+66891112222",
                    "joined_branch_id": self.branch.id,
                    "nickname": "ชาย",
                    "gender": "male",
                    "email": "chai@example.com",
                    "street": "1 Silom",
                    "street2": "Si Lom",
                    "city": "Bang Rak",
                    "state_id": province.id,
                    "zip": "10500",
                    "weight": 60.5,
                    "height": 170,
                    "residence_type": "condominium",
                    "acquisition_source_id": source.id,
                    "possible_twin_id": False,
                }
            ],
        )
        self.assertEqual(str(partner.birthdate), "1987-12-05")
        self.assertTrue(partner.member_number)
        found = self.env["res.partner"].search([("gender", "=", "male")])
        self.assertIn(partner, found, "the gender filter finds it")
        self.assertFalse(signup.typed, "what was typed is not kept twice")

    def test_each_field_says_what_is_wrong(self):
        self.shop.signup_proof = "none"
        for key in ("weight", "gender", "address"):
            self.ask_profile(key, required=True)
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["crm.branch"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        many = self.ask("choices", "Many", required=True)
        photo = self.ask("photo", "Photo")
        _answers, errors = self.shop._read_typed(
            {
                "first_name": ["  "],
                "phone": ["12"],
                "birthdate": ["1/1/40"],
                "branch": [str(foreign.id)],
                "weight": ["6000"],
                "gender": ["robot"],
                "address_street": ["1"],
                f"q{many.id}": ["c0"],
                f"q{photo.id}": ["error:photo_bad"],
            }
        )
        self.assertEqual(
            set(errors),
            {
                "first_name",
                "phone",
                "birthdate",
                "branch",
                "weight",
                "gender",
                "address",
                f"q{many.id}",
                f"q{photo.id}",
            },
        )
        self.assertIn("four digits", errors["birthdate"])
        for text, word in (("1/1/2600", "future"), ("31/2/2530", "day"), ("x", "day")):
            typed = {"first_name": ["A"], "phone": ["0811112222"], "birthdate": [text]}
            _answers, errors = self.shop._read_typed(typed)
            self.assertIn(word, errors["birthdate"])

    def test_answers_that_filters_use_often_are_indexed(self):
        question = self.ask("choice", "Colour", for_segments=True)
        name = question._get_property_name()
        key = f"c{question.choice_ids[0].id}"
        domain = [(f"properties.{name}", "=", key)]
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_indexscan = off")
        query = self.env["res.partner"].sudo()._search(domain)
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(row for (row,) in rows)
        self.assertIn(f"res_partner_{name}_any_idx", plan)
        self.assertIn(f"res_partner_{name}_idx", plan)
        question.for_segments = False
        self.env.cr.execute(
            "SELECT 1 FROM pg_indexes WHERE indexname = %s", [f"res_partner_{name}_idx"]
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_editors_set_up_the_form(self):
        editor = new_test_user(
            self.env,
            "editor",
            "crm_segments.crm_segments_group_editor",
            company_id=self.company.id,
            company_ids=[Command.link(self.company.id)],
        )
        viewer = new_test_user(
            self.env,
            "viewer",
            "crm_segments.crm_segments_group_viewer",
            company_id=self.company.id,
            company_ids=[Command.link(self.company.id)],
        )
        shops = self.env["crm.shop"].with_user(editor)
        action = shops.action_open_signup_form()
        self.assertEqual(action["res_id"], self.shop.id)
        view = "crm_loyalty_points.crm_shop_view_form_signup"
        with Form(self.shop.with_user(editor), view=view) as form:
            form.profile_gift_points = 5
        self.assertEqual(self.shop.profile_gift_points, 5)
        with Form(self.questions.with_user(editor)) as form:
            form.label = "Favourite fruit"
            form.answer_type = "choice"
            with form.choice_ids.new() as line:
                line.label = "Mango"
        question = form.save()
        names = self.questions._get_property_definition().properties_definition
        self.assertIn(question._get_property_name(), [entry["name"] for entry in names])
        with self.assertRaises(AccessError), self.cr.savepoint():
            question.with_user(viewer).label = "x"
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.questions.create({"label": "x", "answer_type": "choice"})


class SignUpCase(PageCase, FormCase):
    def form(self, **values):
        return {
            "first_name": "Nok",
            "last_name": "Noi",
            "phone": "089 999 9999",
            "email": "nok@example.com",
            "branch": str(self.branch.id),
            "agree": "1",
            **values,
        }

    def open_form(self, path="/join"):
        page = self.get(path)
        self.form_token = page.text.split('name="token" value="')[1].split('"')[0]
        return page

    def send(self, files=None, **values):
        data = {"token": self.form_token, **self.form(**values)}
        return self.post("/join", data, files=files, allow_redirects=False)

    def sign_up(self, **values):
        self.open_form()
        self.send(**values)
        code = self.last_code(values.get("email", "nok@example.com"))
        return self.post("/join/code", {"code": code}, allow_redirects=False)

    def found(self, phone="+66899999999"):
        return self.env["res.partner"].search([("phone_sanitized", "=", phone)])


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
