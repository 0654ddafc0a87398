import re

from odoo.addons.crm_loyalty_points.tests.signup_common import PageCase

from ..tools.service_url import LOOPBACK_PARAMETER
from .common_line import LineMixin

CSRF = re.compile(r'data-csrf="([^"]+)"')
LINE_AGENT = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/120.0 Mobile Safari/537.36 Line/14.0.0 LIFF"
)
NONCE = re.compile(r'data-nonce="([^"]+)"')


class LineMemberCase(LineMixin, PageCase):
    """A shop with member page and Official Account, and visitors who come from LINE.

    ``ploy`` is somebody on LINE whom the shop does not know.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "1")
        cls.channel = cls.env["crm.line.channel"].create(
            {"name": "Baan Suan", "company_id": cls.company.id}
        )
        cls.line_shop = cls.env["crm.lineshopping.shop"].create(
            {"name": "Baan Suan", "company_id": cls.company.id}
        )
        # what somebody types who has no phone of others
        cls.typed = {
            "first_name": "Ploy",
            "phone": "089 111 2222",
            "email": "ploy@example.com",
            "agree": "1",
            "remember": "1",
        }

    def setUp(self):
        super().setUp()
        self.server = self.start_server()
        self.connect_line(self.server)
        self.login = self.server.login
        self.login.endpoint = f"{self.base_url()}/line/liff/{self.shop.slug}"
        self.ploy, self.tan = list(self.server.users)[:2]

    def tearDown(self):
        self.assert_rules_kept()
        super().tearDown()

    def visit(self, inside=True):
        """Go on as another visitor.

        :param inside: in LINE's own browser
        """
        result = super().visit()
        if inside:
            self.opener.headers["User-Agent"] = LINE_AGENT
        return result

    def enter(self, id_token, to="", access_token="", csrf=None):
        """Open the page and send a token, as its script does.

        :return: response"""
        page = self.url_open(f"/line/liff/{self.shop.slug}")
        self.nonce = NONCE.search(page.text).group(1)
        data = {
            "csrf_token": CSRF.search(page.text).group(1) if csrf is None else csrf,
            "id_token": id_token() if callable(id_token) else id_token,
            "access_token": access_token,
            "to": to,
        }
        response = self.url_open(f"/line/liff/{self.shop.slug}/enter", data=data)
        self.env.invalidate_all()
        return response

    def enter_as(self, user, to=""):
        """:return: address where it goes on"""
        # LINE makes another token each time, also within the same second
        self.tokens = getattr(self, "tokens", 0) + 1
        token = self.login.id_token(user, expires=3600 - self.tokens)
        return self.enter(token, to).json()["url"]

    def line_user(self, user):
        """:return: crm.line.user, perhaps empty"""
        return self.env["crm.line.user"].search(
            [("channel_id", "=", self.channel.id), ("user_id", "=", user)]
        )

    def join(self, **typed):
        """Fill in the form and the code.

        :return: response after the last step"""
        self.get("/join")
        page = self.get("/join")
        token = re.search(r'name="token" value="([^"]+)"', page.text).group(1)
        data = {**self.typed, "token": token, **typed}
        response = self.post("/join", data)
        if response.url.endswith("/join/code"):
            code = self.last_code(data["email"])
            response = self.post("/join/code", {"code": code})
        return response
