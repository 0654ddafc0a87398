from functools import partial

from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)
from odoo.addons.crm_segments_pos.tests.till import Till, open_till


@tagged("standard", "post_install", "-at_install")
class TestTillRaces(BaseCase):
    """Two tills, one card; two tills, one code; one order sent twice at once. Only
    connections that commit can show that nothing is lost and nothing is doubled.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            cls.configs = [open_till(env, f"Till {n}").config.id for n in (1, 2)]
            cls.set_up_programs(env)

    @classmethod
    def set_up_programs(cls, env):
        env["loyalty.program"].search([]).active = False
        program, codes = env["loyalty.program"].create(
            [
                {
                    "name": "Race",
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "trigger": "auto",
                    "rule_ids": [(0, 0, {"minimum_amount": 99999})],
                    "reward_ids": [
                        (
                            0,
                            0,
                            {
                                "discount_mode": "per_order",
                                "discount": 10,
                                "required_points": 100,
                            },
                        )
                    ],
                },
                {
                    "name": "Codes",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    "reward_ids": [(0, 0, {"discount": 10, "required_points": 1})],
                },
            ]
        )
        partner = env["res.partner"].create({"name": "Somchai"})
        Card = env["loyalty.card"]
        card = Card.create({"program_id": program.id, "partner_id": partner.id})
        product = env["product.product"].create(
            {
                "name": "Tea",
                "list_price": 50,
                "taxes_id": False,
                "type": "service",
                "available_in_pos": True,
            }
        )
        program.reward_ids.discount_line_product_id.taxes_id = False
        cls.partner_id, cls.card_id, cls.product_id = partner.id, card.id, product.id
        cls.reward_id, cls.codes_id = program.reward_ids.id, codes.id

    def tearDown(self):
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def give(self, points):
        with committed(self.database) as env:
            card = env["loyalty.card"].browse(self.card_id)
            vals = {
                "card_id": card.id,
                "kind": "adjust",
                "points": points - card.points,
                "key": f"{self._testMethodName}:start",
            }
            env["loyalty.point.entry"]._post([vals])

    def order(self, place):
        """:return: the dict of an order of a till that spends 100 points"""
        with committed(self.database) as env:
            till = Till(env["pos.config"].browse(self.configs[place]))
            reward = env["loyalty.reward"].browse(self.reward_id)
            spend = till.line(
                reward.discount_line_product_id,
                1,
                -10,
                is_reward_line=True,
                reward_id=reward.id,
                coupon_id=self.card_id,
                points_cost=100,
                reward_identifier_code="race",
            )
            product = env["product.product"].browse(self.product_id)
            partner = env["res.partner"].browse(self.partner_id)
            return till.data([till.line(product), spend], partner)

    def send(self, place, data):
        def call(env):
            return Till(env["pos.config"].browse(self.configs[place])).sync(data).id

        return with_retry(call)

    def points(self):
        with committed(self.database) as env:
            return env["loyalty.card"].browse(self.card_id).points

    def exceptions(self, ids):
        with committed(self.database) as env:
            found = env["pos.points.exception"].search([("order_id", "in", ids)])
            return [(each.kind, each.points) for each in found]

    def test_two_tills_spend_one_card(self):
        """Both orders are paid and kept; one of them left a debt, and is listed."""
        self.give(100)
        orders = [self.order(place) for place in (0, 1)]
        results = run_together(
            self.database, *(self.send(place, orders[place]) for place in (0, 1))
        )
        self.assertTrue(all(isinstance(each, int) for each in results), results)
        self.assertEqual(self.points(), -100)
        self.assertEqual(self.exceptions(results), [("overspent", 100)])

    def test_one_order_sent_twice_at_once(self):
        self.give(500)
        data = self.order(0)
        results = run_together(self.database, *[self.send(0, data)] * 4)
        done = {each for each in results if isinstance(each, int)}
        self.assertEqual(len(done), 1, results)
        self.send_again(data)
        self.assertEqual(self.points(), 400)
        self.assertEqual(self.exceptions(list(done)), [])

    def send_again(self, data):
        with committed(self.database) as env:
            self.send(0, data)(env)

    def test_one_code_at_two_tills(self):
        """Exactly one is told to take the money."""
        with committed(self.database) as env:
            code = env["loyalty.card"].create(
                {"program_id": self.codes_id, "points": 1}
            )
            code_id = code.id

        def ask(env, uuid):
            Order = env["pos.order"]
            changes = {str(code_id): -1}
            return Order.validate_coupon_programs(changes, [], uuid)["successful"]

        results = run_together(
            self.database,
            *(with_retry(partial(ask, uuid=f"order {n}")) for n in range(6)),
        )
        self.assertEqual(sorted(results), [False] * 5 + [True], results)
