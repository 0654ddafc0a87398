from uuid import uuid4

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.crm_loyalty_points.tests.common import LedgerCase
from odoo.addons.crm_segments_pos.tests.till import open_till


class PosPointsCase(LedgerCase):
    """A till in a shop whose card earns a point per baht; a discount of one baht per
    point, one of 10 baht for 100 points, and a free cup for 50. Prices without tax.

    Orders arrive from a cashier's browser.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search(
            [("id", "not in", (cls.program + cls.wallet).ids)]
        ).active = False
        cls.cashier = new_test_user(
            cls.env, "points_cashier", "base.group_user,point_of_sale.group_pos_user"
        )
        cls.product, cls.cup, cls.top_up = cls.env["product.product"].create(
            [
                {"name": name, "list_price": price, "taxes_id": False, **more}
                for name, price, more in (
                    ("Tea", 100, {}),
                    ("Cup", 40, {}),
                    ("Top-up", 500, {"type": "service"}),
                )
            ]
        )
        (cls.product + cls.cup + cls.top_up).available_in_pos = True
        cls.program.write(
            {
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "minimum_qty": 0,
                            "product_ids": [Command.set((cls.product + cls.cup).ids)],
                        }
                    ),
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
                    Command.create(
                        {
                            "discount_mode": "per_point",
                            "discount": 1,
                            "required_points": 1,
                        }
                    ),
                    Command.create(
                        {
                            "reward_type": "product",
                            "reward_product_id": cls.cup.id,
                            "required_points": 50,
                        }
                    ),
                ],
            }
        )
        cls.wallet.write(
            {
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "product_ids": [Command.set(cls.top_up.ids)],
                        }
                    ),
                ],
                "reward_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "discount_mode": "per_point",
                            "discount": 1,
                            "required_points": 1,
                        }
                    ),
                ],
            }
        )
        cls.per_order, cls.per_point, cls.free_cup = cls.program.reward_ids
        cls.prepaid = cls.wallet.reward_ids
        cls.branch = cls.env["crm.branch"].create({"name": "Silom"})
        cls.till = open_till(
            cls.env(user=cls.env.user), branch_id=cls.branch.id
        ).with_user(cls.cashier)
        cls.Exception = cls.env["pos.points.exception"]

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def buy(self, *lines, partner=None, **values):
        """:return: the paid order of lines or of a quantity of teas"""
        lines = [
            line if isinstance(line, tuple) else self.till.line(self.product, line)
            for line in lines
        ]
        return self.till.sell(lines, partner or self.partner, **values)

    def reward_line(self, reward, amount, points, card=None, qty=1, **values):
        """:return: the till's line of a reward worth a positive amount per unit"""
        product = reward.discount_line_product_id
        product.taxes_id = False
        return self.till.line(
            product,
            qty,
            -amount,
            **{
                "is_reward_line": True,
                "reward_id": reward.id,
                "coupon_id": card.id if card else False,
                "points_cost": points,
                "reward_identifier_code": uuid4().hex[:8],
                **values,
            },
        )

    def entries(self, order, *kinds):
        """:return: entries with the order as source, oldest first"""
        domain = [("source_model", "=", "pos.order"), ("source_id", "=", order.id)]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.Entry.search(domain, order="id")

    def points(self, order, *kinds):
        return self.entries(order, *kinds).mapped("points")

    def exceptions(self, order=None):
        """:return: list of (kind, card, points) on the exceptions list"""
        domain = [("order_id", "=", order.id)] if order else []
        found = self.Exception.search(domain, order="id")
        return [(each.kind, each.card_id, each.points) for each in found]

    def claim(self, order, points, program=None, key=-1, **values):
        """Send the till's second call as the cashier. :return: its answer"""
        program = program or self.program
        data = {
            str(key): {
                "points": points,
                "program_id": program.id,
                "coupon_id": key,
                "barcode": False,
                **({"partner_id": order.partner_id.id} if order.partner_id else {}),
                **values,
            }
        }
        return order.with_user(self.cashier).confirm_coupon_programs(data)
