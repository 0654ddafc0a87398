"""Keys of a shop are seen by administrators alone, and stand in no log."""

import json
import logging

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common_pull import PullCase
from .emulators.faults import Faults

SECRETS = ("api_key", "webhook_secret", "webhook_token", "webhook_url", "api_url")


class Kept(logging.Handler):
    """Everything that is logged, as text."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.texts = []

    def emit(self, record):
        if record.name == "odoo.sql_db":
            return  # statements, which a server logs only when it is told to
        self.texts.append(self.format(record))


@tagged("post_install", "-at_install")
class TestSecrets(PullCase):
    server_values = {"limits": (10**6, 10**6), "orders": 4}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "line_manager",
            "crm_segments.crm_segments_group_manager,base.group_allow_export",
        )

    def secrets(self):
        shop = self.line_shop
        return [shop.api_key, shop.webhook_secret, shop.webhook_token]

    def test_no_read_by_a_manager(self):
        shop = self.line_shop.with_user(self.manager)
        for name in SECRETS:
            with self.assertRaises(AccessError):
                shop.read([name])
            with self.assertRaises(AccessError):
                shop.search([(name, "ilike", "a")])
            with self.assertRaises(AccessError):
                shop.write({name: "x"})
            with self.assertRaises(AccessError):
                shop.search([], order=name)
            with self.assertRaises(AccessError):
                shop._read_group([], [name])
        self.assertFalse(set(SECRETS) & set(shop.fields_get()))
        told = json.dumps(shop.read(), default=str)
        for secret in self.secrets():
            self.assertNotIn(secret, told)

    def test_no_export_by_a_manager(self):
        shop = self.line_shop.with_user(self.manager)
        names = [name for name in shop.fields_get() if name != "id"]
        told = json.dumps(shop.export_data([".id", *names]), default=str)
        for secret in self.secrets():
            self.assertNotIn(secret, told)
        for name in SECRETS:
            with self.assertRaises(AccessError):
                shop.export_data([name])

    def test_no_view_for_a_manager(self):
        shop = self.line_shop.with_user(self.manager)
        arch = shop.get_view(view_type="form")["arch"]
        for name in SECRETS:
            self.assertNotIn(f'name="{name}"', arch)

    def test_no_tracking_no_copy(self):
        for name in SECRETS:
            self.assertFalse(getattr(self.line_shop._fields[name], "tracking", None))
        copy = self.line_shop.copy()
        self.assertFalse(copy.api_key or copy.webhook_secret)
        self.assertNotEqual(copy.webhook_token, self.line_shop.webhook_token)
        self.assertEqual(copy.state, "draft")

    def test_payloads_are_for_managers(self):
        self.import_all()
        officer = new_test_user(
            self.env, "line_officer", "crm_segments.crm_segments_group_officer"
        )
        order = self.orders.search([], limit=1)
        self.assertTrue(order.with_user(self.manager).payload)
        with self.assertRaises(AccessError):
            order.with_user(officer).read(["payload"])
        self.assertTrue(order.with_user(officer).goods)

    def test_not_logged(self):
        """Not in a log of any level, nor in what staff reads of an error."""
        self.env.flush_all()
        kept, root = Kept(), logging.getLogger()
        level = root.level
        root.addHandler(kept)
        root.setLevel(logging.DEBUG)
        self.addCleanup(root.removeHandler, kept)
        self.addCleanup(root.setLevel, level)
        kinds = ("500", "429-text", "cut", "short", "timeout")
        self.server.faults = Faults(share=0.5, kinds=kinds, hold=0.01)
        self.start_pull("now", 40)
        self.work(3)
        self.server.faults = None
        self.line_shop.wait_until = False
        self.work(2)
        secrets = self.secrets()
        self.line_shop.api_key = "refused key"
        self.start_pull("now", 1)
        self.work()
        self.assertEqual(self.line_shop.state, "stopped")
        pulls = self.line_shop.pull_ids.mapped("error")
        shown = [*kept.texts, self.line_shop.last_error, str(pulls)]
        shown += self.troubles.search([]).mapped("error")
        shown += self.line_shop.message_ids.mapped("body")
        shown += self.line_shop.activity_ids.mapped("note")
        text = "\n".join(map(str, shown))
        self.assertIn("/myshop/v1/orders", "\n".join(kept.texts), "something is kept")
        for secret in (*secrets, "refused key"):
            self.assertNotIn(secret, text)

    def test_key_goes_nowhere_else(self):
        """The address is the service's own: no key is sent to another one."""
        with self.assertRaises(ValidationError):
            self.line_shop.api_url = "https://example.com"

    def test_company_rule(self):
        self.import_all()
        company = self.env["res.company"].create({"name": "Another"})
        user = new_test_user(
            self.env,
            "line_other",
            "crm_segments.crm_segments_group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for name in ("shop", "order", "pull", "exception"):
            found = self.env[f"crm.lineshopping.{name}"].with_user(user).search([])
            self.assertFalse(found.filtered(lambda one: one.company_id != company))
