import re
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons import (
    crm_loyalty_points,
    crm_segments,
)

CONTEXT_KEY = re.compile(r"context(?:\.get\(|\[)\s*\"(\w+)\"")
# The shop's people who sell, up to their manager, and the customers themselves.
SELLERS = {
    "sales": "sales_team.group_sale_salesman_all_leads",
    "manager": "sales_team.group_sale_manager",
    "cashier": "point_of_sale.group_pos_user",
    "portal": "base.group_portal",
    "viewer": "crm_segments.crm_segments_group_viewer",
}


def context_keys():
    """:return: names of all context keys that our code reads, found in its source"""
    root = Path(crm_loyalty_points.__path__[0]).parent
    found = set()
    for name in (crm_loyalty_points.__name__, crm_segments.__name__):
        for folder in root.glob(f"{name.rpartition('.')[2]}*"):
            for path in folder.rglob("*.py"):
                if "tests" not in path.parts:
                    found.update(CONTEXT_KEY.findall(path.read_text()))
    return found


# Lists and notes that people of the shop edit: no points in them.
EDITABLE = {"loyalty.point.reason", "loyalty.point.note"}


@tagged("standard", "post_install", "-at_install")
class TestPointsRights(HttpCase):
    """Nobody who sells, and no customer, writes points by a script of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {"name": "Rights", "program_type": "loyalty", "applies_on": "both"}
        )
        cls.users = {
            name: new_test_user(
                cls.env, f"rights_{name}", group, password=f"rights_{name}"
            )
            for name, group in SELLERS.items()
            if cls.env.ref(group, raise_if_not_found=False)
        }
        cls.card = cls.env["loyalty.card"].create(
            {
                "program_id": cls.program.id,
                "partner_id": cls.users["portal"].partner_id.id,
            }
        )
        cls.entry = cls.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": cls.card.id,
                    "kind": "earn",
                    "points": 10,
                    "key": "rights",
                    "expiry": "2099-01-01",
                }
            ]
        )
        cls.history = cls.env["loyalty.history"].create(
            {"card_id": cls.card.id, "description": "x", "issued": 10}
        )
        # Every key set to what might open a door: true, and a number of a record.
        cls.contexts = [{}, dict.fromkeys(context_keys(), True)]
        cls.contexts.append({key: cls.card.id for key in context_keys()})

    def test_keys_are_found(self):
        self.assertLess({"loyalty_no_mail", "crm_customer"}, context_keys())

    def _attacks(self):
        """:return: [(model, method, arguments)] that must be refused to all of them"""
        ledger = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("loyalty.point.")
            and name not in EDITABLE
            and not model._transient
            and not model._abstract
        ]
        self.assertGreater(len(ledger), 4)
        some = {"card_id": self.card.id, "points": 999, "kind": "bonus"}
        for name in ledger:
            ids = self.env[name].search([], limit=1).ids or [1]
            fields = self.env[name]._fields
            values = {key: some[key] for key in some if key in fields}
            yield name, "create", [[values]]
            yield name, "write", [ids, values or {"name": "x"}]
            yield name, "unlink", [ids]
        card = self.card.ids
        yield "loyalty.card", "write", [card, {"points": 999}]
        yield "loyalty.card", "write", [card, {"is_member_card": False}]
        yield "loyalty.card", "write", [card, {"entry_seq": 0}]
        yield "loyalty.card", "create", [[{"program_id": 1, "points": 999}]]
        yield "loyalty.card", "copy", [card, {"points": 999}]
        yield "loyalty.card", "unlink", [card]
        yield "loyalty.point.entry", "_post", [[{**some, "key": "stolen"}]]
        yield "loyalty.point.entry", "_reverse", [self.entry.ids, "stolen"]
        yield "loyalty.card", "_post_given", [card, [999]]
        yield "loyalty.card", "_move_points_to", [card, card[0]]
        yield "loyalty.card", "_lapse_everything", [card]

    def _state(self):
        self.env.invalidate_all()
        self.env.cr.execute(
            """SELECT (SELECT count(*) FROM loyalty_point_entry),
                      (SELECT sum(points) FROM loyalty_card),
                      (SELECT sum(remaining) FROM loyalty_point_award)"""
        )
        return self.env.cr.fetchone()

    def test_refused(self):
        before = self._state()
        attacks = list(self._attacks())
        for name in self.users:
            self.authenticate(f"rights_{name}", f"rights_{name}")
            for context in self.contexts:
                for model, method, arguments in attacks:
                    with self.subTest(user=name, model=model, method=method):
                        self._assert_refused(model, method, arguments, context)
        self.assertEqual(self._state(), before)
        self.assertEqual(self.card.points, 10)

    def _assert_refused(self, model, method, arguments, context):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(
                f"/web/dataset/call_kw/{model}/{method}",
                {
                    "model": model,
                    "method": method,
                    "args": arguments,
                    "kwargs": {"context": context},
                },
            )

    def test_no_rights_on_the_ledger(self):
        """ACLs alone must hold, whatever the methods add."""
        for name, user in self.users.items():
            for model in ("entry", "draw", "award", "redate"):
                records = self.env[f"loyalty.point.{model}"].with_user(user)
                for operation in ("create", "write", "unlink"):
                    with self.subTest(user=name, model=model, operation=operation):
                        with self.assertRaises(AccessError):
                            records.check_access(operation)
