from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .prepaid_common import PrepaidCase


@tagged("post_install", "-at_install")
class TestPrepaidPercent(PrepaidCase):
    """A percentage card lowers the price (and its tax), is found by the customer's
    name, and works until it ends, or so many times."""

    def _percent(self, uses=0, **values):
        return self.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "is_prepaid": True,
                "prepaid_kind": "percent",
                "prepaid_percent": 10,
                "prepaid_price": 500,
                "prepaid_uses": uses,
                **values,
            }
        )

    def test_as_often_as_wanted_until_it_ends(self):
        card_type = self._percent()
        self._buy(card_type)
        for total in (900, 450):
            order = self._order(self.hair if total == 900 else self.massage)
            self.assertIsNone(self._use(order, card_type))
            order.action_confirm()
            self.assertEqual(order.amount_total, total)
        card = self._wallet(card_type)
        self.assertEqual((card.points, card.prepaid_state), (1, "valid"))
        self.assertEqual(card.points_display, "1 card")
        self.assertEqual(self.partner.prepaid_balance, 0)
        late = self._order(self.hair)
        self._use(late, card_type)
        self._on("2026-07-06")
        with self.assertRaisesRegex(UserError, "ended on"):
            late.action_confirm()
        self.assertIn("ended on", self._use(self._order(self.hair), card_type))

    def test_three_times_on_chosen_services(self):
        card_type = self._percent(
            3,
            prepaid_scope="chosen",
            prepaid_service_ids=[Command.set(self.four.ids)],
        )
        self._buy(card_type)
        with self.assertRaisesRegex(UserError, "only be used for"):
            self._use(self._order(self.hair), card_type)
        for left in (2, 1, 0):
            order = self._order(self.massage, self.hair)
            self._use(order, card_type)
            order.action_confirm()
            self.assertEqual(order.amount_total, 1450)
            self.assertBalance(self._wallet(card_type), left)
        self.assertTrue(self._use(self._order(self.massage), card_type))

    def test_tax_is_of_the_lower_price(self):
        tax = self.env["account.tax"].create(
            {"name": "VAT 7", "amount": 7, "price_include_override": "tax_excluded"}
        )
        self.hair.taxes_id = tax
        card_type = self._percent()
        self._buy(card_type)
        order = self._order(self.hair)
        self._use(order, card_type)
        self.assertEqual((order.amount_untaxed, order.amount_tax), (900, 63))

    def _earn_points(self, **rule):
        """Let a point per baht be earned."""
        self.program.active = True
        values = {"reward_point_mode": "money", "minimum_qty": 0, **rule}
        self.program.write(
            {
                "trigger": "auto",
                "rule_ids": [Command.clear(), Command.create(values)],
            }
        )

    def test_points_are_earned_on_what_is_paid(self):
        card_type = self._percent()
        self._buy(card_type)
        self._earn_points()
        order = self._order(self.hair)
        self._use(order, card_type)
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertBalance(self.card, 900)

    def test_value_earns_once(self):
        """When it is used, and not when the card is bought; a rule may name cards."""
        card = self.open_type.prepaid_product_id
        for rule in ({}, {"product_domain": "[['type', '=', 'service']]"}):
            self._earn_points(**rule)
            order = self._order(card, self.nails)
            order._update_programs_and_rewards()
            order.action_confirm()
            self.assertBalance(self.card, 250)
            order._action_cancel()
        self._buy(self.open_type)
        order = self._order(self.hair)
        self._use(order, self.open_type)
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertBalance(self.card, 1000)
        self._earn_points(product_ids=[Command.set(card.ids)])
        order = self._buy(self.open_type)
        self.assertBalance(self.card, 4500)
