from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common_wallet import assert_proven, make_seller_pay, make_wallet

MANAGER = "crm_segments.crm_segments_group_manager"


@tagged("post_install", "-at_install")
class TestWalletTour(HttpCase):
    """A company tops up in a browser, with Odoo's demo provider, and buys credits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallet = make_wallet(cls.env, "resold")
        cls.seller = cls.wallet.seller_company_id
        cls.provider = make_seller_pay(cls.env, cls.seller)
        cls.env["crm.sms.package"].create(
            {
                "name": "Tour package",
                "company_id": cls.seller.id,
                "credits": 5000,
                "price": 3499,
            }
        )
        company = cls.wallet.company_id
        company.partner_id.email = "buyer@example.com"
        cls.manager = new_test_user(
            cls.env,
            "topup_tour",
            f"base.group_user,{MANAGER}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def test_top_up_and_buy(self):
        self.start_tour(
            "/odoo/action-crm_sms_wallet.crm_sms_wallet_action_own",
            "crm_sms_wallet_topup",
            login="topup_tour",
        )
        self.wallet.invalidate_recordset()
        self.assertEqual((self.wallet.balance, self.wallet.credits), (1, 5000))
        self.assertEqual(self.wallet.topup_ids.mapped("state"), ["done"])
        assert_proven(self, self.env)

    def test_the_page_is_for_managers_of_the_company(self):
        topup = self.env["crm.sms.topup"]._start(self.wallet, 100)
        self.seller.sms_promptpay = "0812345678"
        new_test_user(self.env, "topup_stranger", f"base.group_user,{MANAGER}")
        company = self.wallet.company_id
        new_test_user(
            self.env,
            "topup_viewer",
            "crm_segments.crm_segments_group_officer",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for login in ("topup_stranger", "topup_viewer"):
            self.authenticate(login, login)
            for path in ("", "/qr"):
                answer = self.url_open(topup.page_url + path)
                self.assertEqual(answer.status_code, 404)
        self.authenticate("topup_tour", "topup_tour")
        page = self.url_open(topup.page_url)
        self.assertEqual(page.status_code, 200)
        # Another currency than baht has no PromptPay.
        thai = self.wallet.currency_id.name == "THB"
        self.assertEqual("Send the slip" in page.text, thai)

    def test_the_amount_is_the_top_ups(self):
        """Whatever the browser says: amount, payer and provider are the server's."""
        topup = self.env["crm.sms.topup"]._start(self.wallet, 100)
        self.authenticate("topup_tour", "topup_tour")
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 1,
            "flow": "direct",
            "tokenization_requested": True,
            "landing_route": "https://example.com",
            "access_token": "",
        }
        route = f"{topup.page_url}/transaction"
        self.make_jsonrpc_request(route, values)
        transaction = topup.transaction_ids
        self.assertEqual(transaction.amount, 100)
        self.assertEqual(transaction.partner_id, self.wallet.company_id.partner_id)
        self.assertEqual(transaction.landing_route, topup.page_url)
        self.assertFalse(transaction.tokenize)
        other = self.provider.copy({"company_id": self.wallet.company_id.id})
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(route, {**values, "provider_id": other.id})
        self.assertEqual(len(topup.transaction_ids), 1)

    def test_a_slip_is_sent_from_the_page(self):
        topup = self.env["crm.sms.topup"]._start(self.wallet, 100)
        self.authenticate("topup_tour", "topup_tour")
        answer = self.url_open(
            f"{topup.page_url}/slip",
            data={"csrf_token": http.Request.csrf_token(self)},
            files={"slip": ("slip.pdf", b"%PDF-1.4 tour", "application/pdf")},
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(topup.state, "waiting")
        self.assertIn("The slip was sent", answer.text)
