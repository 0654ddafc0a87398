from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_sms_wallet.models.crm_sms_gateway import LOOPBACK_PARAMETER

from .emulators.thaibulksms import ThaiBulkSms

GROUP = "crm_segments.crm_segments_group_"
SECRETS = (
    "base_url",
    "account",
    "key",
    "secret",
    "token",
    "report_url",
    "http_headers",
)
LOGIN = {"key": "key", "secret": "s3cret"}


class GatewayRecordCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Shop"})
        cls.gateways = cls.env["crm.sms.gateway"]

    @classmethod
    def user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups,
            {"no_reset_password": True},
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def gateway(self, **values):
        return self.gateways.create(
            {
                "name": "TBS",
                "provider": "thaibulksms",
                "company_id": self.company.id,
                "sender": "SHOP",
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestGatewayRights(GatewayRecordCase):
    """Whoever sees the keys can send at the shop's cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.user("gm", f"{GROUP}manager,base.group_allow_export")
        cls.viewer = cls.user("gv", f"{GROUP}viewer")
        cls.admin = cls.user("ga", "base.group_system")

    def setUp(self):
        super().setUp()
        self.record = self.gateway(**LOGIN)

    def test_secrets_are_for_administrators(self):
        for user in (self.viewer, self.manager):
            record = self.record.with_user(user)
            for name in SECRETS:
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        record.read([name])
            shown = record.read()[0]
            self.assertFalse(set(SECRETS) & shown.keys())
            self.assertNotIn("s3cret", repr(shown))
        self.assertEqual(self.record.with_user(self.admin).secret, "s3cret")

    def test_secrets_cannot_be_searched_or_exported(self):
        records = self.gateways.with_user(self.manager)
        for domain in ([("secret", "=like", "s%")], [("token", "!=", False)]):
            with self.assertRaises(AccessError):
                records.search(domain)
        with self.assertRaises(AccessError):
            self.record.with_user(self.manager).export_data(["secret"])

    def test_copies_have_no_keys(self):
        copy = self.record.copy()
        self.assertFalse(copy.key or copy.secret or copy.base_url)
        self.assertNotEqual(copy.token, self.record.token)

    def test_managers_steer_but_do_not_connect(self):
        record = self.record.with_user(self.manager)
        record.write({"sequence": 3, "sender": "NEW", "low_balance": 5, "rate": 2})
        for values in (
            {"provider": "http"},
            {"company_id": self.env.company.id},
            {"base_url": "https://evil.example.com"},
            {"token": "known"},
            {"secret": "x"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.write(values)
        with self.assertRaises(AccessError):
            record.create({"name": "x", "provider": "simulator"})
        with self.assertRaises(AccessError):
            record.unlink()
        with self.assertRaises(AccessError):
            record.action_new_token()

    def test_viewers_change_nothing(self):
        record = self.record.with_user(self.viewer)
        for action in ("action_read_balance", "action_send_test", "action_new_token"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(record, action)()
        with self.assertRaises(AccessError):
            record.name = "x"

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.user("gs", f"{GROUP}manager", other)
        self.assertNotIn(self.record, self.gateways.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.record.with_user(stranger).action_read_balance()

    def test_token_is_made_not_given(self):
        made = self.gateway(token="known")
        self.assertNotEqual(made.token, "known")
        self.assertGreaterEqual(len(made.token), 32)
        before = made.token
        made.with_user(self.admin).action_new_token()
        self.assertNotEqual(made.token, before)


@tagged("post_install", "-at_install")
class TestGatewayAddress(GatewayRecordCase):
    def test_only_https(self):
        self.gateway(base_url="https://sms.example.com/v2")
        self.gateway(base_url="http://127.0.0.1:8080")
        for url in ("http://sms.example.com", "ftp://x", "sms.example.com", "https://"):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.gateway(base_url=url)

    def test_plain_loopback_is_for_tests(self):
        """Outside of tests a parameter of the database must allow it."""
        record = self.gateway()
        self.patch(
            type(record),
            "_is_test_run",
            lambda self: False,
        )
        self.assertFalse(record._settings().plain_loopback)
        with self.assertRaises(ValidationError):
            self.gateway(base_url="http://127.0.0.1:8080")
        self.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "1")
        self.assertTrue(record._settings().plain_loopback)
        self.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "0")
        self.assertTrue(self.gateway(provider="smpp")._settings().plain_loopback)

    def test_generic_tables_are_checked(self):
        for name, value in (
            ("http_codes", "1 = nonsense"),
            ("http_states", "no sign"),
            ("http_headers", "no sign"),
            ("http_body", "{not json"),
            ("own_codes", "7"),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.gateway(provider="http", **{name: value})
        self.gateway(provider="http", http_format="form", http_body="to = {number}")


@tagged("post_install", "-at_install")
class TestGatewayBalance(GatewayRecordCase):
    """Managers are told once: when it gets low, and when it fails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.user("bm", f"{GROUP}manager")

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(ThaiBulkSms())
        self.record = self.gateway(base_url=self.server.url, low_balance=100, **LOGIN)

    def run_job(self):
        with self.enter_registry_test_mode():
            job = self.env.ref("crm_sms_wallet.crm_sms_gateway_cron_balances")
            job.method_direct_trigger()
        self.env.invalidate_all()

    def notices(self):
        activities = self.record.activity_ids
        return activities.filtered(lambda a: a.user_id == self.manager)

    def test_button(self):
        self.server.credit = 500
        shown = self.record.with_user(self.manager).action_read_balance()
        self.assertIn("500", shown["params"]["message"])
        self.assertEqual((self.record.state, self.record.balance_credits), ("ok", 500))
        self.assertTrue(self.record.balance_at)

    def test_low_is_told_once_and_taken_back(self):
        self.server.credit = 99
        for _time in range(3):
            self.run_job()
        self.assertEqual(self.record.state, "low")
        self.assertEqual(len(self.notices()), 1)
        self.server.credit = 100
        self.run_job()
        self.assertEqual(self.record.state, "ok")
        self.assertFalse(self.notices())
        self.server.credit = 1
        self.run_job()
        self.assertEqual(len(self.notices()), 1)

    def test_failed_is_told_once(self):
        self.record.secret = "wrong"
        for _time in range(2):
            self.run_job()
        self.assertEqual(self.record.state, "failed")
        self.assertEqual(self.record.last_error, "Invalid API key")
        self.assertEqual(len(self.notices()), 1)
        shown = self.record.action_read_balance()
        self.assertEqual(shown["params"]["type"], "danger")
        self.record.secret = "s3cret"
        self.run_job()
        self.assertEqual(self.record.state, "ok")
        self.assertFalse(self.notices())

    @mute_logger("odoo.addons.crm_sms_wallet.models.crm_sms_gateway_balance")
    def test_one_bad_gateway_does_not_stop_the_others(self):
        bad = self.gateway(base_url=self.server.url, sequence=1, **LOGIN)
        bad.own_codes = "103 = bad_login"
        dead = self.gateway(base_url="http://127.0.0.1:1", sequence=2, **LOGIN)
        self.run_job()
        self.assertEqual(dead.state, "failed")
        self.assertEqual(self.record.state, "ok")

    def test_nothing_told_below_zero_limit(self):
        self.record.low_balance = 0
        self.server.credit = 0
        self.run_job()
        self.assertEqual(self.record.state, "ok")

    def test_gateway_without_balance(self):
        smpp = self.gateway(provider="smpp", key="x")
        shown = smpp.action_read_balance()
        self.assertIn("does not tell", shown["params"]["message"])
        self.assertEqual(smpp.state, "new")
