from odoo import fields
from odoo.tests import HttpCase, TransactionCase

from ..tools import sms_links

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


class LawCase(TransactionCase):
    """A shop with a customer, another shop with the same one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thai = cls.env.ref("base.th")
        values = {"country_id": cls.thai.id, "sms_link_domain": "https://tea.example"}
        companies = cls.env["res.company"]
        cls.shop = companies.create({"name": "ชา Good Tea", **values})
        cls.other = companies.create({"name": "Other Shop", **values})
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.shop.ids}
        )
        cls.number = "+66812345678"
        cls.customer = cls.env["res.partner"].create(
            {"name": "Anong", "phone": cls.number, "country_id": cls.thai.id}
        )
        cls.stops = cls.env["crm.sms.stop"]
        cls.deliveries = cls.env["sms.delivery"].sudo()

    def deliver(self, company=None, **values):
        """:return: a message with a token"""
        company = company or self.shop
        return self.deliveries.create(
            {
                "token": sms_links.token(),
                "company_id": company.id,
                "partner_id": self.customer.id,
                "number": self.number,
                "text": "Hello",
                "purpose": "marketing_sms",
                "state": "accepted",
                "queued_at": fields.Datetime.now(),
                **values,
            }
        )

    def agree(self, company=None, purpose="marketing_sms", **values):
        customer = self.customer.with_company(company or self.shop)
        return customer._crm_record_consent(purpose, **values)

    def agreed(self, company=None, purpose="marketing_sms"):
        customer = self.customer.with_company(company or self.shop)
        return bool(customer._crm_consent_given(purpose))

    def stopped(self, company=None):
        return bool(self.stops._stopped_among(company or self.shop, [self.number]))


class LawHttpCase(LawCase, HttpCase):
    def visit(self, path, data=None, agent=PHONE, **headers):
        """:return: the answer of the page, redirections not followed"""
        self.env.flush_all()
        method = "HEAD" if headers.pop("head", False) else "GET"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.url_open(
            path,
            data=data,
            headers={"User-Agent": agent, **names},
            allow_redirects=False,
            method=method if data is None else "POST",
        )
        self.env.invalidate_all()
        return answer
