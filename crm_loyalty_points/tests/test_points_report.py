from collections import defaultdict
from datetime import timedelta
from random import Random

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LedgerCase

MEASURES = ("given", "used", "lapsed", "other", "points")
SORTS = {"earn": "given", "welcome": "given", "bonus": "given", "redeem": "used"}


@tagged("post_install", "-at_install")
class TestPointsReport(LedgerCase):
    """What a shopkeeper reads must be the ledger itself: a report that differs from
    the entries by one point is worse than none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branches = cls.env["crm.branch"].create(
            [{"name": f"Branch {number}"} for number in range(4)]
        )
        cls.staff = [
            new_test_user(
                cls.env, f"report_{name}", "crm_segments.crm_segments_group_officer"
            )
            for name in ("nok", "lek")
        ]
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(6)]
        )
        cls.cards = cls.Card.create(
            [{"program_id": cls.program.id, "partner_id": p.id} for p in partners]
        )
        cls._history(Random(7))
        cls.report = cls.env["loyalty.point.report"]

    @classmethod
    def _history(cls, random):
        """Some of everything, over a year, four branches and two of staff."""
        entries = cls.Entry.browse()
        today = cls.program._get_local_today()
        for number in range(150):
            day = today - timedelta(days=random.randrange(365))
            card = random.choice(cls.cards)
            poster = cls.Entry.with_user(random.choice(cls.staff)).sudo()
            kind = random.choice(
                ["earn"] * 4 + ["bonus", "adjust", "redeem", "back", "transfer"]
            )
            vals = {
                "card_id": card.id,
                "kind": kind,
                "points": random.randrange(1, 4000) / 4,
                "key": f"report:{number}",
                "reason": "test",
                "date": day,
                "branch_id": random.choice(cls.branches).id,
            }
            if kind == "back" and entries:
                entry = random.choice(entries)
                entries -= entry
                entry._reverse(f"report:{number}", date=day)
                continue
            if kind == "transfer":
                other = random.choice(cls.cards - card)
                vals.update(points=-vals["points"], to_card_id=other.id)
            elif kind == "redeem":
                vals["points"] = -vals["points"]
            elif kind == "back":
                vals["kind"] = "welcome"
            try:
                entry = poster._post([vals])
            except UserError:
                continue
            if kind != "transfer":
                entries |= entry
        expired = cls._card(cls.other_partner)
        cls.Entry._post(
            [
                {
                    "card_id": expired.id,
                    "kind": "earn",
                    "points": 12.5,
                    "key": "report:expired",
                    "date": today - timedelta(days=40),
                    "expiry": today - timedelta(days=3),
                }
            ]
        )
        cls.env["loyalty.point.award"]._lapse(expired.ids)

    def _expected(self, group):
        """:return: {group of an entry: {measure: sum}}, told entry by entry"""
        sums = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
        domain = [("program_id.program_type", "=", "loyalty")]
        for entry in self.Entry.search(domain):
            origin = entry.reversed_entry_id or entry
            sort = "lapsed" if origin.kind == "lapse" else SORTS.get(origin.kind)
            row = sums[group(entry)]
            row["points"] += entry.points
            sign = -1 if sort in ("used", "lapsed") else 1
            row[sort or "other"] += sign * entry.points
        return {key: self._rounded(row) for key, row in sums.items()}

    def _rounded(self, row):
        return {name: round(value, 2) for name, value in row.items()}

    def _found(self, groupby):
        rows = self.report._read_group(
            [], [groupby], [f"{name}:sum" for name in MEASURES]
        )
        return {
            key: self._rounded(dict(zip(MEASURES, values, strict=True)))
            for key, *values in rows
        }

    def test_sums_by_branch(self):
        expected = self._expected(lambda entry: entry.branch_id)
        self.assertGreaterEqual(len(expected), 4)
        self.assertEqual(self._found("branch_id"), expected)

    def test_sums_by_staff(self):
        expected = self._expected(lambda entry: entry.operator_name)
        self.assertGreaterEqual(len(expected), 2)
        self.assertEqual(self._found("operator_name"), expected)

    def test_sums_by_period(self):
        expected = self._expected(lambda entry: entry.date.replace(day=1))
        self.assertGreaterEqual(len(expected), 12)
        self.assertEqual(self._found("date:month"), expected)

    def test_sums_by_kind_and_programme(self):
        self.assertEqual(self._found("kind"), self._expected(lambda entry: entry.kind))
        self.assertEqual(
            self._found("program_id"), self._expected(lambda entry: entry.program_id)
        )

    def test_balance(self):
        """Given - used - lapsed + other is what is on the cards."""
        [(program, given, used, lapsed, other, points)] = self.report._read_group(
            [("program_id", "=", self.program.id)],
            ["program_id"],
            [f"{name}:sum" for name in MEASURES],
        )
        cards = self.Card.search([("program_id", "=", program.id)])
        self.assertAlmostEqual(given - used - lapsed + other, points, 2)
        self.assertAlmostEqual(points, sum(cards.mapped("points")), 2)

    def test_prepaid_value_is_no_points(self):
        wallet = self._card(self.partner, self.wallet)
        self._post(500, card=wallet)
        self.assertFalse(self.report.search([("card_id", "=", wallet.id)]))

    def test_refund_lowers_what_was_given(self):
        award = self._post(80)
        spend = self._post(-30)
        spend._reverse("report:given back", 10)
        award._reverse("report:taken back", 25)
        rows = self.report.search([("card_id", "=", self.card.id)])
        self.assertEqual(sum(rows.mapped("given")), 55)
        self.assertEqual(sum(rows.mapped("used")), 20)
        self.assertEqual(sum(rows.mapped("reversed")), -15)

    def test_channels(self):
        self._post(1, kind="bonus", key="hand:report")
        self._post(2, source_model="sale.order", source_id=1)
        self._post(3, kind="welcome")
        rows = self.report.search([("card_id", "=", self.card.id)])
        self.assertEqual(
            {row.points: row.channel for row in rows},
            {1: "hand", 2: "sale", 3: "system"},
        )

    def test_tier_then(self):
        """Points belong to the tier that the member had when they were given."""
        tier = self.env["loyalty.tier"].create(
            {"name": "Gold", "program_id": self.program.id}
        )
        self._post(3, date=self.program._get_local_today() - timedelta(days=10))
        self.card.tier_id = tier
        self._post(4)
        rows = self.report.search([("card_id", "=", self.card.id)])
        then = {row.points: row.tier_then_id for row in rows}
        self.assertEqual(then, {3: tier.browse(), 4: tier})
        self.assertEqual(rows.tier_id, tier)

    def test_opens_its_entry(self):
        entry = self._post(5)
        row = self.report.search([("entry_id", "=", entry.id)])
        action = row.action_open_entry()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (entry._name, entry.id)
        )

    def test_rights(self):
        """Viewers read, of their companies only; others do not."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        program = self.env["loyalty.program"].create(
            {
                "name": "Elsewhere",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": company.id,
            }
        )
        self._post(9, card=self._card(self.partner, program))
        viewer = new_test_user(
            self.env, "report_viewer", "crm_segments.crm_segments_group_viewer"
        )
        stranger = new_test_user(self.env, "report_stranger", "base.group_user")
        rows = self.report.with_user(viewer).search([])
        self.assertIn(self.program, rows.program_id)
        self.assertNotIn(program, rows.program_id)
        for model in ("loyalty.point.report", "loyalty.reward.report"):
            self.env[model].with_user(viewer).search([]).mapped("company_id")
            with self.assertRaises(AccessError):
                self.env[model].with_user(stranger).search([])


@tagged("post_install", "-at_install")
class TestRewardsReport(LedgerCase):
    """A reward is judged by what it costs the shop, not by its points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift, cls.goods = cls.env["product.product"].create(
            [
                {"name": "Balm", "list_price": 100, "standard_price": 40},
                {"name": "Massage", "list_price": 500, "taxes_id": False},
            ]
        )
        cls.program.write(
            {
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "order", "reward_point_amount": 1}
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 50,
                            "discount_mode": "per_order",
                            "required_points": 20,
                        }
                    ),
                    Command.create(
                        {
                            "reward_type": "product",
                            "reward_product_id": cls.gift.id,
                            "reward_product_qty": 2,
                            "required_points": 30,
                        }
                    ),
                ],
            }
        )
        cls.rewards = cls.program.reward_ids.sorted("required_points")

    def _order(self, reward):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.goods.id})],
            }
        )
        order._update_programs_and_rewards()
        order._apply_program_reward(reward, self.card)
        return order

    def test_real_cost(self):
        self._post(70)
        report = self.env["loyalty.reward.report"]
        domain = [("program_id", "=", self.program.id)]
        for reward in self.rewards:
            order = self._order(reward)
            found = report.search(domain).reward_id
            self.assertNotIn(reward, found, "a quotation costs nothing")
            order.action_confirm()
        rows = {
            reward: values
            for reward, *values in report._read_group(
                domain,
                ["reward_id"],
                ["times:sum", "points:sum", "discount:sum", "product_cost:sum"],
            )
        }
        self.assertEqual(rows[self.rewards[0]], [1, 20, 50, 0])
        self.assertEqual(rows[self.rewards[1]], [1, 30, 0, 80])
        self.assertEqual(
            report.search([*domain, ("reward_id", "=", self.rewards[1].id)]).cost, 80
        )
        today = self.env.company._get_local_moment().date()
        self.assertEqual(report.search(domain).mapped("date"), [today] * 2)

    def test_redeemed_for_a_code(self):
        """One that was redeemed costs what it says; a cancelled one nothing."""
        gift = self.rewards[1]
        gift.fulfilment = "code"
        self._post(100)
        redemption = gift._redeem(self.card, key="report:1")
        report = self.env["loyalty.reward.report"]
        domain = [("reward_id", "=", gift.id)]
        row = report.search(domain)
        self.assertEqual(
            (row.channel, row.points, row.cost, row.worth),
            ("redemption", 30, 80, 200),
        )
        entries = self.env["loyalty.point.report"].search(
            [("card_id", "=", self.card.id), ("channel", "=", "reward")]
        )
        self.assertEqual(sum(entries.mapped("used")), 30)
        redemption.action_cancel()
        self.assertFalse(report.search(domain))


@tagged("post_install", "-at_install")
class TestMembersReport(LedgerCase):
    """A shop grows by members who come, not by cards."""

    def test_joined_and_active(self):
        report = self.env["loyalty.member.report"]
        today = self.env.company._get_local_moment().date()
        branch = self.env["crm.branch"].create({"name": "First"})
        old = self._card(self.other_partner, member_since=today - timedelta(days=400))
        self.other_partner.joined_branch_id = branch
        self._post(10, card=old, date=today - timedelta(days=200))
        rows = {row.card_id: row for row in report.search([])}
        self.assertEqual(rows[self.card].joined, today)
        self.assertEqual(rows[self.card].active_members, 0)
        self.assertEqual(rows[old].joined, today - timedelta(days=400))
        self.assertEqual((rows[old].active_members, rows[old].points), (0, 10))
        self.assertEqual(rows[old].branch_id, branch)
        self._post(-5, card=old)
        report.invalidate_model()
        row = report.search([("card_id", "=", old.id)])
        self.assertEqual((row.active_members, row.last_move), (1, today))
        self.assertTrue(old.active_member)
        self.assertEqual(row.action_open_card()["res_id"], old.id)
        self._card(self.partner, self.wallet)
        self.assertEqual(len(report.search([("partner_id", "=", self.partner.id)])), 1)
