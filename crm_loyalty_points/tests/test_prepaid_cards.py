from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .prepaid_common import PrepaidCase


@tagged("post_install", "-at_install")
class TestPrepaidType(PrepaidCase):
    """P3: one form makes a programme, a product, a rule and a reward that fit each
    other. A shop that has to know the native records gets one of them wrong."""

    def test_orders_name_the_card(self):
        """The line on the bill says which card paid, not "eWallet"; and a reward keeps
        the words that come together with another discount."""
        for card_type in (self.open_type, self.four_type):
            self.assertEqual(card_type.reward_ids.description, card_type.name)
        reward = self.program.reward_ids[:1] or self.env["loyalty.reward"].create(
            {"program_id": self.program.id}
        )
        reward.write({"discount": 33, "description": "A third less"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(reward.description, "A third less")

    def test_native_construction(self):
        card = self.open_type
        self.assertEqual(
            (card.program_type, card.applies_on, card.trigger),
            ("ewallet", "future", "auto"),
        )
        product, rule, reward = (
            card.prepaid_product_id,
            card.rule_ids,
            card.reward_ids,
        )
        self.assertEqual(
            (product.name, product.lst_price, product.type, product.sale_ok),
            ("Spa card", 3500, "service", True),
        )
        self.assertEqual(
            (rule.reward_point_mode, rule.reward_point_amount, rule.product_ids),
            ("unit", 4000, product),
        )
        self.assertEqual(
            (reward.discount_mode, reward.discount, reward.discount_applicability),
            ("per_point", 1, "specific"),
        )
        paid_for = self._allowed(card)
        self.assertLessEqual(self.services, paid_for)
        self.assertFalse(paid_for.filtered("is_prepaid_card"))
        self.assertEqual(self._allowed(self.four_type), self.four)
        self.assertEqual(
            (card.expiry_policy, card.expiry_count, card.expiry_unit),
            ("after", 6, "months"),
        )

    def test_suggestion(self):
        """10 x (500 + 400 + 300 + 150), until somebody says otherwise."""
        self.assertEqual(self.four_type.prepaid_suggestion, 13500)
        self.assertEqual(self.four_type.prepaid_value, 13500)
        self.assertEqual(self.four_type.rule_ids.reward_point_amount, 13500)
        with self._form(self.four_type) as form:
            form.prepaid_service_ids.add(self.nails)
            self.assertEqual(form.prepaid_value, 16000)
            form.prepaid_value = 15000
            form.prepaid_service_ids.remove(id=self.nails.id)
            self.assertEqual(form.prepaid_suggestion, 13500)
            self.assertEqual(form.prepaid_value, 15000)
        self.assertEqual(self.four_type.rule_ids.reward_point_amount, 15000)
        self.four_type.with_user(self.editor).action_use_prepaid_suggestion()
        self.assertEqual(self.four_type.prepaid_value, 13500)
        self.assertFalse(self.four_type.prepaid_value_own)

    def test_suggestion_without_a_form(self):
        card = self.env["loyalty.program"].create(
            {
                "name": "By import",
                "is_prepaid": True,
                "prepaid_price": 1000,
                "prepaid_scope": "chosen",
                "prepaid_service_ids": [Command.set((self.sauna + self.nails).ids)],
            }
        )
        self.assertEqual(card.rule_ids.reward_point_amount, 4000)
        self.assertEqual(card.expiry_policy, "after")

    def test_a_price_at_the_value_waits_for_a_person(self):
        card, product = self.open_type, self.open_type.prepaid_product_id
        with self._form(card) as form:
            form.prepaid_price = 4000
            self.assertTrue(form.prepaid_no_gain)
        self.assertEqual(card.prepaid_state, "confirm")
        self.assertFalse(product.sale_ok)
        for name, value in (("prepaid_confirmed", True), ("prepaid_no_gain", False)):
            with self.subTest(name), self.assertRaises(AccessError):
                card.with_user(self.editor).write({name: value})
        with self.assertRaises(AccessError):
            card.with_user(self.editor).create(
                {"name": "X", "is_prepaid": True, "prepaid_confirmed": True}
            )
        with self.assertRaisesRegex(UserError, "not for sale yet"):
            self._buy(card)
        card.with_user(self.editor).action_confirm_prepaid_price()
        self.assertEqual(
            (card.prepaid_state, card.prepaid_confirmed_uid, product.sale_ok),
            ("sale", self.editor, True),
        )
        self._buy(card)
        card.with_user(self.editor).prepaid_price = 4500
        self.assertEqual(card.prepaid_state, "confirm")
        self.assertFalse(card.prepaid_confirmed_uid)
        card.prepaid_price = 3900
        self.assertEqual((card.prepaid_state, product.lst_price), ("sale", 3900))

    def test_kept_in_step(self):
        card = self.open_type.with_user(self.editor)
        card.write({"name": "Gold card", "prepaid_price": 3000, "prepaid_value": 3600})
        product = self.open_type.prepaid_product_id
        self.assertEqual((product.name, product.lst_price), ("Gold card", 3000))
        self.assertEqual(self.open_type.rule_ids.reward_point_amount, 3600)
        reward = self.open_type.reward_ids
        self.assertEqual(reward.description, "Gold card")
        card.write(
            {
                "prepaid_scope": "chosen",
                "prepaid_service_ids": [Command.set(self.hair.ids)],
            }
        )
        self.assertEqual(self._allowed(self.open_type), self.hair)
        card.prepaid_for_sale = False
        self.assertFalse(product.sale_ok)
        self.assertEqual(self.open_type.prepaid_state, "gift")

    def test_native_records_are_not_changed_behind_it(self):
        card = self.open_type
        changes = (
            lambda: card.rule_ids.write({"reward_point_amount": 9999}),
            lambda: card.rule_ids.unlink(),
            lambda: card.reward_ids.write({"discount": 5}),
            lambda: card.reward_ids.write({"discount_product_domain": "[]"}),
            lambda: card.reward_ids.unlink(),
            lambda: card.write({"program_type": "loyalty"}),
            lambda: card.write({"is_prepaid": False}),
            lambda: card.write({"rule_ids": [Command.clear()]}),
            lambda: self.env["loyalty.rule"].create({"program_id": card.id}),
            lambda: card.prepaid_product_id.write({"lst_price": 1}),
            lambda: card.prepaid_product_id.product_tmpl_id.write({"name": "x"}),
        )
        for change in changes:
            with (
                self.subTest(change.__code__.co_firstlineno),
                self.assertRaisesRegex(UserError, "belongs to the prepaid card"),
            ):
                change()
        # further conditions are the shop's own
        card.reward_ids.write({"mon": True})

    def test_what_the_form_refuses(self):
        card = self.open_type
        for values in (
            {"prepaid_value": 0},
            {"prepaid_price": 0},
            {"prepaid_scope": "chosen"},
            {"prepaid_kind": "percent", "prepaid_percent": 101},
            {
                "prepaid_scope": "chosen",
                "prepaid_service_ids": [
                    Command.set(self.four_type.prepaid_product_id.ids)
                ],
            },
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                card.write(values)
                card.flush_recordset()

    def test_archiving(self):
        card = self.open_type
        self._buy(card)
        with self.assertRaisesRegex(UserError, "For Sale"):
            card.action_archive()
        self.four_type.action_archive()
        self.assertFalse(self.four_type.prepaid_product_id.active)
        self.four_type.action_unarchive()
        self.assertTrue(self.four_type.prepaid_product_id.active)
        self.assertTrue(self.four_type.rule_ids.active)
        self.assertTrue(self.four_type.reward_ids.active)


@tagged("post_install", "-at_install")
class TestPrepaidSpending(PrepaidCase):
    """P4: the customer pays 3,500 and holds 4,000, for allowed services only, until it
    is used up or ends. Whatever the shop serves beyond that is its loss."""

    def test_three_parts_and_the_end(self):
        self._buy(self.open_type)
        card = self._wallet(self.open_type)
        self.assertBalance(card, 4000)
        for services in (self.hair + self.nails, self.massage, self.facial):
            order = self._order(*services)
            self.assertIsNone(self._use(order, self.open_type))
            self.assertEqual(order.amount_total, 0)
            order.action_confirm()
        self.assertBalance(card, 1950)
        purchase = self._purchases(self.open_type)
        self.assertEqual(
            (purchase.paid, purchase.value, purchase.used, purchase.parts),
            (3500, 4000, 2050, 3),
        )
        self.assertEqual((purchase.state, purchase.remaining), ("part", 1950))
        self.assertEqual(purchase.draw_ids.mapped("points"), [1250, 500, 300])
        self.assertEqual(
            purchase.story,
            "3,500.00 paid, 4,000.00 value; 2,050.00 spent in 3 parts; "
            "1,950.00 left until 5 Jul 2026",
        )
        self.assertEqual(self.partner.prepaid_balance, 1950)
        self._on("2026-07-05")
        late = self._order(self.massage)
        self.assertIsNone(self._use(late, self.open_type))
        self._on("2026-07-06")
        self.assertEqual(self.partner.prepaid_balance, 0)
        with self.assertRaisesRegex(UserError, "ended on 5 Jul 2026"):
            late.action_confirm()
        later = self._order(self.massage)
        self.assertIn("ended on 5 Jul 2026", self._use(later, self.open_type))
        self.assertEqual(later.amount_total, 500)
        purchase = self._purchases(self.open_type)
        self.assertEqual((purchase.state, purchase.lapsed), ("ended", 1950))
        self.env["loyalty.point.award"]._lapse(card.ids)
        purchase = self._purchases(self.open_type)
        self.assertEqual((purchase.state, purchase.lapsed), ("ended", 1950))
        self.assertEqual(card.prepaid_state, "ended")
        self.assertFalse(card.expiration_date)
        self.assertIn(card.currency_id.symbol, card.points_display)

    def test_four_services_only(self):
        self._buy(self.four_type)
        elsewhere = self._order(self.hair, self.nails)
        with self.assertRaisesRegex(
            UserError, "only be used for: Facial, Massage, Sauna, Scrub"
        ):
            self._use(elsewhere, self.four_type)
        self.assertEqual(elsewhere.amount_total, 1250)
        mixed = self._order(self.hair, self.sauna)
        self.assertIsNone(self._use(mixed, self.four_type))
        self.assertEqual(mixed.amount_total, 1000)
        mixed.action_confirm()
        self.assertBalance(self._wallet(self.four_type), 13350)

    def test_the_service_leaves_the_quotation(self):
        self._buy(self.four_type)
        order = self._order(self.hair, self.sauna)
        self._use(order, self.four_type)
        order.order_line.filtered(lambda line: line.product_id == self.sauna).unlink()
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 1000)
        order.action_confirm()
        self.assertBalance(self._wallet(self.four_type), 13500)

    def test_a_card_pays_for_no_card(self):
        self._buy(self.open_type)
        order = self._order(self.open_type.prepaid_product_id)
        with self.assertRaisesRegex(UserError, "does not pay for prepaid cards"):
            self._use(order, self.open_type)

    def test_each_purchase_ends_by_itself(self):
        self._buy(self.open_type)
        self._on("2026-03-05")
        self._buy(self.open_type)
        order = self._order(self.hair)
        self._use(order, self.open_type)
        order.action_confirm()
        first, second = self._purchases(self.open_type)
        self.assertEqual((first.remaining, second.remaining), (3000, 4000))
        self.assertEqual(len(self._wallet(self.open_type)), 1)
        self._on("2026-07-06")
        card = self._wallet(self.open_type)
        self.assertEqual(
            (card.points_usable, self.partner.prepaid_balance), (4000, 4000)
        )
        self.assertEqual(str(card.prepaid_until), "2026-09-05")
        self.assertEqual(card.prepaid_state, "valid")

    def test_more_than_the_card_holds(self):
        card_type = self._make_type("Small", 90, 100)
        self._buy(card_type)
        order = self._order(self.nails)
        self._use(order, card_type)
        self.assertEqual(order.amount_total, 150)
        order.action_confirm()
        self.assertBalance(self._wallet(card_type), 0)
        self.assertEqual(self._purchases(card_type).state, "used")

    def test_cancelled_use_and_cancelled_sale(self):
        sale = self._buy(self.open_type)
        order = self._order(self.hair)
        self._use(order, self.open_type)
        order.action_confirm()
        order._action_cancel()
        purchase = self._purchases(self.open_type)
        self.assertEqual(
            (purchase.used, purchase.parts, purchase.state), (0, 0, "unused")
        )
        sale._action_cancel()
        self.assertEqual(self._purchases(self.open_type).state, "returned")
        self.assertEqual(self.open_type.prepaid_sold_count, 0)

    def test_value_when_paid(self):
        self.open_type.pending_policy = "paid"
        self._buy(self.open_type)
        card = self._wallet(self.open_type)
        self.assertEqual((card.points, card.points_pending), (0, 4000))

    def test_figures_of_the_type(self):
        self._buy(self.open_type)
        self._buy(self.open_type, self.other_partner)
        order = self._order(self.hair)
        self._use(order, self.open_type)
        order.action_confirm()
        self.env.invalidate_all()
        card = self.open_type.with_user(self.editor)
        self.assertEqual(
            (
                card.prepaid_sold_count,
                card.prepaid_holder_count,
                card.prepaid_outstanding,
            ),
            (2, 2, 7000),
        )

    def test_search_by_value(self):
        self._buy(self.open_type)
        self._buy(self.four_type, self.other_partner)
        both = self.partner + self.other_partner
        Partner = self.env["res.partner"]
        for operator, value, found in (
            (">", 0, both),
            (">=", 13500, self.other_partner),
            ("=", 4000, self.partner),
            ("<", 5000, self.partner),
            ("=", 0, Partner),
        ):
            with self.subTest((operator, value)):
                self.assertEqual(
                    Partner.search(
                        [
                            ("id", "in", both.ids),
                            ("prepaid_balance", operator, value),
                        ],
                        order="id",
                    ),
                    found,
                )
        self._on("2026-07-06")
        self.assertFalse(Partner.search([("prepaid_balance", ">", 0)]) & both)
