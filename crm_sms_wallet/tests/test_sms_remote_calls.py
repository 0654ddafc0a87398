import inspect
import json
import uuid

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_deliveries import fill_wallet, make_gateway

GROUP = "crm_segments.crm_segments_group_"
OURS = "odoo.addons.crm_sms_wallet."
ORM = {"copy", "create", "init", "read", "search", "unlink", "write"}
# What a dialog says when it is not for this user, and what is no method of a client's.
REFUSALS = ("AccessError", "UserError")


class NoServer:
    """The address of a gateway that is never called here."""

    url = "http://127.0.0.1:9"


@tagged("post_install", "-at_install")
class TestSmsRemoteCalls(HttpCase):
    """Money, messages and keys on the wire, where a clerk's script calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Remote Shop"})
        cls.other = cls.env["res.company"].create({"name": "Remote Other"})
        cls.gateway = make_gateway(cls.env, NoServer, cls.company)
        cls.wallet = fill_wallet(cls.env, cls.company, 100)
        cls.lot = cls.wallet.lot_ids
        cls.delivery = cls.env["sms.delivery"]._queue(
            [{"company_id": cls.company.id, "number": "+66812345678", "text": "Hi"}]
        )
        cls.delivery.secret_text = "code 123456"
        cls.campaign = cls.env["mailing.mailing"].create(
            {
                "subject": "Remote",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "company_id": cls.company.id,
                "customer_domain": [["id", "=", 0]],
                "body_plaintext": "Hi {optout}",
            }
        )
        cls.stop = cls.env["crm.sms.stop"].create(
            {"company_id": cls.company.id, "number": "+66812345679"}
        )

    def _user(self, groups, company=None):
        login = f"remote_{uuid.uuid4().hex}"
        company = company or self.company
        return new_test_user(
            self.env,
            login,
            groups,
            password=login,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def _call(self, model, method, args, **kwargs):
        """:return: (short name of the exception or None, what was answered)"""
        with mute_logger("odoo.http"):
            answer = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "method": "call",
                        "params": {
                            "model": model,
                            "method": method,
                            "args": args,
                            "kwargs": kwargs,
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()
        error = answer.get("error", {}).get("data", {}).get("name")
        return error and error.rpartition(".")[2], answer.get("result")

    def _assert_refused(self, attacks):
        for model, method, ids, named in attacks:
            with self.subTest(model=model, method=method, named=named):
                args = [ids] if ids is not None else []
                error, _result = self._call(model, method, args, **named)
                self.assertIn(error, REFUSALS)

    def _money(self):
        """:return: attacks on money, refused to everybody"""
        wallet = self.wallet.ids
        entry = {"wallet_id": wallet[0], "kind": "topup", "money": 9}
        return [
            ("crm.sms.wallet", "write", wallet, {"vals": {"credits": 999}}),
            ("crm.sms.wallet", "write", wallet, {"vals": {"balance": 999}}),
            ("crm.sms.wallet", "write", wallet, {"vals": {"mode": "resold"}}),
            ("crm.sms.wallet", "_topup", wallet, {"key": "x", "money": 9}),
            ("crm.sms.wallet", "_purchase", wallet, {"key": "x", "credits": 9}),
            ("crm.sms.wallet", "unlink", wallet, {}),
            ("crm.sms.wallet.entry", "create", None, {"vals_list": [entry]}),
            ("crm.sms.credit.lot", "write", self.lot.ids, {"vals": {"remaining": 9}}),
            ("crm.sms.topup", "create", None, {"vals_list": [{"amount": 9}]}),
            ("crm.sms.proof", "action_rebuild", [], {}),
            ("sms.delivery", "write", self.delivery.ids, {"vals": {"state": "draft"}}),
            ("sms.delivery", "_queue", None, {"vals_list": []}),
            ("sms.delivery", "unlink", self.delivery.ids, {}),
            ("sms.batch", "create", None, {"vals_list": [{}]}),
            ("crm.sms.gateway", "read", self.gateway.ids, {"fields": ["secret"]}),
            ("crm.sms.gateway", "read", self.gateway.ids, {"fields": ["token"]}),
            ("crm.sms.gateway", "write", self.gateway.ids, {"vals": {"base_url": "x"}}),
            ("sms.delivery", "read", self.delivery.ids, {"fields": ["secret_text"]}),
            (
                "crm.sms.gateway",
                "export_data",
                self.gateway.ids,
                {"fields_to_export": ["key", "report_url"]},
            ),
            (
                "crm.sms.gateway",
                "search_count",
                None,
                {"domain": [["key", "=like", "s%"]]},
            ),
            (
                "sms.delivery",
                "search_count",
                None,
                {"domain": [["secret_text", "ilike", "123"]]},
            ),
        ]

    def _sending(self):
        """:return: what officers do, refused to those who are none"""
        campaign, delivery = self.campaign.ids, self.delivery.ids
        return [
            ("mailing.mailing", "action_prepare", campaign, {}),
            ("mailing.mailing", "action_confirm_send", campaign, {}),
            ("mailing.mailing", "action_put_in_queue", campaign, {}),
            ("mailing.mailing", "action_pause", campaign, {}),
            ("mailing.mailing", "action_resume", campaign, {}),
            ("mailing.mailing", "action_cancel", campaign, {}),
            ("mailing.mailing", "write", campaign, {"vals": {"subject": "x"}}),
            ("mailing.mailing", "unlink", campaign, {}),
            (
                "mailing.campaign.send",
                "create",
                None,
                {"vals_list": [{"mailing_id": campaign[0]}]},
            ),
            ("sms.delivery", "action_retry", delivery, {}),
            ("sms.delivery", "action_cancel", delivery, {}),
            ("crm.sms.stop", "unlink", self.stop.ids, {}),
            ("crm.sms.stop", "write", self.stop.ids, {"vals": {"active": False}}),
            ("crm.sms.stop", "action_import_blocked", None, {}),
            ("res.partner", "action_crm_send_sms", [], {}),
            ("crm.sms.gateway", "action_try_now", self.gateway.ids, {}),
            ("crm.sms.gateway", "action_send_test", self.gateway.ids, {}),
            ("crm.sms.gateway", "action_read_balance", self.gateway.ids, {}),
            ("crm.sms.gateway", "action_new_token", self.gateway.ids, {}),
            ("crm.sms.wallet", "action_ask_gateways", self.wallet.ids, {}),
        ]

    def _reading(self):
        """:return: what nobody outside of the group, or the company, may see"""
        return [
            ("crm.sms.wallet", "read", self.wallet.ids, {"fields": ["credits"]}),
            ("crm.sms.wallet", "action_statement", self.wallet.ids, {}),
            ("crm.sms.gateway", "read", self.gateway.ids, {"fields": ["name"]}),
            ("sms.delivery", "read", self.delivery.ids, {"fields": ["number"]}),
            ("mailing.mailing", "read", self.campaign.ids, {"fields": ["subject"]}),
            ("mailing.mailing", "action_measure", self.campaign.ids, {}),
            ("mailing.mailing", "action_view_recipients", self.campaign.ids, {}),
            ("crm.sms.stop", "read", self.stop.ids, {"fields": ["number"]}),
        ]

    def _dialogs(self):
        """:return: dialogs that would show the money of a wallet, the numbers of a
        campaign"""
        wallet = {"wallet_id": self.wallet.id}
        return [
            *(
                (f"crm.sms.{name}", "create", None, {"vals_list": [wallet | values]})
                for name, values in (
                    ("adjust", {"reason": "x"}),
                    ("topup.start", {"amount": 5}),
                    ("purchase", {"credits": 1, "price": 1, "receipt": "eA=="}),
                    ("statement", {}),
                )
            ),
            (
                "mailing.campaign.send",
                "create",
                None,
                {"vals_list": [{"mailing_id": self.campaign.id}]},
            ),
        ]

    def _as(self, user):
        self.authenticate(user.login, user.login)

    def _unchanged(self):
        self.env.invalidate_all()
        self.assertEqual((self.wallet.credits, self.wallet.mode), (100, "own"))
        self.assertEqual(self.delivery.state, "queued")
        self.assertEqual(self.campaign.state, "draft")
        self.assertTrue(self.stop.active)

    def test_viewer(self):
        self._as(self._user(f"{GROUP}viewer"))
        for model, method, ids, named in self._reading():
            with self.subTest(model=model, method=method):
                self.assertIsNone(self._call(model, method, [ids], **named)[0])
        self._assert_refused(self._money() + self._sending())
        self._unchanged()

    def test_manager_has_no_keys(self):
        self._as(self._user(f"{GROUP}manager"))
        self._assert_refused(self._money())
        self._unchanged()

    def test_salesperson(self):
        """Sees customers, as a viewer does, and sends nothing."""
        self._as(self._user("sales_team.group_sale_salesman_all_leads"))
        self._assert_refused(self._money() + self._sending())
        self._unchanged()

    def test_staff_without_a_role(self):
        self._as(self._user("base.group_user"))
        self._assert_refused(self._money() + self._sending() + self._reading())
        self._unchanged()

    def test_portal(self):
        self._as(self._user("base.group_portal"))
        self._assert_refused(self._money() + self._sending() + self._reading())
        self._unchanged()

    def test_manager_of_another_company(self):
        """Nor when the client asks for the other company."""
        self._as(self._user(f"{GROUP}manager", self.other))
        own = {"action_import_blocked", "action_crm_send_sms", "search_count"}
        for context in ({}, {"allowed_company_ids": self.company.ids}):
            attacks = [
                (model, method, ids, {**named, "context": context})
                for model, method, ids, named in (
                    self._money() + self._sending() + self._reading() + self._dialogs()
                )
                if method not in own
            ]
            self._assert_refused(attacks)
        self._unchanged()

    def test_nothing_is_public_but_buttons(self):
        """A method without an underscore is one that anybody logged in may call."""
        seen = set()
        for name, model in self.env.registry.items():
            for cls in model.__mro__:
                if not cls.__module__.startswith(OURS):
                    continue
                for method, function in vars(cls).items():
                    function = getattr(function, "__func__", function)
                    if not inspect.isfunction(function) or method.startswith("_"):
                        continue
                    seen.add(method)
                    if method in ORM or method.startswith("action_"):
                        continue
                    native = any(
                        method in vars(base)
                        for base in model.__mro__
                        if not base.__module__.startswith(OURS)
                    )
                    self.assertTrue(native, f"{name}.{method} can be called remotely")
        self.assertIn("action_prepare", seen)
