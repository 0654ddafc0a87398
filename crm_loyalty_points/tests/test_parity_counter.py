import os
from datetime import datetime

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

EXAMPLES = 300 if os.environ.get("CRM_SUITE_FULL") else 30


class ParityCase(TransactionCase):
    """A shop with taxed products, programmes with every kind of rule, and random
    baskets. A channel's test gives ``_count_in_channel``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env.company.customer_tz = "Asia/Bangkok"
        env["loyalty.program"].search([]).active = False
        cls.taxes = env["account.tax"].create(
            [
                {"name": "VAT 7 on top", "amount": 7},
                {
                    "name": "VAT 7 within",
                    "amount": 7,
                    "price_include_override": "tax_included",
                },
            ]
        )
        cls.category = env["product.category"].create({"name": "Herbs"})
        cls.products = env["product.product"].create(
            [
                {"name": "Plain", "list_price": 100, "taxes_id": False},
                {
                    "name": "On top",
                    "list_price": 59,
                    "taxes_id": cls.taxes[0].ids,
                    "loyalty_points": 3,
                },
                {
                    "name": "Within",
                    "list_price": 9.99,
                    "taxes_id": cls.taxes[1].ids,
                    "loyalty_points": 0.25,
                },
                {
                    "name": "Herb",
                    "list_price": 35.5,
                    "taxes_id": cls.taxes.ids[1:],
                    "categ_id": cls.category.id,
                },
            ]
        )
        cls.partner = env["res.partner"].create(
            {"name": "Somsri", "birthdate": "1990-11-02"}
        )
        cls.branches = env["crm.branch"].create([{"name": "Siam"}, {"name": "Ari"}])
        cls.program = env["loyalty.program"].create(
            {
                "name": "Card",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [Command.create({})],
            }
        )
        cls.campaign = env["loyalty.point.campaign"].create(
            {
                "name": "Afternoons",
                "program_id": cls.program.id,
                "factor": 2,
                "date_from": "2026-11-01",
                "date_to": "2026-11-30",
                "hour_from": 14,
                "hour_to": 16,
            }
        )

    def _rules(self):
        filters = st.sampled_from(
            [
                {},
                {"product_ids": [Command.set(self.products[:2].ids)]},
                {"product_category_id": self.category.id},
                {"product_domain": "[('list_price', '>', 30)]"},
            ]
        )
        conditions = st.sampled_from(
            [
                {},
                {"hour_from": 14, "hour_to": 16},
                {"condition_branch_ids": [Command.set(self.branches[:1].ids)]},
                {"condition_birth_month": True},
                {"condition_first_order": True, "max_points": 40},
            ]
        )
        rule = st.fixed_dictionaries(
            {
                "reward_point_mode": st.sampled_from(
                    ["order", "money", "unit", "product"]
                ),
                "reward_point_amount": st.sampled_from([0.04, 0.5, 1, 2, 10]),
                "minimum_qty": st.integers(0, 4),
                "minimum_amount": st.sampled_from([0, 50, 107, 300]),
                "minimum_amount_tax_mode": st.sampled_from(["incl", "excl"]),
            }
        )
        return st.lists(
            st.builds(lambda a, b, c: {**a, **b, **c}, rule, filters, conditions),
            min_size=1,
            max_size=3,
        )

    @staticmethod
    def _rows():
        """:return: strategy of [(product number, quantity, discount per cent)]"""
        row = st.tuples(
            st.integers(0, 3), st.integers(1, 6), st.sampled_from([0, 0, 10, 33])
        )
        return st.lists(row, min_size=1, max_size=5)

    @staticmethod
    def _settings():
        return st.fixed_dictionaries(
            {
                "thb_per_point": st.sampled_from([0, 0, 25, 3]),
                "max_points_order": st.sampled_from([0, 0, 99.5]),
                "max_points_day": st.sampled_from([0, 0, 60]),
            }
        )

    def _check(self, rules, program, rows, place, afternoon):
        """The same points in the channel and by the counter method."""
        self.program.write(
            {
                **program,
                "rule_ids": [Command.clear(), *map(Command.create, rules)],
            }
        )
        branch = self.branches[place] if place < 2 else self.branches.browse()
        moment = datetime(2026, 11, 25, 8 if afternoon else 3, 30)
        with freeze_time(moment):
            expected = self._count_at_counter(rows, branch)
            found = self._count_in_channel(rows, branch)
        self.assertEqual(found, expected)

    def _count_at_counter(self, rows, branch):
        """:return: Decimal, points by the counter method"""
        Program = self.env["loyalty.program"]
        basket = Program._make_basket(
            [
                (
                    self.products[number],
                    quantity,
                    self.products[number].list_price,
                    discount,
                )
                for number, quantity, discount in rows
            ],
            partner=self.partner,
            branch=branch,
        )
        return self.program._count_basket(basket)[self.program].points

    def _check_random_baskets(self):
        @settings(deadline=None, max_examples=EXAMPLES)
        @given(
            self._rules(),
            self._settings(),
            self._rows(),
            st.integers(0, 2),
            st.booleans(),
        )
        def check(rules, program, rows, place, afternoon):
            self._check(rules, program, rows, place, afternoon)

        check()


@tagged("post_install", "-at_install")
class TestCounterParity(ParityCase):
    """Invariant 13: the same basket gives the same points at the counter as in Sales,
    conditions, campaigns and limits included."""

    def _count_in_channel(self, rows, branch):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "branch_id": branch.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[number].id,
                            "product_uom_qty": quantity,
                            "discount": discount,
                        }
                    )
                    for number, quantity, discount in rows
                ],
            }
        )
        return order._count_points(self.program)[self.program].points

    def test_sales(self):
        self._check_random_baskets()

    def test_what_was_earned_today_counts_in_both(self):
        self.program.write({"max_points_day": 150})
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "money"}),
        ]
        rows = [(0, 1, 0)]
        with freeze_time("2026-11-25 03:00:00"):
            order = self.env["sale.order"].create(
                {
                    "partner_id": self.partner.id,
                    "order_line": [Command.create({"product_id": self.products[0].id})],
                }
            )
            order.action_confirm()
            self.assertEqual(order.points_earned, 100)
            nowhere = self.branches.browse()
            self.assertEqual(self._count_at_counter(rows, nowhere), 50)
            self.assertEqual(self._count_in_channel(rows, nowhere), 50)

    def test_programmes_of_other_types_are_left_out(self):
        promotion = self.env["loyalty.program"].create(
            {"name": "Ten percent", "program_type": "promotion"}
        )
        basket = promotion._make_basket([(self.products[0], 1, 100)])
        self.assertEqual(promotion._count_basket(basket), {})
        self.assertEqual(basket.kind, "counter")

    def test_unknown_customer_meets_no_personal_condition(self):
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"condition_first_order": True}),
        ]
        basket = self.program._make_basket([(self.products[0], 1, 100)])
        outcome = self.program._count_basket(basket)[self.program]
        self.assertEqual(outcome.why["rules"][0]["refused"], "first_order")
