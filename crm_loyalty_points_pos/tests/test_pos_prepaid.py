from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.crm_loyalty_points.tests.prepaid_common import PrepaidCase
from odoo.addons.crm_segments_pos.tests.till import open_till

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosPrepaid(PosPointsCase):
    """A prepaid card is one card, wherever it is sold and used: 3,500 paid, 4,000
    value, spent in three parts in Sales and at the till, refused when it has ended. A
    till that was without connection may have used it; the shop has to see that."""

    # the helpers of the desk
    _order, _buy, _wallet, _use = (
        PrepaidCase._order,
        PrepaidCase._buy,
        PrepaidCase._wallet,
        PrepaidCase._use,
    )
    _purchases = PrepaidCase._purchases

    @classmethod
    def setUpClass(cls):
        freezer = freeze_time("2026-01-05 05:00:00")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)
        super().setUpClass()
        cls.salesperson = new_test_user(
            cls.env, "prepaid_sales", "sales_team.group_sale_salesman_all_leads"
        )
        cls.manager = new_test_user(
            cls.env,
            "prepaid_manager",
            "crm_segments.crm_segments_group_manager,point_of_sale.group_pos_user",
        )
        cls.services = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": price,
                    "type": "service",
                    "taxes_id": False,
                    "available_in_pos": True,
                }
                for name, price in (
                    ("Massage", 500),
                    ("Scrub", 400),
                    ("Facial", 300),
                    ("Sauna", 150),
                    ("Hair", 1000),
                )
            ]
        )
        cls.massage, cls.scrub, cls.facial, cls.sauna, cls.hair = cls.services
        cls.open_type, cls.four_type = cls.env["loyalty.program"].create(
            [
                {
                    "name": "Spa card",
                    "is_prepaid": True,
                    "prepaid_price": 3500,
                    "prepaid_value": 4000,
                },
                {
                    "name": "Body card",
                    "is_prepaid": True,
                    "prepaid_price": 9000,
                    "prepaid_scope": "chosen",
                    "prepaid_service_ids": [Command.set(cls.services[:4].ids)],
                },
            ]
        )

    def setUp(self):
        super().setUp()
        self._on("2026-01-05")

    def _on(self, day):
        self.clock.move_to(f"{day} 05:00:00")
        self.env.invalidate_all()

    def _sell(self, card_type, price=None):
        """Sell a card at the till. :return: the order"""
        product = card_type.prepaid_product_id
        return self.buy(self.till.line(product, 1, price))

    def _use_at_till(self, card_type, amount, *services, points=None):
        """:return: the paid order on which the customer's card paid an amount"""
        lines = [self.till.line(service) for service in services]
        reward, card = card_type.reward_ids, self._wallet(card_type)
        points = amount if points is None else points
        return self.buy(*lines, self.reward_line(reward, amount, points, card))

    def _validate(self, card, points):
        """Ask the server, as the till does before the payment. :return: its message"""
        answer = self.env["pos.order"].with_user(self.cashier)
        answer = answer.validate_coupon_programs({str(card.id): points}, [], "uuid-1")
        return not answer["successful"] and answer["payload"]["message"]

    def test_sold_and_used_in_sales_and_at_the_till(self):
        self.assertTrue(self.open_type.prepaid_product_id.available_in_pos)
        self._sell(self.open_type)
        card = self._wallet(self.open_type)
        self.assertBalance(card, 4000)
        self.assertFalse(self._validate(card, -1500))
        till = self._use_at_till(self.open_type, 1500, self.massage, self.hair)
        self.assertEqual(till.amount_total, 0)
        order = self._order(self.facial, self.sauna)
        self.assertIsNone(self._use(order, self.open_type))
        order.action_confirm()
        self.assertEqual(order.amount_total, 0)
        self._use_at_till(self.open_type, 400, self.scrub)
        self.assertEqual(self.exceptions(), [])
        purchase = self._purchases(self.open_type)
        self.assertEqual(
            purchase.story,
            "3,500.00 paid, 4,000.00 value; 2,350.00 spent in 3 parts; "
            "1,650.00 left until 5 Jul 2026",
        )
        self.assertEqual(purchase.draw_ids.mapped("points"), [1500, 450, 400])
        self.assertEqual(
            purchase.draw_ids.mapped("spend_branch"), self.branch | order.branch_id
        )
        self.assertEqual(self.partner.prepaid_balance, 1650)
        self._on("2026-07-06")
        self.assertEqual(
            self._validate(card, -100),
            "The prepaid card Spa card of Somchai ended on 5 Jul 2026.",
        )
        late = self._order(self.massage)
        self.assertIn("ended on 5 Jul 2026", self._use(late, self.open_type))
        # a till without connection
        offline = self._use_at_till(self.open_type, 500, self.massage)
        self.assertEqual(self.exceptions(offline), [("overspent", card, 500)])
        self.assertBalance(card, -500)

    def test_four_services_only(self):
        self.assertEqual(self.four_type.prepaid_value, 13500)
        self.four_type.prepaid_value = 12000
        self._sell(self.four_type)
        card = self._wallet(self.four_type)
        self.assertBalance(card, 12000)
        self._use_at_till(self.four_type, 900, self.massage, self.scrub)
        self.assertEqual(self.exceptions(), [])
        told = self.four_type._prepare_till_policy()["prepaid"]
        self.assertFalse(told["percent"])
        self.assertEqual(
            told["refusal"],
            "The prepaid card Body card can only be used for: "
            "Facial, Massage, Sauna, Scrub.",
        )
        wrong = self._use_at_till(self.four_type, 1100, self.hair, self.sauna)
        self.assertEqual(self.exceptions(wrong), [("condition", card, 950)])
        row = self.Exception.search([("order_id", "=", wrong.id)])
        self.assertIn("can only be used for", row.reason)

    def test_two_cards_in_one_order(self):
        """Each type has a product of its own: nobody has to say which is meant."""
        self.buy(
            self.till.line(self.open_type.prepaid_product_id),
            self.till.line(self.four_type.prepaid_product_id),
        )
        self.assertBalance(self._wallet(self.open_type), 4000)
        self.assertBalance(self._wallet(self.four_type), 13500)

    def test_no_empty_cards(self):
        order = self.buy(1)
        self.claim(order, 0, program=self.open_type)
        self.assertFalse(self._wallet(self.open_type))

    def test_sold_below_its_price(self):
        order = self._sell(self.open_type, 35)
        card = self._wallet(self.open_type)
        self.assertBalance(card, 4000)
        self.assertEqual(self.exceptions(order), [("cheap", card, 3465)])

    def test_not_for_sale_at_the_till(self):
        product = self.open_type.prepaid_product_id
        self.open_type.pos_ok = False
        self.assertFalse(product.available_in_pos)
        self.open_type.pos_ok = True
        self.assertTrue(product.available_in_pos)
        self.open_type.prepaid_price = 4000
        self.assertFalse(product.available_in_pos)
        config = self.till.config
        data = self.env["pos.session"].browse(self.till.session.id).load_data([])
        special = data["pos.config"][0]["_pos_special_display_products_ids"]
        self.assertNotIn(product.product_tmpl_id.id, special)
        other = self.four_type.prepaid_product_id.product_tmpl_id
        self.assertIn(other.id, special, config.name)

    def test_ten_per_cent(self):
        card_type = self.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "is_prepaid": True,
                "prepaid_kind": "percent",
                "prepaid_percent": 10,
                "prepaid_price": 500,
            }
        )
        self._sell(card_type)
        card = self._wallet(card_type)
        for _time in range(2):
            order = self._use_at_till(card_type, 100, self.hair, points=0)
            self.assertEqual(self.exceptions(order), [])
        self.assertBalance(card, 1)
        # one that says it had cost something
        self._use_at_till(card_type, 100, self.hair, points=1)
        self.assertBalance(card, 1)
        order = self._use_at_till(card_type, 300, self.hair, points=0)
        self.assertEqual(self.exceptions(order), [("condition", card, 200)])
        self._on("2026-07-06")
        late = self._use_at_till(card_type, 100, self.hair, points=0)
        [(kind, found, _points)] = self.exceptions(late)
        self.assertEqual((kind, found), ("condition", card))

    def test_refund_from_the_back_office(self):
        order = self.buy(1, self.till.line(self.open_type.prepaid_product_id))
        purchase = self._purchases(self.open_type)
        self.assertEqual(purchase.paid, 3500)
        wizard = self.env["loyalty.prepaid.refund"].with_user(self.manager)
        form = Form(wizard.with_context(**purchase.action_refund()["context"]))
        self.assertIn(order.name, form.what)
        form.reason = "Moves away"
        form.payment_method_id = form.payment_method_ids[:][0]
        action = form.save().action_refund()
        refund = self.env["pos.order"].browse(action["res_id"])
        self.assertEqual((refund.state, refund.amount_total), ("paid", -3500))
        self.assertEqual(refund.refunded_order_id, order)
        self.assertBalance(self._wallet(self.open_type), 0)
        self.assertEqual(self._purchases(self.open_type).state, "returned")
        self.assertEqual(self.points(refund), [-4000])

    def test_refund_needs_an_open_till(self):
        other = open_till(self.env, "Other till").with_user(self.cashier)
        other.sell([other.line(self.open_type.prepaid_product_id)], self.partner)
        other.session.sudo().state = "closed"
        clerk = new_test_user(
            self.env, "prepaid_clerk", "crm_segments.crm_segments_group_manager"
        )
        purchase = self._purchases(self.open_type)
        wizard = self.env["loyalty.prepaid.refund"].with_user(self.manager)
        form = Form(wizard.with_context(**purchase.action_refund()["context"]))
        self.assertIn("open a session", form.refused)
        with self.assertRaises(UserError):
            form.save().action_refund()
        wizard = self.env["loyalty.prepaid.refund"].with_user(clerk)
        form = Form(wizard.with_context(**purchase.action_refund()["context"]))
        self.assertIn("rights of tills", form.refused)
