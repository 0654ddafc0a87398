from odoo.tests import HttpCase

from ..controllers.member_common import DEVICE_COOKIE
from .redeem_common import RedeemCase


class MemberPageCase(RedeemCase):
    """A shop with a page, and its member Somchai, called Chai, with 500 points; Suda is
    a member as well, with none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.env["crm.shop"].search([]).unlink()
        cls.shop = cls.env["crm.shop"].create(
            {
                "name": "Baan Suan",
                "slug": "baan-suan",
                "company_id": company.id,
                "program_id": cls.program.id,
            }
        )
        cls.partner.write({"nickname": "Chai"})
        cls.other_card = cls._card(cls.other_partner)
        cls.device, cls.token = cls.env["crm.member.device"]._remember(
            cls.partner, company, "Phone"
        )
        _device, cls.other_token = cls.env["crm.member.device"]._remember(
            cls.other_partner, company, "Phone"
        )


class MemberPageHttpCase(MemberPageCase, HttpCase):
    """Opens the pages as a member's phone does."""

    def setUp(self):
        super().setUp()
        self.sign_in(self.token)

    def sign_in(self, token, lang="en_US"):
        """Be the member of a device from now on; nobody with an empty token."""
        self.opener.cookies.clear()
        self.authenticate(None, None)
        self.opener.cookies["crm_member_lang"] = lang
        if token:
            self.opener.cookies[DEVICE_COOKIE] = token

    def get(self, path="", **options):
        url = f"/member/baan-suan/{path}" if path else "/member/baan-suan"
        return self.url_open(url, **options)

    def post(self, path, **data):
        """Send a form of the page that was opened last."""
        options = {"allow_redirects": data.pop("follow", True)}
        data.setdefault("csrf_token", self.read_csrf())
        return self.url_open(f"/member/baan-suan/{path}", data=data, **options)

    def read_csrf(self):
        html = self.get("more").text
        found = html.partition('name="csrf_token" value="')[2]
        return found.partition('"')[0]
