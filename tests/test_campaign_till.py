from random import Random

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_segments_pos.tests.till import open_till
from odoo.addons.crm_sms_wallet.tests.common_campaign import CampaignCase

SINCE = "2024-05-01 05:00:00"


@tagged("standard", "post_install", "-at_install")
class TestCampaignTill(CampaignCase):
    """Messages of a shop bring people to its till: a result that only knows Sales says
    that they brought nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.till = open_till(cls.env)
        cls.tea.available_in_pos = True
        cls.person, cls.other, cls.held = cls.customers(3)
        cls.mailing = cls.campaign(cls.person + cls.other, cls.held, result_days=7)

    def sell(self, customer, quantity=1, price=None, when="2024-05-02 05:00:00"):
        line = self.till.line(self.tea, quantity, price)
        return self.till.sell([line], customer, date_order=when)

    def figures(self):
        """:return: of those with a message: buyers, orders, revenue, product cost,
        profit"""
        result = self.measure(self.mailing)
        return (
            *(result.buyers, result.order_count, result.revenue),
            *(result.goods_cost, result.gross_profit),
        )

    def test_both_channels(self):
        self.sell(self.person, 3)
        self.buy(self.person)
        self.sell(self.other, when="2024-05-01 04:59:59")
        self.sell(self.held)
        self.assertEqual(self.figures(), (1, 2, 400, 160, 240))
        held = self.mailing.result_ids.group_ids.filtered(
            lambda group: group.arm == "holdout"
        )
        self.assertEqual((held.buyers, held.revenue), (1, 100))

    def test_taken_back(self):
        """Also long after the days that count."""
        sold = self.sell(self.person, 3)
        self.till.refund(sold, {sold.lines: 1})
        self.assertEqual(self.figures(), (1, 1, 200, 80, 120))
        self.till.refund(sold)
        self.assertEqual(self.figures(), (0, 0, 0, 0, 0))

    def test_exchange(self):
        """New goods against old ones: the new ones were sold, the old ones were bought
        before the campaign."""
        before = self.sell(self.person, 2, when="2024-04-01 05:00:00")
        lines = [
            *self.till.refund_lines(before, {before.lines: 1}),
            self.till.line(self.tea, 3),
        ]
        self.till.sell(lines, self.person, date_order="2024-05-02 05:00:00")
        self.assertEqual(self.figures(), (1, 1, 300, 120, 180))

    def test_exchange_of_what_the_campaign_sold(self):
        sold = self.sell(self.person, 2)
        lines = [
            *self.till.refund_lines(sold, {sold.lines: 1}),
            self.till.line(self.tea, 3),
        ]
        self.till.sell(lines, self.person, date_order="2024-05-03 05:00:00")
        self.assertEqual(self.figures(), (1, 2, 400, 160, 240))

    def test_quotation_paid_at_the_till(self):
        order = self.buy(self.person, quantity=2)
        line = order.order_line
        paid = self.till.sell(
            [
                self.till.line(
                    line.product_id,
                    line.product_uom_qty,
                    line.price_unit,
                    sale_order_origin_id=order.id,
                    sale_order_line_id=line.id,
                )
            ],
            self.person,
            date_order="2024-05-02 06:00:00",
        )
        self.assertEqual(self.figures(), (1, 1, 200, 80, 120))
        self.till.refund(paid, {paid.lines: 1})
        self.assertEqual(self.figures(), (1, 1, 100, 40, 60))

    def test_free_product(self):
        """One paid, one given: its cost lowers the profit."""
        lines = [
            self.till.line(self.tea, 2),
            self.till.line(self.discount(), 1, -100, is_reward_line=True),
        ]
        self.till.sell(lines, self.person, date_order="2024-05-02 05:00:00")
        self.assertEqual(self.figures(), (1, 1, 100, 80, 20))

    def discount(self):
        return self.env["product.product"].create(
            {
                "name": "Free tea",
                "type": "service",
                "taxes_id": False,
                "available_in_pos": True,
            }
        )

    def test_delivered_reward_costs(self):
        """A reward that is sent by an order of nothing: no purchase, but a cost."""
        self.sell(self.person)
        self.buy(self.person, price=0, is_reward_delivery=True)
        self.assertEqual(self.figures(), (1, 1, 100, 80, 20))

    def test_codes_used(self):
        """At the till and in Sales, by people."""
        program = self.env["loyalty.program"].create(
            {
                "name": "Code",
                "program_type": "coupons",
                "trigger": "with_code",
                "rule_ids": [Command.create({"reward_point_amount": 1})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        people = self.person + self.other
        cards = self.env["loyalty.card"].create(
            [{"program_id": program.id, "points": 1} for _person in people]
        )
        self.mailing.sudo().state = "draft"
        self.mailing.coupon_program_ref = program
        self.mailing.sudo().state = "done"
        rows = self.mailing.assignment_ids.filtered(lambda row: row.arm == "treated")
        for row, card in zip(rows.sudo(), cards, strict=True):
            row.code = card.code
        self.assertEqual(self.measure(self.mailing).code_used, 0)
        reward = self.discount()
        self.till.sell(
            [
                self.till.line(self.tea, 2),
                self.till.line(
                    reward,
                    1,
                    -20,
                    is_reward_line=True,
                    coupon_id=cards[0].id,
                    reward_id=program.reward_ids.id,
                ),
            ],
            self.person,
            date_order="2024-05-02 05:00:00",
        )
        result = self.measure(self.mailing)
        self.assertEqual((result.code_used, result.responded), (1, 1))
        order = self.buy(self.other)
        order.order_line[0].copy(
            {"order_id": order.id, "coupon_id": cards[1].id, "price_unit": 0}
        )
        self.assertEqual(self.measure(self.mailing).code_used, 2)

    def test_random_sales(self):
        """As counted by a loop over the tickets."""
        random = Random(3)
        days = [f"2024-05-{day:02d} 05:00:00" for day in range(1, 13)]
        sold = [
            self.sell(
                random.choice((self.person, self.other, self.held)),
                random.randrange(1, 5),
                random.choice((100, 80)),
                random.choice(days),
            )
            for _ticket in range(12)
        ]
        back = {
            order: random.randrange(1, int(order.lines.qty) + 1)
            for order in random.sample(sold, 4)
        }
        for order, quantity in back.items():
            self.till.refund(order, {order.lines: quantity})
        revenue = orders = cost = 0
        buyers = set()
        for order in sold:
            left = order.lines.qty - back.get(order, 0)
            counts = SINCE <= str(order.date_order) < "2024-05-08 17:00:00"
            if counts and left and order.partner_id != self.held:
                revenue += left * order.lines.price_unit
                cost += left * 40
                orders += 1
                buyers.add(order.partner_id)
        expected = (len(buyers), orders, revenue, cost, revenue - cost)
        self.assertEqual(self.figures(), expected)
