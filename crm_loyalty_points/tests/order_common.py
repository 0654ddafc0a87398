from odoo.fields import Command
from odoo.tests import new_test_user

from .common import LedgerCase


class OrderCase(LedgerCase):
    """A shop with one product, a card that earns a point per baht, and rewards.

    Points are earned and spent through sale orders only, as a salesperson does it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search(
            [("id", "not in", (cls.program + cls.wallet).ids)]
        ).active = False
        cls.salesperson = new_test_user(
            cls.env, "points_sales", "sales_team.group_sale_salesman_all_leads"
        )
        cls.product, cls.other_product = cls.env["product.product"].create(
            [
                {"name": "Tea", "list_price": 100, "taxes_id": False},
                {"name": "Cup", "list_price": 40, "taxes_id": False},
            ]
        )
        cls.wallet.trigger = "auto"
        cls.program.write(
            {
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0}),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "discount_mode": "per_order",
                            "discount": 10,
                            "required_points": 100,
                        }
                    ),
                ],
            }
        )
        cls.reward = cls.program.reward_ids

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    @classmethod
    def _order(cls, quantity=1, partner=None, user=None, **values):
        """:return: a quotation of ``quantity`` teas at 100.00, made by the user"""
        orders = cls.env["sale.order"].with_user(user or cls.salesperson)
        return orders.create(
            {
                "partner_id": (partner or cls.partner).id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.product.id, "product_uom_qty": quantity}
                    )
                ],
                **values,
            }
        )

    @staticmethod
    def _claim(order, reward, card):
        """Redeem a reward on an order as its Reward button does."""
        order._update_programs_and_rewards()
        error = order._apply_program_reward(reward, card)
        assert not error, error
        order._update_programs_and_rewards()

    def _entries(self, order, *kinds):
        """:return: the ledger entries of an order, oldest first"""
        domain = [("source_model", "=", "sale.order"), ("source_id", "=", order.id)]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.Entry.search(domain, order="id")
