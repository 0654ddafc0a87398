from odoo.sql_db import db_connect
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_loyalty_points.tools.ledger_guard import TABLES
from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_odoo,
)

MAKE_NATIVE_CARDS = """
partners = env["res.partner"].create([{"name": f"Native {i}"} for i in range(4)])
program = env["loyalty.program"].create(
    {"name": "Native", "program_type": "loyalty", "applies_on": "both"})
def card(partner, points):
    return env["loyalty.card"].create(
        {"program_id": program.id, "partner_id": partner.id, "points": points})
one, two, three = card(partners[0], 100), card(partners[0], 20.5), card(partners[0], 0)
card(partners[1], -7)
card(partners[2], 33.333)
old = card(partners[3], 12)
old.write({"expiration_date": "2001-01-01", "active": False})
order = env["sale.order"].create({"partner_id": partners[0].id,
    "coupon_point_ids": [(0, 0, {"coupon_id": two.id, "points": 5})]})
env["loyalty.card"].create({"points": 9, "program_id": env["loyalty.program"].create(
    {"name": "Gift", "program_type": "gift_card"}).id})
env.cr.commit()
"""
UNINSTALL = """
env["ir.module.module"].search(
    [("name", "=", "crm_loyalty_points")]).button_immediate_uninstall()
"""


@tagged("standard", "post_install", "-at_install")
class TestLedgerLifecycle(BaseCase):
    """A ledger that cannot be upgraded or removed is a trap, not a foundation."""

    def _query(self, query, *params):
        with db_connect(self.database).cursor() as cursor:
            cursor.execute(query, params)
            return cursor.fetchall() if cursor.description else []

    def _odoo(self, *arguments, script=None):
        done = run_odoo(*arguments, "--log-level=warn", script=script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertNotIn(" ERROR ", done.stderr)
        return done

    def _balances(self):
        return dict(
            self._query(
                "SELECT id, round(points::numeric, 2)::float FROM loyalty_card"
                " WHERE points <> 0"
            )
        )

    def _openings(self):
        return self._query(
            """
            SELECT p.name, e.points::float, a.remaining::float, c.active
              FROM loyalty_point_entry e
              JOIN loyalty_card c ON c.id = e.card_id
              JOIN loyalty_program g ON g.id = c.program_id
              JOIN loyalty_point_award a ON a.entry_id = e.id
              LEFT JOIN res_partner p ON p.id = c.partner_id
             WHERE e.kind = 'opening' AND g.name->>'en_US' = 'Native'
             ORDER BY p.name
            """
        )

    def test_upgrade_uninstall_install(self):
        with cloned_database() as self.database:
            self._post_some()
            self._upgrade()
            self._uninstall()
            self._install_over_native_cards()

    def _post_some(self):
        with committed(self.database) as env:
            program = env["loyalty.program"].create(
                {"name": "Life", "program_type": "loyalty", "applies_on": "both"}
            )
            partner = env["res.partner"].create({"name": "Long-time member"})
            card = env["loyalty.card"].create(
                {"program_id": program.id, "partner_id": partner.id}
            )
            env["loyalty.point.entry"]._post(
                [
                    {"card_id": card.id, "kind": "earn", "points": 50, "key": "life:1"},
                    {
                        "card_id": card.id,
                        "kind": "redeem",
                        "points": -8,
                        "key": "life:2",
                    },
                ]
            )
            self.card_id = card.id

    def _upgrade(self):
        before = self._query("SELECT * FROM loyalty_point_entry ORDER BY id")
        self._odoo("-d", self.database, "-u", "crm_loyalty_points", "--stop-after-init")
        self.assertEqual(
            self._query("SELECT * FROM loyalty_point_entry ORDER BY id"), before
        )
        self.assertEqual(
            self._query(
                "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A'"
                " AND tgfoid = 'crm_loyalty_points_append_only'::regproc"
            ),
            [(2 * len(TABLES),)],
        )

    def _uninstall(self):
        before = self._balances()
        self.assertEqual(before[self.card_id], 42)
        self._odoo("shell", "-d", self.database, "--no-http", script=UNINSTALL)
        self.assertEqual(
            self._query(
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'loyalty_point_%%'"
            ),
            [(0,)],
        )
        self.assertEqual(
            self._query(
                "SELECT count(*) FROM pg_proc"
                " WHERE proname LIKE 'crm_loyalty_points_%%'"
            ),
            [(0,)],
        )
        [(options,)] = self._query(
            "SELECT reloptions::text FROM pg_class WHERE relname = 'loyalty_card'"
        )
        self.assertNotIn("fillfactor", options or "")
        self.assertEqual(self._balances(), before)

    def _install_over_native_cards(self):
        self._odoo("shell", "-d", self.database, "--no-http", script=MAKE_NATIVE_CARDS)
        balances = self._balances()
        done = self._odoo(
            "-d", self.database, "-i", "crm_loyalty_points", "--stop-after-init"
        )
        self.assertIn("1 customers had several cards", done.stderr)
        self.assertEqual(
            self._openings(),
            [
                ("Native 0", 120.5, 120.5, True),
                ("Native 1", -7, -7, True),
                ("Native 2", 33.33, 33.33, True),
                ("Native 3", 12, 12, False),
            ],
        )
        self.assertEqual(sum(self._balances().values()), sum(balances.values()))
        prove = """
from odoo.addons.crm_loyalty_points.hooks import post_init_hook
post_init_hook(env)
count = env["loyalty.point.entry"].search_count([("kind", "!=", "opening")])
card = env["loyalty.card"].search([("partner_id.name", "=", "Native 0")])
gone = card.with_context(active_test=False).search([("merged_into_id", "=", card.id)])
order = env["sale.order"].search([("partner_id", "=", card.partner_id.id)])
env["loyalty.card"].flush_model()
print("PROVEN", env["loyalty.point.award"]._check_ledger(), count, len(gone),
      order.coupon_point_ids.coupon_id == card,
      any("archived" in body for body in card.message_ids.mapped("body")))
check = env["loyalty.health.check"].search([("origin", "=", "installation")])
native = check.finding_ids.filtered(lambda f: f.program_id.name == "Native")
print("FOUND", len(check), sorted((f.kind, f.state) for f in native))
"""
        done = self._odoo("shell", "-d", self.database, "--no-http", script=prove)
        self.assertIn("PROVEN [] 0 2 True True", done.stdout)
        found = [("archived", "open"), ("duplicate", "repaired")] + [
            ("duplicate", "repaired"),
            ("negative", "open"),
        ]
        self.assertIn(f"FOUND 1 {found}", done.stdout)
