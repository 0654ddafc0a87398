from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.sale_loyalty.models.sale_order import SaleOrder as NativeOrder


@tagged("post_install", "-at_install")
class TestParity(TransactionCase):
    """Shops switch from Odoo's own count to ours: the same rules have to give the same
    points. Native code is called directly, beside ours, on the same random orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "VAT 7", "amount": 7})
        cls.tag = cls.env["product.tag"].create({"name": "Tea"})
        cls.category = cls.env["product.category"].create({"name": "Herbs"})
        Product = cls.env["product.product"]
        cls.products = Product.create(
            [
                {"name": "Plain", "list_price": 100, "taxes_id": False},
                {"name": "Taxed", "list_price": 59, "taxes_id": cls.tax.ids},
                {"name": "Tagged", "list_price": 9.99, "product_tag_ids": cls.tag.ids},
                {"name": "Herb", "list_price": 35.5, "categ_id": cls.category.id},
            ]
        )
        cls.partner = cls.env["res.partner"].create({"name": "Somsri"})
        cls.env["loyalty.program"].search([]).active = False
        cls.promotion = cls.env["loyalty.program"].create(
            {
                "name": "Ten percent off herbs",
                "program_type": "promotion",
                "trigger": "auto",
                "rule_ids": [Command.create({"minimum_amount": 200})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Card",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"required_points": 10})],
            }
        )

    def _rules(self):
        filters = st.sampled_from(
            [
                {},
                {"product_ids": [Command.set(self.products[:2].ids)]},
                {"product_tag_id": self.tag.id},
                {"product_category_id": self.category.id},
                {"product_domain": "[('list_price', '>', 30)]"},
            ]
        )
        rule = st.fixed_dictionaries(
            {
                "reward_point_mode": st.sampled_from(["order", "money", "unit"]),
                "reward_point_amount": st.sampled_from([0.04, 0.5, 1, 2, 10]),
                "minimum_qty": st.integers(0, 4),
                "minimum_amount": st.sampled_from([0, 50, 107, 300]),
                "minimum_amount_tax_mode": st.sampled_from(["incl", "excl"]),
            }
        )
        return st.lists(st.builds(lambda a, b: {**a, **b}, rule, filters), max_size=3)

    @staticmethod
    def _orders():
        line = st.tuples(
            st.integers(0, 3),
            st.integers(1, 6),
            st.sampled_from([0, 0, 10, 33]),
        )
        return st.lists(line, min_size=1, max_size=5)

    def _order(self, lines):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[index].id,
                            "product_uom_qty": quantity,
                            "discount": discount,
                        }
                    )
                    for index, quantity, discount in lines
                ],
            }
        )

    def test_same_points_as_native(self):
        @settings(deadline=None, max_examples=40)
        @given(self._rules(), self._orders(), st.booleans())
        def check(rules, lines, discounted):
            self.program.write(
                {
                    "rule_ids": [
                        Command.clear(),
                        *(Command.create(values) for values in rules),
                    ]
                }
            )
            order = self._order(lines)
            if discounted:
                self._discount(order)
            ours = order._program_check_compute_points(self.program)[self.program]
            native = NativeOrder._program_check_compute_points(order, self.program)
            native = native[self.program]
            self.assertEqual(ours.keys(), native.keys())
            if rules:
                self.assertAlmostEqual(ours["points"][0], native["points"][0], 6)

        check()

    def _discount(self, order):
        """Let the promotion discount the order when it applies."""
        order._update_programs_and_rewards()
        claimable = order._get_claimable_rewards()
        for coupon, rewards in claimable.items():
            if coupon.program_id == self.promotion:
                order._apply_program_reward(rewards[:1], coupon)
        order._update_programs_and_rewards()

    def test_native_carries_more_digits_than_we_do(self):
        """Where we differ on purpose: 3 x 0.333 is 0.999 natively, 0.99 here."""
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "unit", "reward_point_amount": 0.333}),
        ]
        order = self._order([(0, 3, 0)])
        native = NativeOrder._program_check_compute_points(order, self.program)
        self.assertAlmostEqual(native[self.program]["points"][0], 0.999)
        ours = order._program_check_compute_points(self.program)
        self.assertEqual(ours[self.program]["points"], [0.99])
