from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .order_common import OrderCase

# In Bangkok, seven hours ahead of UTC.
WEDNESDAY_1550 = datetime(2026, 11, 25, 8, 50)
WEDNESDAY_1600 = datetime(2026, 11, 25, 9, 0, 59)
WEDNESDAY_1601 = datetime(2026, 11, 25, 9, 1)
WEDNESDAY_1401 = datetime(2026, 11, 25, 7, 1)
SATURDAY_1500 = datetime(2026, 11, 28, 8, 0)
HAPPY_HOUR = {
    **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True),
    "hour_from": 14,
    "hour_to": 16,
}


class ConditionCase(OrderCase):
    """A shop in Bangkok with programmes of every native type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.customer_tz = "Asia/Bangkok"

    @classmethod
    def _program(cls, program_type, **values):
        """:return: a programme as Odoo makes one of this type, on our tea"""
        Program = cls.env["loyalty.program"]
        defaults = Program._program_type_default_values()[program_type]
        program = Program.create(
            {"name": program_type, "program_type": program_type, **defaults, **values}
        )
        return program

    @classmethod
    def _buy_one_get_one(cls, **values):
        return cls._program(
            "buy_x_get_y",
            **{
                "name": "Buy 1 get 1",
                "rule_ids": [
                    Command.create(
                        {
                            "product_ids": cls.product.ids,
                            "reward_point_mode": "unit",
                            "minimum_qty": 1,
                        }
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "product",
                            "reward_product_id": cls.other_product.id,
                            "required_points": 1,
                        }
                    )
                ],
                **values,
            },
        )

    def _offer(self, order, program):
        """:return: {card: rewards} of a programme that the order may claim"""
        order._update_programs_and_rewards()
        return {
            card: rewards
            for card, rewards in order._get_claimable_rewards().items()
            if card.program_id == program
        }

    def _take(self, order, program):
        """Claim the only reward of a programme, as the Reward button does."""
        for card, rewards in self._offer(order, program).items():
            error = order._apply_program_reward(rewards, card)
            self.assertFalse(error)
        order._update_programs_and_rewards()


@tagged("post_install", "-at_install")
class TestHappyHour(ConditionCase):
    """D5's model case: buy 1 get 1, Monday to Friday 14:00-16:00 where the shop is. It
    is refused at 16:01 and on Saturday, whatever the salesperson tries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promotion = cls._buy_one_get_one(**HAPPY_HOUR)
        cls.gift = cls.promotion.reward_ids

    def test_claimed_and_confirmed_within(self):
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self._take(order, self.promotion)
        with freeze_time(WEDNESDAY_1600):
            order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.reward_id, self.gift)
        self.assertEqual(order.amount_total, 100)

    def test_not_offered_outside(self):
        for moment in (WEDNESDAY_1601, SATURDAY_1500, datetime(2026, 11, 25, 6, 59)):
            with freeze_time(moment):
                self.assertFalse(self._offer(self._order(), self.promotion))

    def test_the_shop_decides_the_time_zone_not_the_user(self):
        self.salesperson.tz = "America/New_York"
        with freeze_time(WEDNESDAY_1401):
            self.assertTrue(self._offer(self._order(), self.promotion))
            self.env.company.customer_tz = "Asia/Tokyo"
            self.assertFalse(self._offer(self._order(), self.promotion))

    def test_a_programme_begins_and_ends_at_the_shops_midnight(self):
        sale = self._buy_one_get_one(date_from="2026-12-12", date_to="2026-12-12")
        self.env.company.partner_id.tz = "Europe/Brussels"
        for moment, holds in (
            ("2026-12-11 16:59:00", False),
            ("2026-12-11 17:00:00", True),
            ("2026-12-12 16:59:00", True),
            ("2026-12-12 17:00:00", False),
        ):
            with freeze_time(moment):
                offered = bool(self._offer(self._order(), sale))
                self.assertEqual(offered, holds, moment)

    def test_quoted_at_1550_confirmed_at_1601_is_refused(self):
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self._take(order, self.promotion)
        with freeze_time(WEDNESDAY_1601):
            with self.assertRaisesRegex(UserError, r"Mon–Fri 14:00–16:00.*Wed 16:01"):
                order.action_confirm()
            self.assertEqual(order.state, "draft")
            self.assertEqual(order.order_line.reward_id, self.gift)
            # the state written by code is no way around
            with self.assertRaises(UserError):
                order.sudo().write({"state": "sale"})

    def test_refreshed_at_1601_loses_the_reward_and_confirms(self):
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self._take(order, self.promotion)
        with freeze_time(WEDNESDAY_1601):
            order._update_programs_and_rewards()
            self.assertFalse(order.order_line.reward_id)
            order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_claimed_late_with_a_coupon_of_before(self):
        """The client kept the reward's window open until the hour was over."""
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            ((card, rewards),) = self._offer(order, self.promotion).items()
        with freeze_time(WEDNESDAY_1601):
            error = order._apply_program_reward(rewards, card)
        self.assertIn("Mon–Fri 14:00–16:00", error["error"])
        self.assertFalse(order.order_line.reward_id)

    def test_confirmed_order_keeps_it_when_edited_in_the_evening(self):
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self._take(order, self.promotion)
            order.action_confirm()
        with freeze_time(SATURDAY_1500):
            goods = order.order_line.filtered(lambda line: not line.reward_id)
            goods.product_uom_qty = 2
            order._update_programs_and_rewards()
        self.assertEqual(order.order_line.reward_id, self.gift)

    def test_paid_in_time_confirmed_late(self):
        """The customer paid at 15:59; the bank answered at 16:01."""
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self._take(order, self.promotion)
        self._pay(order, WEDNESDAY_1550)
        with freeze_time(WEDNESDAY_1601):
            order.sudo().action_confirm()
        self.assertEqual(order.order_line.reward_id, self.gift)

    def _pay(self, order, moment):
        method = self.env.ref("payment.payment_method_card")
        provider = self.env["payment.provider"].search([], limit=1)
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"pay-{order.id}",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
                "state": "done",
            }
        )
        payment.flush_recordset()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = %s WHERE id = %s",
            (moment, payment.id),
        )
        payment.invalidate_recordset(["create_date"])


@tagged("post_install", "-at_install")
class TestProgramTypes(ConditionCase):
    """The same hours hold for every native type, on programme, rule and reward."""

    def _check(self, program, holder, attempt):
        """``attempt(order)`` gives the reward within the hours and refuses outside."""
        holder.write(HAPPY_HOUR)
        for moment, holds in (
            (WEDNESDAY_1550, True),
            (WEDNESDAY_1601, False),
            (SATURDAY_1500, False),
        ):
            with freeze_time(moment), self.subTest(holder=holder._name, moment=moment):
                order = self._order(3)
                self.assertEqual(attempt(order), holds)
                rewards = order.order_line.reward_id
                self.assertEqual(program in rewards.program_id, holds)
                order.sudo().action_cancel()
        holder.write(dict.fromkeys(HAPPY_HOUR, False))

    def _check_all(self, program, attempt):
        for holder in (program, program.rule_ids, program.reward_ids):
            self._check(program, holder, attempt)

    def _claimer(self, program):
        def attempt(order):
            self._take(order, program)
            return bool(order.order_line.reward_id)

        return attempt

    def _code_claimer(self, code, text="Mon–Fri 14:00–16:00"):
        def attempt(order):
            before = order.applied_coupon_ids
            result = order._try_apply_code(code)
            if "error" in result:
                self.assertIn(text, result["error"])
                self.assertEqual(order.applied_coupon_ids, before)
                self.assertFalse(order.code_enabled_rule_ids)
                return False
            for card, rewards in result.items():
                self.assertFalse(order._apply_program_reward(rewards[:1], card))
            return bool(result)

        return attempt

    def test_promotion(self):
        program = self._program("promotion")
        program.rule_ids.minimum_amount = 0
        self._check_all(program, self._claimer(program))

    def test_buy_x_get_y(self):
        program = self._buy_one_get_one()
        self._check_all(program, self._claimer(program))

    def test_promo_code(self):
        program = self._program("promo_code")
        program.rule_ids.code = "HAPPY"
        program.reward_ids.discount_applicability = "order"
        self._check_all(program, self._code_claimer("HAPPY"))

    def test_coupon(self):
        program = self._program("coupons", rule_ids=[Command.create({})])
        code = self._card(self.partner.browse(), program, points=1000).code
        self._check_all(program, self._code_claimer(code))

    def test_next_order_coupon(self):
        program = self._program("next_order_coupons")
        code = self._card(self.partner, program, points=1000).code
        for holder in (program, program.reward_ids):
            self._check(program, holder, self._code_claimer(code))

    def test_gift_card_is_spent_in_the_hours(self):
        program = self._program("gift_card")
        code = self._card(self.partner.browse(), program, points=1000).code
        for holder in (program, program.reward_ids):
            self._check(program, holder, self._code_claimer(code))

    def test_bought_gift_card_is_given_at_any_hour(self):
        """What was paid for is never kept."""
        program = self._program("gift_card", **HAPPY_HOUR)
        product = program.trigger_product_ids or program.rule_ids.product_ids
        if not product:
            product = self.other_product
            program.rule_ids.product_ids = product
        with freeze_time(WEDNESDAY_1601):
            order = self._order()
            order.order_line = [Command.create({"product_id": product[:1].id})]
            order._update_programs_and_rewards()
            self.assertIn(program, order.coupon_point_ids.coupon_id.program_id)

    def test_member_reward(self):
        """Points may be earned at any hour, and spent at some."""
        self._post(500)
        self.reward.write(HAPPY_HOUR)
        with freeze_time(WEDNESDAY_1550):
            self.assertIn(
                self.reward, self._offer(self._order(), self.program)[self.card]
            )
        with freeze_time(WEDNESDAY_1601):
            order = self._order()
            self.assertFalse(self._offer(order, self.program))
            error = order._apply_program_reward(self.reward, self.card)
            self.assertIn("14:00", error["error"])
            order.action_confirm()
        self.assertBalance(self.card, 600)
