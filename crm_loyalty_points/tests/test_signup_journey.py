import json
import os

from odoo.tests import tagged
from odoo.tools import file_open

from ..controllers.member_common import LANGUAGE_COOKIE
from ..models import crm_one_time_code
from .signup_common import SignUpCase

RUNNER = "crm_loyalty_points/static/tests/member/journey.js"
FULL = bool(os.environ.get("CRM_SUITE_FULL"))


class SignUpJourneyCase(SignUpCase):
    """Signs up in Chromium, with a code that is known beforehand."""

    width = 390
    browser_size = "390x844"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("th_TH")
        cls.shop.profile_gift_points = 20
        cls.gender = cls.ask_profile("gender", required=True)
        cls.own = cls.ask_own()
        cls.own.filtered(lambda q: q.answer_type == "choice")[0].required = True
        for kind in ("terms", "privacy"):
            text = cls.env["crm.terms"].create(
                {"shop_id": cls.shop.id, "kind": kind, "body": f"<p>The {kind}.</p>"}
            )
            text.action_publish()

    def walk(self, steps, lang):
        self.patch(crm_one_time_code.secrets, "randbelow", lambda limit: 123456)
        with file_open(RUNNER) as file:
            runner = file.read()
        code = f"const STEPS = {json.dumps(steps)}; const WIDTH = {self.width};"
        self.browser_js(
            f"/member/{self.shop.slug}/worker.js",
            f"(() => {{{code}\n{runner}}})()",
            cookies={LANGUAGE_COOKIE: lang},
            timeout=120,
        )

    def own_steps(self):
        typed, _kept = self.answers(self.own)
        for question in self.own:
            name = question._get_form_name()
            if question.answer_type == "photo":
                yield ["attach", f"[name={name}]"]
                continue
            for text in typed[name]:
                if question._get_choices():
                    yield ["check", f"[name={name}][value='{text}']"]
                else:
                    yield ["type", f"[name={name}]", text]

    def sign_up_in(self, lang):
        home = f"/member/{self.shop.slug}"
        self.walk(
            [
                ["open", f"{home}/join?b={self.branch.id}"],
                ["see", ".o_member_terms_box", "The privacy."],
                ["fits"],
                ["type", "[name=first_name]", "นก"],
                ["type", "[name=last_name]", "น้อย"],
                ["type", "[name=phone]", "๐๘๙-๙๙๙-๙๙๙๙"],
                ["type", "[name=email]", "nok@example.com"],
                ["type", "[name=birthdate]", "๓๑/๒/๒๕๓๐"],
                ["check", "[name=gender][value=female]"],
                *self.own_steps(),
                ["check", "[name=marketing_line]"],
                ["check", "[name=agree]"],
                ["fits"],
                ["click", "form[data-member-once] button[type=submit]"],
                ["see", "#birthdate_error"],
                ["fits"],
                ["type", "[name=birthdate]", "๒๘/๒/๒๕๓๐"],
                ["click", "form[data-member-once] button[type=submit]"],
                ["see", "#code"],
                ["fits"],
                ["type", "#code", "000000"],
                ["click", "form button:not([name])"],
                ["see", "#code_error"],
                ["type", "#code", "123456"],
                ["click", "form button:not([name])"],
                ["see", ".o_member_balance strong", "70"],
                ["fits"],
            ],
            lang,
        )
        partner = self.found()
        self.assertEqual((partner.name, partner.gender), ("นก น้อย", "female"))
        self.assertEqual(str(partner.birthdate), "1987-02-28")
        self.assertEqual(partner.lang, lang)
        self.assertEqual(partner.joined_branch_id, self.branch)
        _typed, kept = self.answers(self.own)
        for question, value in kept.items():
            self.assertEqual(question._get_answer(partner), value, question.label)
        self.assertEqual(len(partner.signup_photo_ids), 1)
        consents = partner.consent_ids
        self.assertEqual(set(consents.mapped("purpose")), {"service", "marketing_line"})
        self.assertEqual(set(consents.mapped("policy_version")), {"terms 1, privacy 1"})


@tagged("post_install", "-at_install")
class TestSignUpOnAPhone(SignUpJourneyCase):
    """A visitor with a phone in one hand joins within one page and a code (D1)."""

    def test_thai(self):
        self.sign_up_in("th_TH")

    def test_english(self):
        if FULL:
            self.sign_up_in("en_US")
        else:
            self.walk(
                [
                    ["open", f"/member/{self.shop.slug}/login"],
                    ["fits"],
                    ["type", "#login", "anna@example.com"],
                    ["click", "form button"],
                    ["type", "#code", "123456"],
                    ["click", "form button:not([name])"],
                    ["see", ".o_member_terms", "The terms."],
                    ["fits"],
                    ["check", "[name=agree]"],
                    ["click", "form[data-member-once] button"],
                    ["see", ".o_member_balance strong", "50"],
                ],
                "en_US",
            )


@tagged("post_install", "-at_install")
class TestSignUpOnAScreen(SignUpJourneyCase):
    """The same at home, on a large screen."""

    width = 1280
    browser_size = "1280x900"

    def test_english(self):
        self.sign_up_in("en_US")

    def test_thai(self):
        if FULL:
            self.sign_up_in("th_TH")
        else:
            self.walk([["open", f"/member/{self.shop.slug}/join"], ["fits"]], "th_TH")
