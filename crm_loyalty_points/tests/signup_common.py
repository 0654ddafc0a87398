import re

from odoo import Command
from odoo.tests import HttpCase, TransactionCase
from odoo.tools import html2plaintext

CSRF = re.compile(r'(?:name="csrf_token" value|data-csrf)="([^"]+)"')
CODE = re.compile(r"\b\d{6}\b")
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


class ShopCase(TransactionCase):
    """A shop with a programme, a branch and one member, Anna."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Baan Suan", "country_id": cls.env.ref("base.th").id}
        )
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company = cls.company.with_env(cls.env)
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": cls.company.id,
                "welcome_points": 50,
                "reward_ids": [Command.create({})],
            }
        )
        cls.branch = cls.env["crm.branch"].create(
            {"name": "Silom", "company_id": cls.company.id}
        )
        cls.shop = cls.env["crm.shop"].create({"program_id": cls.program.id})
        cls.anna = cls.env["res.partner"].create(
            {
                "name": "Anna Adams",
                "phone": "081 234 5678",
                "email": "anna@example.com",
            }
        )
        cls.card = cls.env["loyalty.card"].create(
            {"program_id": cls.program.id, "partner_id": cls.anna.id}
        )

    def mails(self, address=None):
        """:return: mails waiting to be sent to an address, the last one first"""
        domain = [("email_to", "ilike", address)] if address else []
        return self.env["mail.mail"].search(
            [("state", "=", "outgoing"), *domain], order="id desc"
        )

    def last_code(self, address):
        mail = self.mails(address)[:1]
        found = CODE.findall(html2plaintext(mail.body_html or ""))
        return found[0] if found else ""


class PageCase(HttpCase, ShopCase):
    """Visitors of the shop's pages, each with a session of its own."""

    def setUp(self):
        super().setUp()
        self.env["crm.throttle"].search([]).unlink()
        self.env["crm.one.time.code"].search([]).unlink()
        self.visit()

    def visit(self):
        """Go on as another visitor."""
        self.authenticate(None, None)
        self.token = None

    def get(self, path, **kwargs):
        response = self.url_open(f"/member/{self.shop.slug}{path}", **kwargs)
        found = CSRF.search(response.text)
        self.token = found.group(1) if found else self.token
        self.env.invalidate_all()
        return response

    def post(self, path, data, files=None, **kwargs):
        data = {"csrf_token": self.token, **data}
        response = self.url_open(
            f"/member/{self.shop.slug}{path}", data=data, files=files, **kwargs
        )
        found = CSRF.search(response.text)
        self.token = found.group(1) if found else self.token
        self.env.invalidate_all()
        return response

    def log_in(self, login="anna@example.com", address="anna@example.com", **values):
        self.get("/login")
        self.post("/login", {"login": login, **values})
        return self.post("/login/code", {"code": self.last_code(address)})

    def words(self, response):
        """:return: the page without what differs at each view"""
        text = re.sub(
            r'(csrf|csrf_token" value|token" value)="[^"]*"', "", response.text
        )
        return text


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
