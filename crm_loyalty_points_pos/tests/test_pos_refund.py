from decimal import Decimal
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tools.points_guard import allow_points_write

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosRefund(PosPointsCase):
    """Buy, return, keep the points: the oldest trick at a till. The other way round,
    goods that are returned must not cost a customer more points than they brought."""

    def test_a_full_refund_takes_what_was_earned(self):
        order = self.buy(3)
        refund = self.till.refund(order)
        self.assertBalance(self.card, 0)
        back = self.entries(refund)
        self.assertEqual((back.kind, back.points), ("reversal", -300))
        self.assertEqual(back.reversed_entry_id, self.entries(order))
        self.assertEqual(back.reason, "goods_returned")
        receipt = self.env["pos.order"].get_points_receipt(refund.id)
        self.assertEqual((receipt["earned"], receipt["spent"]), (0, 300))

    def test_money_back_as_prepaid_value(self):
        """The till's eWallet button on a refund: the goods' price goes to the card."""
        order = self.buy(1)
        lines = self.till.refund_lines(order)
        refund = self.till.sell(
            [*lines, self.till.line(self.top_up, 1, 100)],
            self.partner,
            payments=[],
            is_refund=True,
        )
        wallet = self.Card.search(
            [("partner_id", "=", self.partner.id), ("program_id", "=", self.wallet.id)]
        )
        self.assertEqual(refund.amount_total, 0)
        self.assertBalance(self.card, 0)
        self.assertBalance(wallet, 100)
        self.claim(refund, 100, self.wallet, key=wallet.id)
        self.assertBalance(wallet, 100)

    def test_goods_in_exchange(self):
        order = self.buy(1)
        refund = self.till.sell(
            [*self.till.refund_lines(order), self.till.line(self.product, 3)],
            self.partner,
            is_refund=True,
        )
        self.assertEqual(refund.amount_total, 200)
        self.assertEqual(self.points(refund), [-100, 300])
        self.till.refund(refund, {refund.lines[1]: 1})
        self.assertBalance(self.card, 200)

    def test_the_refund_sent_again(self):
        order = self.buy(3)
        data = self.till.data(
            self.till.refund_lines(order, {order.lines: 1}), self.partner
        )
        for _repeat in range(3):
            refund = self.till.sync(data)
            self.claim(refund, -100, key=self.card.id)
        self.assertBalance(self.card, 200)

    def test_the_rate_of_the_day_of_the_sale(self):
        order = self.buy(4)
        self.program.rule_ids.reward_point_amount = 5
        self.till.refund(order, {order.lines: 1})
        self.assertBalance(self.card, 300)
        self.program.rule_ids.unlink()
        self.till.refund(order, {order.lines: 1})
        self.assertBalance(self.card, 200)
        self.program.active = False
        self.till.refund(order)
        self.assertBalance(self.card, 0)

    def test_below_the_minimum(self):
        """What is left of the order would not have earned anything."""
        self.program.rule_ids.minimum_amount = 250
        order = self.buy(3)
        self.assertBalance(self.card, 300)
        self.till.refund(order, {order.lines: 1})
        self.assertBalance(self.card, 0)
        self.till.refund(order)
        self.assertBalance(self.card, 0)

    def test_any_split_in_any_order(self):
        random = Random(6)
        self.program.thb_per_point = 25
        for _basket in range(6):
            lines = [
                self.till.line(
                    random.choice(self.product + self.cup),
                    random.randint(1, 4),
                    random.randint(100, 9999) / 100,
                    discount=random.choice((0, 0, 15)),
                )
                for _line in range(random.randint(1, 3))
            ]
            points = random.randint(1, 20)
            lines.append(self.reward_line(self.per_point, points, points, self.card))
            self._post(100)
            before = self.card.points
            order = self.buy(*lines)
            while any(line.qty > line.refunded_qty for line in order.lines):
                line = random.choice(
                    order.lines.filtered(lambda each: each.qty > each.refunded_qty)
                )
                left = line.qty - line.refunded_qty
                self.till.refund(order, {line: random.randint(1, int(left))})
                order.lines.invalidate_recordset()
            self.card.invalidate_recordset()
            self.assertAlmostEqual(self.card.points, before, 2)

    def test_points_spent_come_back_with_the_reward(self):
        entry = self._post(150)
        order = self.buy(3, self.reward_line(self.per_order, 10, 100, self.card))
        goods, reward = order.lines
        self.till.refund(order, {goods: 3})
        self.assertBalance(self.card, 50)
        refund = self.till.refund(order, {reward: 1})
        self.assertBalance(self.card, 150)
        self.assertEqual(self.points(refund), [100])
        self.assertEqual(self._remaining(entry), [150])

    def test_part_of_a_free_product(self):
        self._post(100)
        order = self.buy(
            self.till.line(self.cup, 4),
            self.reward_line(self.free_cup, 40, 100, self.card, qty=2),
        )
        self.assertEqual(self.points(order), [80, -100])
        cups, reward = order.lines
        self.till.refund(order, {cups: 1, reward: 1})
        # a free cup came back: nothing was earned on it, half of the points return
        self.assertBalance(self.card, 130)
        self.till.refund(order, {cups: 1})
        self.assertBalance(self.card, 90)
        self.till.refund(order)
        self.assertBalance(self.card, 100)

    def test_points_that_are_spent_become_a_debt(self):
        order = self.buy(3)
        self.buy(
            self.till.line(self.top_up, 1, 500.0),
            self.reward_line(self.per_point, 300, 300, self.card),
        )
        self.assertBalance(self.card, 0)
        self.till.refund(order)
        self.assertBalance(self.card, -300)
        self.assertEqual(self.exceptions(), [])
        self.buy(4)
        self.assertBalance(self.card, 100)

    def test_an_exchange(self):
        order = self.buy(3)
        lines = self.till.refund_lines(order, {order.lines: 2})
        exchange = self.buy(*lines, self.till.line(self.cup, 1))
        self.assertEqual(self.points(exchange), [-200, 40])
        self.assertBalance(self.card, 140)

    def test_without_the_customer(self):
        order = self.buy(3)
        self.till.sell(self.till.refund_lines(order))
        self.assertBalance(self.card, 0)

    def test_made_in_the_back_office(self):
        self._post(100)
        order = self.buy(3, self.reward_line(self.per_order, 10, 100, self.card))
        action = order.sudo().refund()
        refund = self.env["pos.order"].browse(action["res_id"])
        self.assertBalance(self.card, 300)
        self.env["pos.make.payment"].with_context(
            active_id=refund.id, active_ids=refund.ids
        ).create(
            {"payment_method_id": self.till.config.payment_method_ids[0].id}
        ).check()
        self.assertEqual(refund.state, "paid")
        self.assertBalance(self.card, 100)

    def test_a_top_up_is_returned(self):
        order = self.buy(self.till.line(self.top_up, 2))
        wallet = self.Card.search([("program_id", "=", self.wallet.id)])
        self.till.refund(order, {order.lines: 1})
        self.assertBalance(wallet, 500)

    def test_a_customer_corrected_after_a_refund_changes_nothing(self):
        order = self.buy(3)
        self.till.refund(order, {order.lines: 1})
        order.partner_id = self.other_partner
        self.assertBalance(self.card, 200)

    def test_an_order_from_before_the_ledger(self):
        """Its points are within the opening entry; Odoo's history says how many."""
        self._post(250, kind="opening")
        order = self.till.sync(
            self.till.data(
                [
                    self.till.line(self.product, 3),
                    self.reward_line(self.per_order, 10, 50, self.card),
                ],
                self.partner,
                state="draft",
                payments=[],
            )
        )
        with allow_points_write():
            order.sudo().write({"state": "paid", "points_ledgered": False})
        self.env["loyalty.history"].create(
            {
                "card_id": self.card.id,
                "order_model": "pos.order",
                "order_id": order.id,
                "description": "Onsite",
                "issued": 100,
                "used": 50,
            }
        )
        goods, reward = order.lines
        taken = Decimal(0)
        for quantity in (1, 1, 1):
            refund = self.till.refund(order, {goods: quantity})
            self.assertEqual(self.entries(refund).kind, "adjust")
            taken += Decimal(repr(sum(self.points(refund))))
        self.assertEqual(taken, -100)
        self.till.refund(order, {reward: 1})
        self.assertBalance(self.card, 200)


@tagged("post_install", "-at_install")
class TestPosCoupons(PosPointsCase):
    """A code is as good as money: it must be gone when the order arrives, not when the
    till calls again, and of two places only one may take it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes, cls.next_order, cls.gift = cls.env["loyalty.program"].create(
            [
                {
                    "name": "Codes",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    "reward_ids": [
                        Command.create({"discount": 10, "required_points": 1})
                    ],
                },
                {
                    "name": "Next time",
                    "program_type": "next_order_coupons",
                    "applies_on": "future",
                    "trigger": "auto",
                    "rule_ids": [
                        Command.create({"minimum_amount": 100, "minimum_qty": 0})
                    ],
                    "reward_ids": [
                        Command.create({"discount": 15, "required_points": 1})
                    ],
                },
                {
                    "name": "Gift cards",
                    "program_type": "gift_card",
                    "applies_on": "future",
                    "trigger": "auto",
                    "rule_ids": [
                        Command.create(
                            {
                                "reward_point_mode": "money",
                                "reward_point_split": True,
                                "product_ids": [Command.set(cls.top_up.ids)],
                            }
                        )
                    ],
                    "reward_ids": [
                        Command.create(
                            {
                                "discount_mode": "per_point",
                                "discount": 1,
                                "required_points": 1,
                            }
                        )
                    ],
                },
            ]
        )
        cls.wallet.active = False
        cls.code = cls.Card.create({"program_id": cls.codes.id, "points": 1})

    def with_code(self, **values):
        return self.buy(
            1, self.reward_line(self.codes.reward_ids, 10, 1, self.code), **values
        )

    def validate(self, uuid, points=-1, card=None):
        Order = self.env["pos.order"].with_user(self.cashier)
        changes = {str((card or self.code).id): points}
        return Order.validate_coupon_programs(changes, [], uuid)["successful"]

    def test_a_code_is_used_with_the_order(self):
        order = self.with_code()
        self.assertEqual(self.code.points, 0)
        self.assertEqual(self.code.history_ids.used, 1)
        for _repeat in range(2):
            codes = [order.lines[1].reward_identifier_code]
            self.claim(order, -1, self.codes, key=self.code.id, line_codes=codes)
        self.assertEqual(self.code.points, 0)
        self.assertEqual(len(self.code.history_ids), 1)
        self.assertEqual(self.exceptions(), [])

    def test_a_code_used_twice_offline(self):
        self.with_code()
        order = self.with_code()
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.exceptions(order), [("code_twice", self.code, 1)])

    def test_a_hold(self):
        self.assertTrue(self.validate("first"))
        self.assertTrue(self.validate("first"))
        self.assertFalse(self.validate("second"))
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        status = quotation._try_apply_code(self.code.code)
        coupon, rewards = next(iter(status.items()))
        quotation._apply_program_reward(rewards, coupon)
        message = "is being used elsewhere"
        with self.assertRaisesRegex(Exception, message):
            quotation.action_confirm()
        order = self.with_code(uuid="first")
        self.assertFalse(self.code.hold_owner)
        self.assertEqual(self.exceptions(order), [])
        self.assertFalse(self.validate("second"))
        with self.assertRaisesRegex(Exception, "(?i)points|coupon|reward"):
            quotation.action_confirm()

    def test_a_hold_ends_by_itself(self):
        self.assertTrue(self.validate("first"))
        self.code.hold_until = "2024-01-01 00:00:00"
        self.assertTrue(self.validate("second"))

    def test_a_member_is_asked_for_what_can_be_used(self):
        self._post(10, expiry="2024-01-31")
        self._post(10)
        self.assertFalse(self.validate("any", -15, self.card))
        self.assertTrue(self.validate("any", -10, self.card))
        self.assertTrue(self.validate("any", 5, self.card))
        self.assertFalse(self.card.hold_owner)

    def test_a_code_comes_back(self):
        order = self.with_code()
        self.till.refund(order)
        self.assertEqual(self.code.points, 1)

    def test_a_gift_card_pays(self):
        gift = self.Card.create({"program_id": self.gift.id, "points": 300})
        line = self.reward_line(self.gift.reward_ids, 80, 80, gift)
        order = self.buy(1, line)
        self.assertEqual(gift.points, 220)
        codes = [line[2]["reward_identifier_code"]]
        for _repeat in range(2):
            self.claim(
                order, -80, self.gift, key=gift.id, coupon_id=gift.id, line_codes=codes
            )
        self.assertEqual(gift.points, 220)
        self.assertEqual(gift.partner_id, self.partner)

    def test_a_gift_card_is_sold(self):
        order = self.buy(self.till.line(self.top_up, 1))
        self.claim(order, 500, self.gift, code="OURS-1", expiration_date=False)
        gift = self.Card.search([("code", "=", "OURS-1")])
        self.assertEqual(gift.points, 500)
        self.claim(order, 500, self.gift, code="OURS-2")
        self.assertFalse(self.Card.search([("code", "=", "OURS-2")]))
        self.assertEqual(self.exceptions(), [])

    def test_a_gift_card_is_worth_what_was_paid(self):
        order = self.buy(self.till.line(self.top_up, 1))
        self.claim(order, 99999, self.gift, code="FORGED")
        gift = self.Card.search([("code", "=", "FORGED")])
        self.assertAlmostEqual(gift.points, 500, delta=0.05)
        self.assertEqual([each[0] for each in self.exceptions(order)], ["claim"])

    def test_a_coupon_for_the_next_order(self):
        order = self.buy(2)
        self.claim(order, 1, self.next_order)
        coupon = self.Card.search([("program_id", "=", self.next_order.id)])
        self.assertEqual(coupon.points, 1)
        self.assertEqual(self.exceptions(), [])
        self.claim(self.buy(1), 7, self.next_order)
        coupons = self.Card.search([("program_id", "=", self.next_order.id)])
        self.assertEqual(coupons.mapped("points"), [1, 1])
        self.claim(self.buy(self.till.line(self.cup, 1)), 1, self.next_order)
        coupons = self.Card.search([("program_id", "=", self.next_order.id)])
        self.assertEqual(sum(coupons.mapped("points")), 2)

    def test_a_code_out_of_nothing(self):
        order = self.buy(1)
        self.claim(order, 1, self.codes, code="FREE")
        self.assertFalse(self.Card.search([("code", "=", "FREE"), ("points", ">", 0)]))
