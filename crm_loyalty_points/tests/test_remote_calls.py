import inspect
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

# What remote calls may reach on our own models and what we add to Odoo's: buttons, and
# the ORM's own methods, which check rights themselves.
# Pages read and write with these, by the rights of who asks.
PAGES = {
    "get_customer_report",
    "get_dashboard",
    "get_report_orders_action",
    "get_report_payments_action",
    "get_report_period",
    "get_report_top_action",
    "save_customer_note",
}
ORM = {"copy", "create", "init", "read", "search", "unlink", "write"}


@tagged("post_install", "-at_install")
class TestRemoteCalls(HttpCase):
    """The rules must hold on the wire, where a clerk's script calls, and not only on
    the forms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Somchai"})
        cls.card = cls.env["loyalty.card"].create(
            {"program_id": cls.program.id, "partner_id": cls.partner.id}
        )
        cls.user = new_test_user(
            cls.env,
            "remote_sales",
            "sales_team.group_sale_salesman_all_leads",
            password="remote_sales",
        )

    def _call(self, model, method, args, **kwargs):
        """:return: name of the exception that the server answers with, or None"""
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
        return answer.get("error", {}).get("data", {}).get("name")

    def _call_json2(self, key, model, method, **body):
        """:return: HTTP status of the same call by the JSON-2 interface"""
        with mute_logger("odoo.http"):
            return self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {key}",
                },
            ).status_code

    def _attacks(self):
        """:return: [(model, method, ids, named arguments)], all to be refused"""
        card = self.card.ids
        thief = self.card.create({"program_id": self.program.id}).id
        post = {"card_id": card[0], "kind": "bonus", "points": 999, "key": "wire"}
        context = {"crm_order_import": True, "loyalty_no_mail": True}
        return [
            ("loyalty.card", "write", card, {"vals": {"points": 999}}),
            (
                "loyalty.card",
                "write",
                card,
                {"vals": {"points": 999}, "context": context},
            ),
            ("loyalty.card", "write", card, {"vals": {"merged_into_id": thief}}),
            ("loyalty.card", "_post_given", card, {"amounts": [999]}),
            ("loyalty.card", "_merge_into", card, {"survivor": thief}),
            ("loyalty.point.entry", "_post", [], {"vals_list": [post]}),
            ("loyalty.point.entry", "create", [], {"vals_list": [post]}),
            ("loyalty.point.award", "_rebuild", [], {}),
            ("loyalty.point.award", "action_prove", [], {}),
            ("crm.customer.metric", "_rebuild", [], {}),
        ]

    def test_json_rpc(self):
        attacks = self._attacks()
        self.authenticate("remote_sales", "remote_sales")
        self.assertIsNone(self._call("loyalty.card", "read", [self.card.ids, ["code"]]))
        for model, method, ids, named in attacks:
            args = [ids] if ids else []
            name = self._call(model, method, args, **named)
            self.assertTrue(name, (model, method))
            self.assertIn(name.rpartition(".")[2], ("AccessError", "UserError"))
        self.card.invalidate_recordset()
        self.assertEqual((self.card.points, self.card.entry_seq), (0, 0))

    def test_json2(self):
        attacks = self._attacks()
        keys = self.env["res.users.apikeys"].with_user(self.user)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        key = keys._generate("rpc", "wire", tomorrow)
        self.assertEqual(
            self._call_json2(
                key, "loyalty.card", "read", ids=self.card.ids, fields=["code"]
            ),
            200,
        )
        for model, method, ids, named in attacks:
            status = self._call_json2(key, model, method, ids=ids, **named)
            self.assertGreaterEqual(status, 400, (model, method))
        self.card.invalidate_recordset()
        self.assertEqual((self.card.points, self.card.entry_seq), (0, 0))

    def test_pages_ask_by_the_rights_of_the_user(self):
        for group in ("base.group_user", "base.group_portal"):
            user = new_test_user(self.env, f"remote_{group}", group)
            with self.subTest(group=group), self.assertRaises(AccessError):
                self.env["loyalty.dashboard"].with_user(user).get_dashboard()
            with self.subTest(group=group), self.assertRaises(AccessError):
                self.env["res.partner"].with_user(user).get_customer_report([])

    def test_nothing_is_public_but_buttons(self):
        """A method without an underscore is one that anybody logged in may call."""
        ours = ("odoo.addons.crm_segments.", "odoo.addons.crm_loyalty_points.")
        seen = set()
        for name, model in self.env.registry.items():
            for cls in model.__mro__:
                if not cls.__module__.startswith(ours):
                    continue
                for method, function in vars(cls).items():
                    if not inspect.isfunction(function) or method.startswith("_"):
                        continue
                    seen.add(method)
                    if method in ORM | PAGES or method.startswith("action_"):
                        continue
                    native = any(
                        method in vars(base)
                        for base in model.__mro__
                        if not base.__module__.startswith(ours)
                    )
                    self.assertTrue(native, f"{name}.{method} can be called remotely")
        self.assertIn("action_prove", seen)
        self.assertTrue(get_public_method(self.env["sale.order"], "action_confirm"))
