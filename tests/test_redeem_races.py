import os

from odoo.exceptions import UserError
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)
from odoo.addons.crm_segments_pos.tests.till import Till, open_till

ROUNDS = 10 if os.environ.get("CRM_SUITE_FULL") else 2


@tagged("standard", "post_install", "-at_install")
class TestRedeemRaces(BaseCase):
    """One code shown at three places, one last code wanted by two members: a shop pays
    for every second winner, and only connections that commit can show there is none.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        cls.number = 0
        with committed(cls.database) as env:
            cls.set_up_shop(env)

    @classmethod
    def set_up_shop(cls, env):
        env["loyalty.program"].search([]).active = False
        cls.config_id = open_till(env, "Till").config.id
        program = env["loyalty.program"].create(
            {"name": "Race", "program_type": "loyalty", "applies_on": "both"}
        )
        cup = env["product.product"].create(
            {
                "name": "Cup",
                "list_price": 40,
                "taxes_id": False,
                "type": "service",
                "available_in_pos": True,
            }
        )
        values = {
            "program_id": program.id,
            "reward_type": "product",
            "reward_product_id": cup.id,
            "required_points": 100,
        }
        coffee, listed = env["loyalty.reward"].create(
            [
                {**values, "description": "Coffee", "fulfilment": "code"},
                {
                    **values,
                    "description": "Code",
                    "fulfilment": "own_code",
                    "own_code_kind": "list",
                },
            ]
        )
        coffee.code_program_id.reward_ids.discount_line_product_id.taxes_id = False
        cls.program_id, cls.cup_id = program.id, cup.id
        cls.coffee_id, cls.listed_id = coffee.id, listed.id

    def tearDown(self):
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def fresh_key(self):
        type(self).number += 1
        return f"{self._testMethodName}:{self.number}"

    def member(self, points):
        """:return: the id of a new member's card"""
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": self.fresh_key()})
            card = env["loyalty.card"].create(
                {"program_id": self.program_id, "partner_id": partner.id}
            )
            vals = {"card_id": card.id, "kind": "earn", "points": points}
            env["loyalty.point.entry"]._post([{**vals, "key": self.fresh_key()}])
            return card.id

    def redeem(self, reward_id, card_id, key=None):
        """:return: a function of env that redeems, and gives the id"""
        key = key or self.fresh_key()

        def call(env):
            card = env["loyalty.card"].browse(card_id)
            reward = env["loyalty.reward"].browse(reward_id)
            return reward._redeem(card, key=key).id

        return with_retry(call)

    def redeemed(self):
        """:return: (redemption id, coupon id) of a code that a new member holds"""
        card_id = self.member(100)
        with committed(self.database) as env:
            redemption = env["loyalty.redemption"].browse(
                self.redeem(self.coffee_id, card_id)(env)
            )
            return redemption.id, redemption.coupon_id.id

    def points(self, *card_ids):
        with committed(self.database) as env:
            return env["loyalty.card"].browse(card_ids).mapped("points")

    def assertOneWins(self, results):
        """:return: what the winner returned; all others were refused in words"""
        won = [result for result in results if not isinstance(result, Exception)]
        lost = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(len(won), 1, results)
        self.assertTrue(all(isinstance(each, UserError) for each in lost), results)
        return won[0]

    # -- one code at three places --------------------------------------------------

    def quotation(self, coupon_id):
        """:return: the id of a quotation with the code on it"""
        with committed(self.database) as env:
            order = env["sale.order"].create(
                {
                    "partner_id": env["res.partner"].create({"name": "Buyer"}).id,
                    "order_line": [(0, 0, {"product_id": self.cup_id})],
                }
            )
            coupon = env["loyalty.card"].browse(coupon_id)
            order._try_apply_code(coupon.code)
            assert not order._apply_program_reward(coupon.program_id.reward_ids, coupon)
            order._update_programs_and_rewards()
            return order.id

    def sale(self, order_id):
        def confirm(env):
            env["sale.order"].browse(order_id).action_confirm()
            return "sale"

        return with_retry(confirm)

    def counter(self, redemption_id):
        def use(env):
            env["loyalty.redemption"].browse(redemption_id)._use()
            return "counter"

        return with_retry(use)

    def till(self, coupon_id):
        def ask(env):
            answer = env["pos.order"].validate_coupon_programs(
                {str(coupon_id): -1}, [], f"order:{coupon_id}"
            )
            if not answer["successful"]:
                raise UserError(answer["payload"]["message"])
            return "till"

        return with_retry(ask)

    def till_order(self, coupon_id):
        """:return: the dict of a paid order of the till with the code on it"""
        with committed(self.database) as env:
            till = Till(env["pos.config"].browse(self.config_id))
            reward = env["loyalty.card"].browse(coupon_id).program_id.reward_ids
            gift = till.line(
                reward.discount_line_product_id,
                1,
                -40,
                is_reward_line=True,
                reward_id=reward.id,
                coupon_id=coupon_id,
                points_cost=1,
                reward_identifier_code=f"code {coupon_id}",
            )
            cup = env["product.product"].browse(self.cup_id)
            return till.data([till.line(cup), gift])

    def send(self, data):
        """:return: the id of the order, and [(kind, points)] of its exceptions"""
        with committed(self.database) as env:
            order = Till(env["pos.config"].browse(self.config_id)).sync(data)
            found = env["pos.points.exception"].search([("order_id", "=", order.id)])
            return order.id, [(each.kind, each.points) for each in found]

    def test_one_code_at_till_sales_and_counter(self):
        """Exactly one may take it. A late order of the till is kept, and what it lost
        is on the list of exceptions once, however often the till sends it."""
        for _round in range(ROUNDS):
            redemption_id, coupon_id = self.redeemed()
            places = (
                self.sale(self.quotation(coupon_id)),
                self.counter(redemption_id),
                self.till(coupon_id),
            )
            winner = self.assertOneWins(run_together(self.database, *places))
            data = self.till_order(coupon_id)
            order_id, exceptions = self.send(data)
            lost = [] if winner == "till" else [("code_twice", 1)]
            self.assertEqual(exceptions, lost, winner)
            self.assertEqual(self.send(data), (order_id, lost))
            with committed(self.database) as env:
                redemption = env["loyalty.redemption"].browse(redemption_id)
                self.assertEqual(redemption.state, "used")
                self.assertEqual(
                    redemption.used_model or "counter",
                    {"till": "pos.order", "sale": "sale.order"}.get(winner, winner),
                )

    def test_used_and_cancelled_at_once(self):
        for _round in range(ROUNDS):
            redemption_id, _coupon_id = self.redeemed()

            def cancel(env, redemption_id=redemption_id):
                env["loyalty.redemption"].browse(redemption_id).action_cancel()
                return "cancelled"

            acts = (self.counter(redemption_id), with_retry(cancel))
            winner = self.assertOneWins(run_together(self.database, *acts))
            with committed(self.database) as env:
                redemption = env["loyalty.redemption"].browse(redemption_id)
                wanted = "used" if winner == "counter" else "cancelled"
                self.assertEqual(redemption.state, wanted)
                points = 0 if winner == "counter" else 100
                self.assertEqual(redemption.card_id.points, points)

    # -- the last one --------------------------------------------------------------

    def test_last_code_of_a_list(self):
        """Two members, one code: one of them keeps the points."""
        for _round in range(ROUNDS):
            cards = [self.member(100), self.member(100)]
            with committed(self.database) as env:
                env["loyalty.reward.code"].create(
                    {"reward_id": self.listed_id, "code": self.fresh_key()}
                )
            self.assertOneWins(
                run_together(
                    self.database, *(self.redeem(self.listed_id, id_) for id_ in cards)
                )
            )
            self.assertEqual(sorted(self.points(*cards)), [0, 100])

    def test_many_members_take_many_codes(self):
        """No code is given twice, none is lost."""
        members = 12 if ROUNDS > 2 else 5
        cards = [self.member(100) for _number in range(members)]
        with committed(self.database) as env:
            env["loyalty.reward.code"].create(
                [
                    {"reward_id": self.listed_id, "code": self.fresh_key()}
                    for _card in cards
                ]
            )
        results = run_together(
            self.database, *(self.redeem(self.listed_id, id_) for id_ in cards)
        )
        self.assertTrue(all(isinstance(each, int) for each in results), results)
        with committed(self.database) as env:
            codes = env["loyalty.redemption"].browse(results).mapped("code")
            self.assertEqual(len(set(codes)), members)

    def test_last_one_in_stock(self):
        with committed(self.database) as env:
            reward = env["loyalty.reward"].browse(self.coffee_id)
            reward.write({"stock_limited": True, "stock_left": 1})
        cards = [self.member(100) for _number in range(3)]
        try:
            self.assertOneWins(
                run_together(
                    self.database, *(self.redeem(self.coffee_id, id_) for id_ in cards)
                )
            )
            self.assertEqual(sorted(self.points(*cards)), [0, 100, 100])
        finally:
            with committed(self.database) as env:
                reward = env["loyalty.reward"].browse(self.coffee_id)
                self.assertEqual(reward.stock_left, 0)
                reward.stock_limited = False

    # -- one member ----------------------------------------------------------------

    def test_one_member_redeems_twice_at_once(self):
        """The points are enough for one only; then the limit allows one only."""
        card_id = self.member(100)
        both = [self.redeem(self.coffee_id, card_id) for _number in range(2)]
        self.assertOneWins(run_together(self.database, *both))
        self.assertEqual(self.points(card_id), [0])
        with committed(self.database) as env:
            env["loyalty.reward"].browse(self.coffee_id).member_limit = 1
        card_id = self.member(500)
        both = [self.redeem(self.coffee_id, card_id) for _number in range(2)]
        try:
            self.assertOneWins(run_together(self.database, *both))
            self.assertEqual(self.points(card_id), [400])
        finally:
            with committed(self.database) as env:
                env["loyalty.reward"].browse(self.coffee_id).member_limit = 0

    def test_one_key_has_one_effect(self):
        card_id = self.member(500)
        once = self.redeem(self.coffee_id, card_id, key=self.fresh_key())
        results = run_together(self.database, *[once] * 5)
        with committed(self.database) as env:
            self.assertEqual(results, [once(env)] * 5)
        self.assertEqual(self.points(card_id), [400])
