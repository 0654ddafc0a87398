from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import tier_sql
from ..tools.local_day import local_today
from .common import LedgerCase

MEMBERS = 400


@tagged("post_install", "-at_install")
class TestTierPlan(LedgerCase):
    """A shop moves in: a new programme, thousands of members and their points in one
    transaction, of which the database's statistics know nothing yet. A plan that counts
    all points again for each card takes an hour where a second would do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.company_id = cls.env.company
        cls.env.flush_all()
        for table in ("loyalty_card", "loyalty_point_entry", "res_partner"):
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "New",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": cls.env.company.id,
                "reward_ids": [Command.create({})],
            }
        )
        cls.program.tier_ids = [
            Command.create({"name": name, "threshold": start})
            for name, start in (("Silver", 100), ("Gold", 300))
        ]
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(MEMBERS)]
        )
        cls.cards = cls.env["loyalty.card"].create(
            [
                {"program_id": cls.program.id, "partner_id": partner.id}
                for partner in partners
            ]
        )
        cls.Entry._post(
            [
                {
                    "card_id": card.id,
                    "kind": "earn",
                    "points": 10,
                    "key": f"test:{card.id}:{turn}",
                    "reason": "earn",
                }
                for card in cls.cards
                for turn in range(5)
            ],
            bulk=True,
        )

    def _rows_visited(self, query):
        """:return: how many rows the nodes of the query's plan looked at, in all"""
        self.env.flush_all()
        ((plan,),) = self.env.execute_query(
            SQL("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) %s", query)
        )

        def visited(node):
            rows = node["Actual Rows"] + node.get("Rows Removed by Join Filter", 0)
            rows += node.get("Rows Removed by Filter", 0)
            below = sum(map(visited, node.get("Plans", ())))
            return rows * node["Actual Loops"] + below

        return visited(plan[0]["Plan"])

    def test_each_entry_is_looked_at_a_few_times(self):
        _basis, policy = self.program._get_tier_policy()
        today = local_today(self.env, self.env.company)
        entries = self.env["loyalty.point.entry"].search_count([])
        everything = entries + self.env["res.partner"].search_count([]) + MEMBERS
        for basis in ("points", "visits", "orders"):
            with self.subTest(basis=basis):
                query = tier_sql.rising_query(
                    self.program, basis, policy, today, self.cards.ids
                )
                self.assertLess(self._rows_visited(query), 20 * everything)
