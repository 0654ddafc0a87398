import re

from odoo import Command
from odoo.tests import HttpCase, TransactionCase
from odoo.tools import html2plaintext

CSRF = re.compile(r'(?:name="csrf_token" value|data-csrf)="([^"]+)"')
CODE = re.compile(r"\b\d{6}\b")


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
