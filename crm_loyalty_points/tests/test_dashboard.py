from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import LedgerCase


class DashboardCase(LedgerCase):
    """A small shop with two branches and a few weeks of points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north, cls.south = cls.env["crm.branch"].create(
            [{"name": "North"}, {"name": "South"}]
        )
        cls.viewer = new_test_user(
            cls.env,
            "dashboard_viewer",
            "crm_segments.crm_segments_group_viewer",
            password="dashboard_viewer",
        )
        cls.today = cls.env.company._get_local_moment().date()
        cls.program.point_value = 0.5
        cls.other_card = cls._card(cls.other_partner)

    @classmethod
    def _move(cls, points, card, branch, **values):
        cls.number += 1
        return cls.Entry._post(
            [
                {
                    "card_id": card.id,
                    "kind": "earn" if points > 0 else "redeem",
                    "points": points,
                    "key": f"dashboard:{cls.number}",
                    "reason": "test",
                    "branch_id": branch.id,
                    **values,
                }
            ]
        )

    @classmethod
    def _fill(cls):
        soon = cls.today + timedelta(days=5)
        cls._move(200, cls.card, cls.north, expiry=soon)
        cls._move(100, cls.other_card, cls.south)
        cls._move(-60, cls.card, cls.north)
        old = cls.today.replace(day=1) - timedelta(days=1)
        cls._move(40, cls.other_card, cls.south, date=old.replace(day=1))

    def _dashboard(self, **options):
        self.env.flush_all()
        dashboard = self.env["loyalty.dashboard"].with_user(self.viewer)
        return dashboard.get_dashboard(**options)

    def _kpis(self, **options):
        return {kpi["key"]: kpi for kpi in self._dashboard(**options)["kpis"]}


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCase):
    """The one page an owner reads in the morning: each figure must be the ledger's."""

    def test_empty(self):
        if not self.Entry.search_count([], limit=1):
            self.assertTrue(self._dashboard()["empty"])
        self._fill()
        self.assertFalse(self._dashboard()["empty"])

    def test_figures(self):
        before = {key: kpi["value"] for key, kpi in self._kpis().items()}
        self._fill()
        kpis = self._kpis()
        gained = {k: kpis[k]["value"] - (before[k] or 0) for k in kpis if k != "rate"}
        self.assertEqual(gained["given"], 300)
        self.assertEqual(gained["used"], 60)
        self.assertEqual(gained["outstanding"], 280)
        self.assertEqual(gained["liability"], 140)
        if not before["given"]:
            self.assertEqual(kpis["rate"]["value"], 20)

    def test_compared_with_the_time_before(self):
        before = self._kpis()["given"]["previous"]
        self._fill()
        self.assertEqual(self._kpis()["given"]["previous"] - before, 40)
        last = self._kpis(period="last_month")["given"]
        self.assertEqual(last["value"], before + 40)

    def test_members(self):
        before = self._kpis()
        card = self._card(self.env["res.partner"].create({"name": "Newcomer"}))
        kpis = self._kpis()
        self.assertEqual(kpis["members"]["value"] - before["members"]["value"], 1)
        self.assertEqual(kpis["new"]["value"] - before["new"]["value"], 1)
        self.assertEqual(kpis["active"]["value"], before["active"]["value"])
        self._move(5, card, self.north)
        self.assertEqual(self._kpis()["active"]["value"] - 1, before["active"]["value"])
        self.assertTrue(card.active_member)
        card.member_since = self.today - timedelta(days=400)
        self.assertEqual(self._kpis()["new"]["value"], before["new"]["value"])

    def test_each_number_opens_its_list(self):
        """The list behind a figure has the records that make it up."""
        self._fill()
        for kpi in self._dashboard()["kpis"]:
            action = kpi["action"]
            model = self.env[action["res_model"]].with_user(self.viewer)
            records = model.search(action["domain"])
            if kpi["key"] in ("given", "used", "lapsed"):
                self.assertAlmostEqual(sum(records.mapped(kpi["key"])), kpi["value"])
            elif kpi["unit"] == "number":
                self.assertEqual(len(records.partner_id), kpi["value"])
            elif kpi["key"] == "outstanding":
                self.assertAlmostEqual(sum(records.mapped("points")), kpi["value"])

    def test_branch(self):
        self._fill()
        kpis = self._kpis(branch_id=self.south.id)
        self.assertEqual(kpis["given"]["value"], 100)
        self.assertEqual(set(kpis), {"given", "used", "rate"})
        data = self._dashboard(branch_id=self.north.id)
        [row] = data["branches"]
        self.assertEqual((row["given"], row["used"]), (200, 60))
        self.assertIsNone(data["ending"])

    def test_weeks_sum_to_the_period(self):
        self._fill()
        rows = self._dashboard(branch_id=self.south.id)["weeks"]
        self.assertEqual(len(rows), 13)
        self.assertEqual(sum(row["given"] for row in rows), 140)

    def test_what_ends_soon(self):
        before = self._dashboard()["ending"]
        self._fill()
        ending = self._dashboard()["ending"]
        self.assertEqual(ending["points"] - before["points"], 140)
        self.assertEqual(ending["members"] - before["members"], 1)

    def test_other_companies_stay_unseen(self):
        before = self._dashboard()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        program = self.program.create(
            {
                "name": "Elsewhere",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": company.id,
            }
        )
        card = self._card(self.partner, program)
        branch = self.north.create({"name": "Far", "company_id": company.id})
        self._move(1000, card, branch)
        after = self._dashboard()
        self.assertEqual(before["kpis"][:8], after["kpis"][:8])
        self.assertEqual(before["branch_choice"], after["branch_choice"])

    def test_strangers(self):
        stranger = new_test_user(self.env, "dashboard_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["loyalty.dashboard"].with_user(stranger).get_dashboard()


@tagged("post_install", "-at_install")
class TestDashboardTour(HttpCase, DashboardCase):
    """The page in a browser: figures, chart, selectors and a list behind a number."""

    def test_tour(self):
        self._fill()
        reward = self.program.reward_ids[:1]
        reward.write({"required_points": 10})
        self.program.write(
            {
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "order", "reward_point_amount": 1}
                    )
                ]
            }
        )
        self.start_tour(
            "/odoo/points-dashboard",
            "crm_loyalty_points_dashboard",
            login="dashboard_viewer",
        )

    def test_refused(self):
        """Whoever may not read the ledger is told, and sees no broken page."""
        new_test_user(
            self.env,
            "dashboard_stranger",
            "base.group_user",
            password="dashboard_stranger",
        )
        with mute_logger("odoo.http"):
            self.start_tour(
                "/odoo/points-dashboard",
                "crm_loyalty_points_dashboard_refused",
                login="dashboard_stranger",
            )
