from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestProgramSettings(OrderCase):
    """What a shopkeeper sets on a programme or product must show in the next order."""

    def test_baht_per_point(self):
        """M4: whole steps of what is paid."""
        self.program.thb_per_point = 25
        order = self._order(1)
        order.order_line.price_unit = 99
        order.action_confirm()
        self.assertBalance(self.card, 3)
        why = self._entries(order).policy["rules"][0]
        self.assertEqual(
            (why["counted"], why["step"], why["multiplier"]), ("99", "25", "3")
        )

    def test_baht_per_point_makes_its_rule(self):
        """Without a rule that counts money the setting would earn nothing."""
        self.program.rule_ids = [Command.clear()]
        self.program.thb_per_point = 50
        self.assertEqual(self.program.rule_ids.reward_point_mode, "money")
        self._order(1).action_confirm()
        self.assertBalance(self.card, 2)
        self.program.thb_per_point = 20
        self.assertEqual(len(self.program.rule_ids), 1)

    def test_product_points(self):
        """X13: the points set on the product, times quantity; a dozen counts twelve."""
        self.product.loyalty_points = 5
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "product"}),
        ]
        order = self._order(2)
        order.action_confirm()
        self.assertBalance(self.card, 10)
        dozen = self._order(1)
        dozen.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        dozen.action_confirm()
        self.assertBalance(self.card, 70)

    def test_usage_counts_orders_of_everybody(self):
        """A limit of usage must not end where another salesperson's orders begin."""
        self._post(100)
        order = self._order(1).sudo()
        order._update_programs_and_rewards()
        order._apply_program_reward(self.reward, self.card)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        self.env.invalidate_all()
        self.assertEqual(self.program.with_user(seller).total_order_count, 1)

    def test_product_mode_is_for_loyalty_only(self):
        with self.assertRaises(ValidationError):
            self.env["loyalty.program"].create(
                {
                    "name": "Promotion",
                    "program_type": "promotion",
                    "rule_ids": [Command.create({"reward_point_mode": "product"})],
                    "reward_ids": [Command.create({})],
                }
            )

    def test_settings_are_never_negative(self):
        for values in ({"thb_per_point": -1}, {"welcome_points": -1}):
            with self.assertRaises(Exception), mute_logger("odoo.sql_db"):  # noqa: B017
                with self.env.cr.savepoint():
                    self.program.write(values)

    def test_shopkeeper_fills_in_the_form(self):
        manager = new_test_user(
            self.env, "points_boss", "sales_team.group_sale_manager"
        )
        with Form(self.program.with_user(manager)) as form:
            form.thb_per_point = 10
            form.welcome_points = 50
        self.assertEqual(self.program.thb_per_point, 10)
        self.assertEqual(self.program.rule_ids.reward_point_mode, "money")

    def test_programme_dates_and_minimums_hold(self):
        self.program.rule_ids.minimum_amount = 150
        self._order(1).action_confirm()
        self.assertBalance(self.card, 0)
        self.program.date_to = "2020-01-01"
        self._order(2).action_confirm()
        self.assertBalance(self.card, 0)
        self.program.date_to = False
        self._order(2).action_confirm()
        self.assertBalance(self.card, 200)


@tagged("post_install", "-at_install")
class TestWelcome(OrderCase):
    """Welcome points are a gift of the shop: once per member, whoever makes the
    card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.welcome_points = 50

    def test_new_member_by_first_order(self):
        self._order(1, self.other_partner).action_confirm()
        card = self.Card.search([("partner_id", "=", self.other_partner.id)])
        self.assertBalance(card, 150)
        entry = self.Entry.search([("card_id", "=", card.id)], order="id", limit=1)
        self.assertEqual((entry.kind, entry.key), ("welcome", f"welcome:{card.id}"))
        self._order(1, self.other_partner).action_confirm()
        self.assertBalance(card, 250)

    def test_existing_member_is_not_greeted(self):
        self.assertEqual(self._card(self.partner), self.card)
        self.assertBalance(self.card, 0)

    def test_many_new_members(self):
        partners = self.env["res.partner"].create(
            [{"name": f"New {number}"} for number in range(30)]
        )
        cards = self.Card.create(
            [
                {"program_id": self.program.id, "partner_id": partner.id}
                for partner in partners
            ]
        )
        self.assertEqual(len(cards), 30)
        for card in cards:
            self.assertBalance(card, 50)

    def test_contacts_of_a_greeted_customer(self):
        """A company is one customer, however many people order for it."""
        company = self.env["res.partner"].create({"name": "Co.", "is_company": True})
        people = self.env["res.partner"].create(
            [{"name": f"Person {n}", "parent_id": company.id} for n in range(3)]
        )
        cards = self._card(people[0])
        cards += self.Card.create(
            [{"program_id": self.program.id, "partner_id": p.id} for p in people[1:]]
        )
        self.assertEqual(sorted(cards.mapped("points")), [0, 0, 50])

    def test_archived_and_made_again(self):
        card = self._card(self.other_partner)
        self.assertBalance(card, 50)
        card.active = False
        again = self._card(self.other_partner)
        self.assertNotEqual(again, card)
        self.assertBalance(again, 0)

    def test_nameless_card_given_to_a_customer(self):
        card = self.Card.create({"program_id": self.program.id})
        self.assertBalance(card, 0)
        card.partner_id = self.other_partner
        self.assertBalance(card, 50)


@tagged("post_install", "-at_install")
class TestOrderFields(OrderCase):
    """X13: staff see what an order will earn, and what it has earned."""

    def test_expected_then_earned(self):
        order = self._order(2)
        self.assertEqual((order.points_expected, order.points_earned), (200, 0))
        with Form(order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 5
            self.assertEqual(form.points_expected, 500)
        self.assertFalse(self._entries(order), "looking posts nothing")
        order.action_confirm()
        self.assertEqual((order.points_expected, order.points_earned), (0, 500))
        order._action_cancel()
        order.invalidate_recordset(["points_earned"])
        self.assertEqual(order.points_earned, 0)

    def test_expected_of_nobody(self):
        order = self._order(1, self.env.ref("base.public_partner"))
        self.assertEqual(order.points_expected, 0)


@tagged("post_install", "-at_install")
class TestPartnerPoints(OrderCase):
    """The customer's page shows what the customer holds, in this company only."""

    def test_balance_and_search(self):
        self._order(3).action_confirm()
        partners = self.partner | self.other_partner
        self.assertEqual(partners.mapped("points_balance"), [300, 0])
        self.assertEqual(self.partner.member_card_ids, self.card)
        self.assertEqual(self.partner.recent_point_entry_ids.points, 300)
        only = [("id", "in", partners.ids)]
        Partner = self.env["res.partner"]
        for leaf, expected in (
            (("points_balance", "=", 300), self.partner),
            (("points_balance", ">", 299.99), self.partner),
            (("points_balance", ">=", 300.01), Partner),
            (("points_balance", "<", 300), self.other_partner),
            (("points_balance", "<=", 300), partners),
            (("points_balance", "=", 0), self.other_partner),
            (("points_balance", "=", False), self.other_partner),
            (("points_balance", "!=", 0), self.partner),
            (("points_balance", "in", [0, 300]), partners),
            (("points_balance", ">", -1), partners),
        ):
            self.assertEqual(Partner.search([leaf, *only]), expected, leaf)

    def test_contact_shows_its_customers_points(self):
        contact = self.env["res.partner"].create(
            {"name": "Daughter", "parent_id": self.partner.id}
        )
        self._order(1).action_confirm()
        self._order(2, contact).action_confirm()
        self.assertEqual(self.partner.points_balance, 300)
        self.assertEqual(contact.points_balance, 300)

    def test_prepaid_value_is_not_points(self):
        card = self._card(self.partner, self.wallet)
        self._post(500, "bonus", card)
        self.assertEqual(self.partner.points_balance, 0)
        self.assertIn(card, self.partner.member_card_ids)

    def test_two_companies(self):
        """Invariant 15: an order of one company earns nothing in the other."""
        other = self.env["res.company"].create({"name": "Other shop"})
        self.program.company_id = self.env.company
        self._order(1).action_confirm()
        theirs = self.program.copy({"company_id": other.id})
        theirs.rule_ids.reward_point_amount = 7
        order = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "tax_ids": False}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        entry = self._entries(order)
        self.assertEqual(entry.program_id, theirs)
        self.assertEqual(entry.company_id, other)
        self.assertEqual(self.partner.points_balance, 100)
        self.assertEqual(self.partner.with_company(other).points_balance, 700)
        found = self.env["res.partner"].with_company(other)
        self.assertEqual(
            found.search([("points_balance", "=", 700)]).ids, self.partner.ids
        )


@tagged("post_install", "-at_install")
class TestSaleRights(OrderCase):
    """F8: in plain Odoo a salesperson gives anybody any number of points by one call.
    Whatever ends as points is refused, with every context key that we use."""

    CONTEXTS = (
        {},
        {"crm_order_import": True},
        {"crm_order_import": True, "crm_order_import_points": True},
        {"loyalty_no_mail": True},
    )

    def _refused(self, function):
        for context in self.CONTEXTS:
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                function(context)

    def test_points_of_a_card(self):
        card = self.card.with_user(self.salesperson)
        self._refused(lambda context: card.with_context(**context).write({"points": 9}))

    def test_cost_of_a_line(self):
        """A negative cost would be given to the card when the order is settled."""
        order = self._order(2)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        reward = order.order_line.filtered("reward_id")
        plain = order.order_line - reward
        boss = new_test_user(self.env, "points_boss2", "sales_team.group_sale_manager")
        for user in (self.salesperson, boss):
            values = {"points_cost": -500}
            line = reward.with_user(user)
            self._refused(lambda c, o=line, v=values: o.with_context(**c).write(v))
            values = {"points_cost": -500, "coupon_id": self.card.id}
            line = plain.with_user(user)
            self._refused(lambda c, o=line, v=values: o.with_context(**c).write(v))
            new = {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "reward_id": self.reward.id,
                            "coupon_id": self.card.id,
                            "points_cost": -500,
                        }
                    )
                ]
            }
            mine = order.with_user(user)
            self._refused(lambda c, o=mine, v=new: o.with_context(**c).write(v))
        self.assertBalance(self.card, 100)

    def test_what_an_order_gives(self):
        order = self._order(1)
        order._update_programs_and_rewards()
        boss = new_test_user(self.env, "points_boss3", "sales_team.group_sale_manager")
        row = order.coupon_point_ids.with_user(boss)
        self._refused(lambda c: row.with_context(**c).write({"points": 99999}))
        values = {"order_id": order.id, "coupon_id": self.card.id, "points": 99999}
        self._refused(lambda c: row.with_context(**c).create(values))

    def test_flag_of_the_ledger(self):
        order = self._order(1)
        order.action_confirm()
        self._refused(
            lambda c: order.with_context(**c).write({"points_ledgered": False})
        )

    def test_copy_of_an_order_with_rewards(self):
        order = self._order(2)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        copied = order.copy()
        self.assertFalse(copied.order_line.filtered("reward_id"))
        self.assertFalse(copied.points_ledgered)
        self.assertBalance(self.card, 100)


@tagged("post_install", "-at_install")
class TestConfirmQueries(OrderCase):
    """Confirming is what staff do all day. In plain Odoo an order with points takes 18
    queries more than one without (tests/bench/bench_confirm.py); the ledger may add 4.
    """

    NATIVE = 18
    ALLOWED = 4

    def _queries(self):
        order = self._order(1)
        self.env.flush_all()
        self.env.invalidate_all()
        # Who works here is known to any request.
        for user in (self.env.user, order.env.user):
            self.assertTrue(user.name and user.partner_id.display_name)
        before = self.env.cr.sql_log_count
        order.action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_of_the_points(self):
        self._queries()
        with_points = self._queries()
        self.program.active = False
        self._queries()
        without = self._queries()
        self.assertLessEqual(with_points - without, self.NATIVE + self.ALLOWED)
