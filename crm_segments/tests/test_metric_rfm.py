from datetime import date
from itertools import product
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments.models import crm_customer_metric
from odoo.addons.crm_segments.tools import metric_rfm

from . import reference
from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricRfm(MetricsCase):
    """A shopkeeper sends an offer to a group by its name: who is in it must follow from
    the shop's own customers, and equal customers must be in the same.

    A company of its own, because scores compare all customers of a company.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Corner shop"})
        cls.company.currency_id = cls.env.company.currency_id
        cls.people = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(10)]
        )
        cls.cuts = cls.env["crm.rfm.cut"]

    def buy(self, number, *days, amount=100):
        """Orders of a customer on days of January 2024 (or ISO dates)."""
        for day in days:
            day = f"2024-01-{day:02}" if isinstance(day, int) else day
            self.order(
                f"{day} 05:00:00",
                amount,
                partner_id=self.people[number].id,
                company_id=self.company.id,
            )

    def scores(self, number):
        """:return: (recency, frequency, money, group) or None without a row"""
        row = self.row(self.people[number], self.company)
        return row and tuple(row[name] for name in metric_rfm.SCORE_COLUMNS)

    def settled(self):
        self.env.flush_all()
        self.settle()

    def cut(self):
        return self.cuts.search([("company_id", "=", self.company.id)], limit=1)

    def few(self, number):
        return patch.object(crm_customer_metric, "FEW_CUSTOMERS", number)

    def test_fifths(self):
        """Ten customers, two in each fifth."""
        for number in range(10):
            self.buy(number, *range(1, number + 2), amount=10 + number)
        self.settled()
        for number in range(10):
            score = number // 2 + 1
            self.assertEqual(self.scores(number)[:3], (score, score, score))
        self.assertEqual(self.scores(9)[3], "champions")
        self.assertEqual(self.scores(0)[3], "dormant")
        self.assertEqual(self.cut().customers, 10)
        self.assertEqual(self.cut().recency_5, date(2024, 1, 9))
        self.assertEqual(self.cut().frequency_1, 2)

    def test_equal_customers_have_equal_scores(self):
        """Four of five bought once: all of them have the score of the border."""
        for number in range(5):
            self.buy(number, 1)
        self.buy(4, 2)
        self.settled()
        for number in range(4):
            self.assertEqual(self.scores(number)[:3], (4, 1, 1))
        self.assertEqual(self.scores(4), (5, 5, 5, "champions"))

    def test_one_customer(self):
        """The first one is a fresh face, not a champion and not asleep."""
        self.buy(0, 1)
        self.settled()
        self.assertEqual(self.scores(0), (5, 1, 1, "promising"))

    def test_all_equal(self):
        for number in range(10):
            self.buy(number, 5)
        self.settled()
        for number in range(10):
            self.assertEqual(self.scores(number), (5, 1, 1, "promising"))

    def test_amount_below_zero(self):
        """What was taken back can be more than what was bought."""
        self.buy(0, 1, amount=-50)
        self.buy(1, 1, amount=50)
        self.settled()
        self.assertEqual(self.scores(0)[2], 1)
        self.assertEqual(self.scores(1)[2], 3, "place 2 of 2 ends the third fifth")
        self.assertEqual(self.cut().monetary_1, -50)

    def test_without_orders(self):
        """Quotations put nobody on the scale, and nobody else off it."""
        self.order(
            confirm=False, partner_id=self.people[0].id, company_id=self.company.id
        )
        self.settled()
        self.assertEqual(self.scores(0), (0, 0, 0, None))
        self.assertEqual(self.cut().customers, 0)
        self.assertFalse(self.cut().recency_5)
        self.buy(1, 1)
        self.settled()
        self.assertEqual(self.scores(0), (0, 0, 0, None))
        self.assertEqual(self.scores(1)[3], "promising")

    def test_grid(self):
        """The table, the words of the reference and the database agree on all 125."""
        groups = dict(self.metrics._fields["rfm_group"].selection)
        self.assertEqual(set(metric_rfm.GRID.values()), set(groups))
        for recency, often, money in product(metric_rfm.SCORES, repeat=3):
            value = metric_rfm.value(often, money)
            self.assertEqual(
                metric_rfm.GRID[recency, value],
                reference.rfm_group(recency, often, money),
                (recency, often, money),
            )

    def test_a_refresh_scores_by_the_stored_borders(self):
        """In a shop with many customers nobody else moves before the night."""
        for number in range(5):
            self.buy(number, number + 1)
        with self.few(1), freeze_time("2024-01-10 05:00:00"):
            self.settled()
            borders = self.cut().read()
            before = [self.scores(number) for number in range(4)]
            self.buy(4, 8, 9, amount=1000)
            self.buy(5, 9, amount=5)
            self.settled()
            self.assertEqual(self.scores(4), (5, 5, 5, "champions"))
            self.assertEqual(self.scores(5), (5, 1, 1, "promising"))
            self.assertEqual([self.scores(number) for number in range(4)], before)
            self.assertEqual(self.cut().read(), borders)
            self.assertEqual(self.differences(), [])
        with freeze_time("2024-01-11 05:00:00"):
            self.metrics._rebuild_new_day(self.company.id)
            self.assertEqual(self.cut().day, date(2024, 1, 11))
            self.assertEqual(self.cut().customers, 6)
            self.assertEqual(self.scores(3)[0], 4)
            self.assertEqual(self.differences(), [])
        self.assertEqual(
            len(self.cuts.search([("company_id", "=", self.company.id)])), 2
        )

    def test_a_small_shop_is_scored_at_once(self):
        for number in range(5):
            self.buy(number, number + 1)
        self.settled()
        self.assertEqual(self.scores(4)[0], 5)
        self.buy(5, 9)
        self.buy(6, 9)
        self.settled()
        self.assertEqual(self.scores(4)[0], 4)
        self.assertEqual(self.cut().customers, 7)
        self.assertEqual(self.differences(), [])

    def differences(self):
        found = self.metrics._check_metrics()
        return [row for row in found if row["company_id"] == self.company.id]

    def test_upgrade(self):
        """The columns are new on a full table: the job that runs every minute fills
        them, without an order."""
        for number in range(5):
            self.buy(number, number + 1, number + 2, number + 5)
        self.settled()
        before = reference.stored_rows(self.env, self.people.ids)
        self.env.cr.execute(
            "UPDATE crm_customer_metric SET rfm_recency = NULL, rfm_frequency = NULL,"
            " rfm_monetary = NULL, rfm_group = NULL, rhythm_lapse_date = NULL;"
            "DELETE FROM crm_rfm_cut"
        )
        self.env.invalidate_all()
        self.assertEqual(
            self.people[0].with_company(self.company).customer_rfm_group, False
        )
        self.metrics._refresh_dirty()
        self.assertEqual(reference.stored_rows(self.env, self.people.ids), before)

    def test_everybody_of_every_company(self):
        """A queue row without customer and company stands for all of them."""
        self.buy(0, 1)
        self.settled()
        self.env.cr.execute("UPDATE crm_customer_metric SET order_count = 7")
        self.queue._add_pairs([(None, None)])
        self.settled()
        self.assertEqual(self.row(self.people[0], self.company)["order_count"], 1)

    def test_partner_fields(self):
        for number in range(10):
            self.buy(number, *range(1, number + 2), amount=10 + number)
        self.settled()
        people = self.people.with_company(self.company)
        best = people[9]
        self.assertEqual(best.customer_rfm_group, "champions")
        self.assertEqual(best.customer_rfm_recency, 5)
        mine = [("id", "in", people.ids)]
        found = people.search([*mine, ("customer_rfm_group", "=", "champions")])
        shown = people.filtered(lambda p: p.customer_rfm_group == "champions")
        self.assertEqual(found, shown)
        self.assertEqual(
            people.search([*mine, ("customer_rfm_monetary", ">=", 4)]), people[6:]
        )
        rows = people._read_group(mine, ["customer_rfm_group"], ["__count"])
        self.assertEqual(dict(rows)["champions"], len(shown))
        self.assertEqual(
            people.search(mine, order="customer_rfm_frequency desc, id")[:2], people[8:]
        )

    def test_page_of_the_groups(self):
        """The numbers on the page are those of the customers list."""
        for number in range(10):
            self.buy(number, *range(1, number + 2), amount=10 + number)
        self.settled()
        viewer = new_test_user(
            self.env,
            "rfm_viewer",
            "crm_segments.crm_segments_group_viewer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        action = self.env.ref("crm_segments.crm_rfm_cut_action_explain")
        opened = action.with_user(viewer).with_company(self.company).run()
        cut = self.cuts.with_user(viewer).browse(opened["res_id"])
        values = cut._group_grid_values()
        total = sum(cell["count"] for row in values["rows"] for cell in row["cells"])
        self.assertEqual(total, 10)
        counts = {group["key"]: group["count"] for group in values["groups"]}
        for key, count in counts.items():
            found = self.people.with_company(self.company).search_count(
                [("id", "in", self.people.ids), ("customer_rfm_group", "=", key)]
            )
            self.assertEqual(count, found, key)
        self.assertIn("Champions", cut.group_grid)
        self.assertEqual(cut.action_open_customers()["res_model"], "res.partner")

    def test_page_before_the_first_count(self):
        new = self.env["res.company"].create({"name": "New"})
        action = self.cuts.with_company(new).action_explain_groups()
        self.assertEqual(action["tag"], "display_notification")

    def test_borders_are_read_only_and_of_the_own_company(self):
        self.settled()
        manager = new_test_user(
            self.env, "rfm_manager", "crm_segments.crm_segments_group_manager"
        )
        borders = self.cuts.with_user(manager)
        self.assertNotIn(self.cut(), borders.search([]))
        with self.assertRaises(AccessError):
            borders.create({"company_id": self.env.company.id, "day": "2024-01-01"})
