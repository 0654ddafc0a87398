from uuid import uuid4

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosRedeem(PosPointsCase):
    """The till takes codes that members redeemed, once, and an order that was paid
    without a connection is kept even when the code was used elsewhere meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup.standard_price = 15
        cls.gift = cls.env["loyalty.reward"].create(
            {
                "program_id": cls.program.id,
                "description": "Free cup",
                "fulfilment": "code",
                "reward_type": "product",
                "reward_product_id": cls.cup.id,
                "required_points": 100,
            }
        )
        cls.ari = cls.env["crm.branch"].create({"name": "Ari"})
        cls.Entry._post(
            [{"card_id": cls.card.id, "kind": "earn", "points": 500, "key": "start"}]
        )

    def redeem(self):
        return self.gift._redeem(self.card, key=uuid4().hex, branch=self.ari)

    def gift_lines(self, redemption):
        """:return: the lines of a cup and of the code that takes its price off"""
        reward = redemption.coupon_id.program_id.reward_ids
        gift = self.reward_line(reward, 40, 1, redemption.coupon_id)
        return [self.till.line(self.cup), gift]

    def ask(self, redemption, uuid):
        """:return: whether the till may take the money"""
        changes = {str(redemption.coupon_id.id): -1}
        orders = self.env["pos.order"].with_user(self.cashier)
        return orders.validate_coupon_programs(changes, [], uuid)["successful"]

    def test_code_is_used_at_the_till(self):
        redemption = self.redeem()
        found = self.till.config.use_coupon_code(
            redemption.code, "2026-11-22 10:00:00", False, False
        )
        self.assertTrue(found["successful"], found)
        self.assertTrue(self.ask(redemption, "mine"))
        self.assertFalse(self.ask(redemption, "another till"))
        order = self.buy(1, *self.gift_lines(redemption))
        self.assertEqual(
            (redemption.state, redemption.used_document, redemption.used_branch_id),
            ("used", order.name, self.branch),
        )
        self.assertEqual((redemption.branch_id, redemption.cost), (self.ari, 15))
        self.assertFalse(self.exceptions(order))
        self.assertFalse(self.ask(redemption, "mine"))

    def test_refunded_order_gives_the_code_back(self):
        redemption = self.redeem()
        order = self.buy(1, *self.gift_lines(redemption))
        self.assertEqual(redemption.state, "used")
        self.till.refund(order)
        self.assertEqual(redemption.state, "issued")
        self.assertFalse(redemption.used_document)

    def test_late_order_is_kept_and_listed_once(self):
        """The code was used at the counter while the till had no connection."""
        redemption = self.redeem()
        data = self.till.data(self.gift_lines(redemption), self.partner)
        redemption._use(self.ari)
        order = self.till.sync(data)
        self.till.sync(data)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.exceptions(), [("code_twice", redemption.coupon_id, 1)])
        self.assertEqual(
            (redemption.state, redemption.used_branch_id), ("used", self.ari)
        )
        self.assertFalse(redemption.used_document)

    def test_late_order_with_a_cancelled_code(self):
        redemption = self.redeem()
        lines = self.gift_lines(redemption)
        redemption.action_cancel()
        order = self.buy(1, *lines)
        self.assertEqual(self.exceptions(), [("code_twice", redemption.coupon_id, 1)])
        self.assertEqual((order.state, redemption.state), ("paid", "cancelled"))

    def test_till_sees_codes_but_not_rewards_to_redeem(self):
        config = self.till.config
        rewards = self.env["loyalty.reward"].search(
            self.env["loyalty.reward"]._load_pos_data_domain({}, config)
        )
        self.assertNotIn(self.gift, rewards)
        self.assertIn(self.gift.code_program_id.reward_ids, rewards)
        self.assertIn(self.free_cup, rewards)

    def test_programmes_begin_at_the_shops_midnight(self):
        config = self.till.config
        self.program.date_from = "2026-12-12"
        for zone in (False, "America/New_York", "Asia/Tokyo"):
            self.cashier.tz = zone
            with freeze_time("2026-12-11 16:59:00"):
                found = config.with_user(self.cashier)._get_program_ids()
                self.assertNotIn(self.program, found, zone)
            with freeze_time("2026-12-11 17:00:00"):
                found = config.with_user(self.cashier)._get_program_ids()
                self.assertIn(self.program, found, zone)

    def test_codes_end_at_the_shops_midnight(self):
        redemption = self.redeem()
        redemption.coupon_id.program_id.date_to = "2026-12-12"
        for moment, holds in (
            ("2026-12-12 16:59:00", True),
            ("2026-12-12 17:00:00", False),
        ):
            with freeze_time(moment):
                found = self.till.config.use_coupon_code(
                    redemption.code, "2026-11-22 10:00:00", False, False
                )
                self.assertEqual(found["successful"], holds, found)

    def test_an_item_that_tills_do_not_sell_keeps_no_till_closed(self):
        self.cup.available_in_pos = False
        self.program.reward_ids = [Command.unlink(self.free_cup.id)]
        config = self.till.config
        self.assertNotIn(self.gift.code_program_id, config._get_program_ids())
        config._check_before_creating_new_session()
