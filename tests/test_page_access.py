from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_loyalty_points.controllers.member_common import (
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
)
from odoo.addons.crm_loyalty_points.tests.counter_common import CounterShop
from odoo.addons.crm_loyalty_points.tests.member_page_common import MemberPageCase
from odoo.addons.crm_sms_wallet.tests.common_law import LawHttpCase
from odoo.addons.crm_sms_wallet.tests.common_wallet import make_seller_pay, make_wallet

from .page_access import READY, PageAccessCase

LOGGER = f"{__name__}.TestMemberPageAccess.test_the_search_finds_what_is_wrong.browser"
OPEN = ("", "/join", "/login")
OWN = (
    *("", "/history", "/more", "/rewards", "/codes", "/orders", "/visits", "/prepaid"),
    *("/profile", "/consents", "/devices", "/privacy", "/privacy/data", "/confirm"),
)


@tagged("standard", "post_install", "-at_install")
class TestMemberPageAccess(MemberPageCase, PageAccessCase):
    """A grandmother with a large font and a shaky hand, and somebody who hears the
    page: both have to get at their points (B12, M15)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for reward in cls.offered[:3]:
            reward._redeem(cls.card, key=f"access:{reward.id}")

    def _pages(self, paths, **cookies):
        for path in paths:
            self.check_page(f"/member/baan-suan{path}", cookies=cookies)

    def test_the_search_finds_what_is_wrong(self):
        """A field that lost its label, and text that is wider than the phone."""
        spoil = """
            document.querySelectorAll("label").forEach((label) => label.remove());
            document.querySelector("main").style.width = "900px";
            """
        with self.assertRaises(AssertionError) as caught, mute_logger(LOGGER):
            self.browser_js("/member/baan-suan/login", spoil + self.search, READY)
        self.assertRegex(str(caught.exception), r"critical label .* serious overflow")

    def test_strangers(self):
        self._pages(OPEN, **{LANGUAGE_COOKIE: "en_US"})

    def test_members(self):
        cookies = {LANGUAGE_COOKIE: "en_US", DEVICE_COOKIE: self.token}
        self._pages(OWN, **cookies)
        redemption = self.env["loyalty.redemption"].search(
            [("card_id", "=", self.card.id)], limit=1
        )
        reward = self.offered[0].id
        self._pages((f"/codes/{redemption.id}", f"/rewards/{reward}"), **cookies)

    def test_a_first_visit_loads_little(self):
        for path in OPEN:
            self.check_weight(f"/member/baan-suan{path}")


@tagged("standard", "post_install", "-at_install")
class TestCounterAccess(CounterShop, PageAccessCase):
    """Whoever serves with one hand, in bright light, has to hit the buttons (M6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_counter()

    def test_counter(self):
        for url in ("/counter", "/counter/guide"):
            self.check_page(url, login="anna")

    def test_a_first_visit_loads_little(self):
        self.authenticate("anna", "anna")
        self.check_weight("/counter")


@tagged("standard", "post_install", "-at_install")
class TestSmsPageAccess(LawHttpCase, PageAccessCase):
    """The pages that SMS lead to, and the one where a manager pays for them."""

    def _pages(self, path):
        for language in ("th", "en"):
            self.check_page(f"{path}?lang={language}")

    def test_opt_out(self):
        self.agree()
        message = self.deliver()
        self._pages(f"/u/{message.token}")
        message._opt_out()
        self._pages(f"/u/{message.token}")

    def test_a_link_of_nobody(self):
        self._pages("/u/aaaaaaaa")

    def test_the_opt_out_loads_nothing(self):
        """Telephones open it on bad networks: one answer, with nothing to fetch."""
        page = self.visit(f"/u/{self.deliver().token}")
        self.assertNotRegex(page.text, r"""(src|href)=["']?(https?:|//|/web/)""")
        self.assertLess(len(page.content), 10_000)

    def test_topup(self):
        wallet = make_wallet(self.env, "resold")
        make_seller_pay(self.env, wallet.seller_company_id)
        wallet.seller_company_id.sms_promptpay = "0812345678"
        manager = new_test_user(
            self.env,
            "sms_topup_manager",
            "base.group_user,crm_segments.crm_segments_group_manager",
            company_id=wallet.company_id.id,
            company_ids=[Command.set(wallet.company_id.ids)],
        )
        topup = self.env(user=manager)["crm.sms.topup"]._start(wallet, 1000)
        self.check_page(topup.page_url, login=manager.login)
