from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .signup_common import FormCase


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
            "address_subdistrict": ["Si Lom"],
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
                    "subdistrict": "Si Lom",
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
