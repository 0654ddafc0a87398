import re
from decimal import Decimal
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path

from ..models.account_move import CREDITED
from ..tools import basket as engine
from ..tools.document_entries import RETURNED
from ..tools.ledger_movement import KINDS
from .common import LedgerCase

# How the sources write the reason of a movement.
REASON = re.compile(r'''(?:"reason": |reason=|reason or |take_back\()"([a-z_]+)"''')


@tagged("post_install", "-at_install")
class TestLedgerViews(LedgerCase):
    """The ledger is read by people who may read nothing else of loyalty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = new_test_user(
            cls.env, "viewer", "crm_segments.crm_segments_group_viewer"
        )
        cls.branch = cls.env["crm.branch"].create({"name": "Silom", "code": "SLM"})
        cls.Entry._post(
            [
                {
                    "card_id": cls.card.id,
                    "kind": "earn",
                    "points": 100,
                    "key": "view:1",
                    "date": "2026-01-15",
                    "branch_id": cls.branch.id,
                    "source_name": "S0001",
                    "policy": {
                        "rule": "25 baht a point",
                        "lines": [{"product": "Coffee", "points": 60}, "rest"],
                        "rounding": {"mode": "down"},
                    },
                },
                {
                    "card_id": cls.card.id,
                    "kind": "redeem",
                    "points": -30,
                    "key": "view:2",
                    "date": "2026-02-01",
                },
            ]
        )
        cls.mine = cls.Entry.with_user(cls.viewer)

    def _entries(self):
        return self.mine.search([("card_id", "=", self.card.id)], order="seq")

    def test_list_as_a_viewer(self):
        views = self.mine.get_views(
            [(False, kind) for kind in ("list", "form", "search", "pivot", "graph")]
        )
        self.assertEqual(
            set(views["views"]), {"list", "form", "search", "pivot", "graph"}
        )
        rows = self._entries().web_read(
            {
                "partner_id": {"fields": {"display_name": {}}},
                "program_id": {"fields": {"display_name": {}}},
                "branch_id": {"fields": {"display_name": {}}},
                "balance": {},
                "why": {},
            }
        )
        self.assertEqual([row["balance"] for row in rows], [100, 70])
        self.assertEqual(rows[0]["partner_id"]["display_name"], "Somchai")
        self.assertEqual(rows[0]["branch_id"]["display_name"], "Silom")

    def test_group_by(self):
        domain = [("card_id", "=", self.card.id)]
        for field, wanted in (
            ("kind", {"earn": 100, "redeem": -30}),
            ("program_id", {self.program.id: 70}),
            ("branch_id", {self.branch.id: 100, False: -30}),
            ("date:month", {"2026-01-01": 100, "2026-02-01": -30}),
        ):
            groups = self.mine.formatted_read_group(domain, [field], ["points:sum"])
            found = {
                (g[field][0] if isinstance(g[field], list | tuple) else g[field]): g[
                    "points:sum"
                ]
                for g in groups
            }
            with self.subTest(field=field):
                self.assertEqual(found, wanted)

    def test_search(self):
        card = [("card_id", "=", self.card.id)]
        for domain, count in (
            ([("card_id.partner_id", "ilike", "somch")], 2),
            ([("program_id.program_type", "=", "loyalty")], 2),
            ([("program_id.program_type", "=", "ewallet")], 0),
            ([("partner_id", "=", self.other_partner.id)], 0),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.mine.search_count(card + domain), count)

    def test_why_is_readable(self):
        self.assertEqual(
            self._entries()[0].why,
            "rule: 25 baht a point\n"
            "lines:\n"
            "  - points: 60, product: Coffee\n"
            "  - rest\n"
            "rounding:\n"
            "  mode: down",
        )
        self.assertFalse(self._entries()[1].why)

    def test_why_of_counted_points(self):
        line = engine.Line(1, *map(Decimal, ("2", "107.50", "100.00", "5")))
        goods = frozenset([1])
        rules = (
            {"mode": "money", "rate": Decimal(1), "step": Decimal(25)},
            {"mode": "money", "rate": Decimal("0.1")},
            {"mode": "unit", "rate": Decimal(3)},
            {"mode": "order", "rate": Decimal(50)},
            {"mode": "order", "rate": Decimal(50), "minimum_amount": Decimal(1000)},
            {"mode": "product", "rate": Decimal(1)},
        )
        policy = engine.Policy(
            self.program.id,
            "Points",
            tuple(
                engine.Rule(number, goods=goods, money=goods, threshold=goods, **rule)
                for number, rule in enumerate(rules)
            ),
        )
        basket = engine.Basket((line,), currency="THB")
        outcome = engine.compute(policy, basket)
        entry = self._post(outcome.points, policy=outcome.why)
        self.assertEqual(
            entry.why.splitlines(),
            [
                "4 whole steps of 25 THB in 107.5 THB, 1 each: 4",
                "107.5 THB at 0.1 each: 10.75",
                "2 units at 3 each: 6",
                "50 per order: 50",
                "Nothing: 107.5 THB of the minimum 1,000 THB",
                "10 points set on the products, times 1: 10",
                "Together: 80.75",
            ],
        )

    def test_why_of_prepaid_value(self):
        """Baht are no points, and goods without points of their own are no news."""
        wallet = self.env["loyalty.program"].create(
            {
                "name": "Wallet",
                "program_type": "ewallet",
                "applies_on": "future",
                "portal_point_name": self.env.company.currency_id.symbol,
            }
        )
        card = self.Card.create(
            {"program_id": wallet.id, "partner_id": self.partner.id}
        )
        self._post(900, card=card)
        reward = {"name": "Spa card", "points": "450.00"}
        entry = self._post(-450, card=card, kind="redeem", policy={"rewards": [reward]})
        self.assertIn("Spa card: ", entry.why)
        self.assertIn("450.00", entry.why)
        self.assertNotIn("points", entry.why)
        money = {"mode": "money", "rate": "1", "counted": "80.00", "points": "80.00"}
        goods = {"mode": "product", "rate": "1", "counted": "0", "points": "0.00"}
        policy = {"rules": [money, goods], "points": "80.00", "currency": "THB"}
        entry = self._post(80, policy=policy)
        self.assertEqual(entry.why, "80 THB at 1 each: 80")

    def test_statement_on_the_card(self):
        card = self.card.with_user(self.viewer)
        self.assertEqual(sorted(card.point_entry_ids.mapped("balance")), [70, 100])
        self.assertEqual(self._entries().mapped("display_name")[0], "Earned +100")

    def test_branch_with_entries_stays(self):
        with self.assertRaises(UserError):
            self.branch.unlink()
        self.env["crm.branch"].create({"name": "Empty", "code": "E"}).unlink()

    def test_reasons_in_words(self):
        """Entries that no rule explains say why as well."""
        self._post(5, kind="bonus", reason="gift")
        order = self._post(8, reason="order", source_name="S0007")
        order._reverse("words:1", reason="order_cancelled")
        self._post(6, expiry="2026-01-31", date="2026-01-01")
        self._post(-1)
        whys = self._entries()[2:].mapped("why")
        self.assertEqual(
            whys,
            [
                "Gift",
                "For S0007",
                "S0007 was cancelled",
                "",
                "Not used by 31 Jan 2026, their last day",
                "",
            ],
        )

    def test_reasons_of_the_sources(self):
        """No module gives a reason that nobody can read."""
        known = set(self._entries()[0]._get_reason_texts())
        given = {CREDITED, RETURNED}
        for module in ("crm_loyalty_points", "crm_loyalty_points_pos"):
            for path in Path(file_path(module)).glob("[mtw][oi]*/*.py"):
                given.update(REASON.findall(path.read_text()))
        self.assertIn("order_cancelled", given)
        given -= {"varchar"}  # the type of the column
        self.assertLessEqual(given, known | set(KINDS))
