from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from .counter_common import CounterShop


@tagged("post_install", "-at_install")
class TestCounterFind(CounterShop, TransactionCase):
    """D2: whoever stands at the counter is found in the way he names himself, and
    nobody is found by a part of anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_counter()

    def test_any_format_of_the_whole_phone_number(self):
        for text in (
            *("0812345678", "081 234 5678", "+66812345678", "+66 81-234-5678"),
            *("0066812345678", "66812345678", " (081) 234 5678 "),
            "๐๘๑ ๒๓๔ ๕๖๗๘",
        ):
            self.assertEqual(self.shop._find_member(text), self.card, text)

    def test_no_part_and_no_name(self):
        for text in (
            *(
                "81234567",
                "0812",
                "812345678 1",
                "Somsri",
                "Sri",
                "%",
                "",
                "08123456_8",
            ),
            *(None, 5, ["0812345678"], "0" * 500, self.card.code[:-1]),
        ):
            self.assertFalse(self.shop._find_member(text), text)

    def test_member_number_and_card_code(self):
        number = self.member.member_number
        for text in (number, number.lower(), self.card.code, self.card.code.lower()):
            self.assertEqual(self.shop._find_member(text), self.card, text)

    def test_only_of_the_own_company_and_programme(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.make_member("Ben", phone="0899999999")
        card = self.shop._get_member_card(stranger)
        stranger.company_id = other
        self.assertFalse(self.shop._find_member("0899999999"))
        self.assertFalse(self.shop._find_member(stranger.member_number))
        second = self.make_program(name="Second")
        card.action_archive()
        self.make_member("Cat", phone="0877777777", program=second)
        self.assertFalse(self.shop._find_member("0877777777"))
        self.assertFalse(self.shop._find_member(card.code))

    def test_a_shared_phone_gives_the_choice(self):
        child = self.make_member("Noi Jaidee", phone="+66812345678")
        found = self.shop._find_member("0812345678")
        self.assertEqual(found.partner_id, self.member + child)

    def test_the_code_of_a_joined_card_goes_on_working(self):
        old = self.make_member("Somsri J.")
        card = self.shop._get_member_card(old)
        card._merge_into(self.card)
        self.assertEqual(self.shop._find_member(card.code), self.card)

    def test_what_staff_see(self):
        self.give_points(self.card, 1234.5)
        view = self.desk.shop._find_member("0812345678")._get_counter_view()
        self.assertEqual(view["name"], "คุณSri J.")
        self.assertEqual(view["balance"], "1,234.5")
        self.assertNotIn("5678", str({**view, "ref": ""}))
        self.member.nickname = False
        self.member.name = "นาย สมชาย ใจดี"
        self.assertEqual(self.card._get_counter_name(), "คุณสมชาย จ.")

    def test_a_reference_is_its_users_alone(self):
        cards = self.env["loyalty.card"]
        ref = self.card.with_user(self.anna).sudo()._get_counter_ref()
        self.assertEqual(cards.with_user(self.anna)._by_counter_ref(ref), self.card)
        self.assertFalse(cards._by_counter_ref(ref))
        for forged in (ref[:-2], ref + "A", self.card.id, None, "", "x", {"a": 1}):
            self.assertFalse(cards.with_user(self.anna)._by_counter_ref(forged))
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self.assertFalse(cards.with_user(self.anna)._by_counter_ref(ref))


@tagged("post_install", "-at_install")
class TestCounterGive(CounterShop, TransactionCase):
    """A bill gives its points once, whoever sends it however often, and what was given
    by mistake goes back for some minutes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_counter()

    def give(self, amount=250, bill="B-1", card=None, key=None, **values):
        act, doubts = self.acts._give(
            self.desk,
            card or self.card.with_env(self.acts.env),
            key or uuid4().hex,
            amount=Decimal(amount),
            bill=bill,
            **values,
        )
        self.assertEqual(doubts, [])
        return act

    def points(self):
        self.card.invalidate_recordset()
        return self.card.points

    def test_the_entry_says_who_where_and_why(self):
        act = self.give()
        entry = act.entry_id
        self.assertEqual((entry.kind, entry.points, self.points()), ("earn", 25, 25))
        self.assertEqual(entry.branch_id, self.silom)
        self.assertEqual(entry.operator_id, self.anna.id)
        self.assertEqual((entry.source_model, entry.source_id), (act._name, act.id))
        self.assertIn("0.1", entry.why)
        self.assertEqual(act.staff_id, self.staff)

    def test_a_bill_gives_once(self):
        first = self.give()
        self.assertEqual(self.give(bill=" b-1 "), first)
        self.assertEqual(self.give(key=first.key), first)
        other = self.shop._get_member_card(self.make_member("Ben"))
        for values in ({"amount": 251}, {"card": other.with_env(self.acts.env)}):
            with self.assertRaisesRegex(UserError, "gave 25 points already"):
                self.give(**values)
        with self.assertRaisesRegex(UserError, "something else"):
            self.give(amount=300, bill="B-2", key=first.key)
        self.assertEqual(self.points(), 25)

    def test_the_same_number_at_another_branch_is_another_bill(self):
        self.give()
        ben, staff = self.make_staff("ben", self.ari)
        desk = self.desk_of(ben, staff, self.ari)
        acts = desk.shop.env["crm.counter.act"]
        card = self.card.with_env(acts.env)
        acts._give(desk, card, "k", amount=Decimal(250), bill="B-1")
        self.assertEqual(self.points(), 50)

    def test_undo_once_and_the_bill_is_free_again(self):
        act = self.give()
        act._undo()
        act._undo()
        self.assertEqual((act.state, self.points()), ("undone", 0))
        reversal = act.entry_id.search([("reversed_entry_id", "=", act.entry_id.id)])
        self.assertEqual((reversal.kind, reversal.points), ("reversal", -25))
        self.assertEqual(reversal.operator_id, self.anna.id)
        self.give(amount=270)
        self.assertEqual(self.points(), 27)

    def test_undo_is_refused_later_and_to_others(self):
        act = self.give()
        ben = self.make_staff("ben", self.silom)[0]
        with self.assertRaisesRegex(UserError, "whoever did this"):
            act.with_user(ben)._undo()
        with freeze_time(act.done_at + timedelta(minutes=5, seconds=1)):
            self.assertEqual(act._get_view()["undo_seconds"], 0)
            with self.assertRaisesRegex(UserError, "5 minutes"):
                act._undo()
        self.assertEqual((act.state, self.points()), ("done", 25))

    def test_doubts_are_confirmed_and_the_largest_bill_is_refused(self):
        card = self.card.with_env(self.acts.env)
        values = {"amount": Decimal("5000.01"), "bill": "L"}
        act, doubts = self.acts._give(self.desk, card, "k", **values)
        self.assertFalse(act)
        self.assertIn("5,000.01", doubts[0])
        self.assertEqual(
            self.acts._preview(self.desk, card, **values)["confirm"], doubts
        )
        self.assertTrue(self.give("5000.01", "L", key="k", confirmed=True))
        self.shop.counter_bill_max = 9000
        with self.assertRaisesRegex(UserError, "by the office"):
            self.give("9000.01", "M", confirmed=True)

    def test_many_bills_of_a_day_are_confirmed(self):
        for number in range(3):
            self.give(bill=f"B{number}")
        card = self.card.with_env(self.acts.env)
        act, doubts = self.acts._give(
            self.desk, card, "k", amount=Decimal(10), bill="B4"
        )
        self.assertFalse(act)
        self.assertIn("3 bills today", doubts[0])

    def test_a_bill_number_is_needed_unless_the_shop_says_else(self):
        with self.assertRaisesRegex(UserError, "number of the bill"):
            self.give(bill="")
        self.shop.counter_bill_needed = False
        self.give(bill="")
        self.give(bill="")
        self.assertEqual(self.points(), 50)

    def test_nobody_gives_to_himself(self):
        own = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": self.anna.partner_id.id}
        )
        with self.assertRaisesRegex(UserError, "colleague"):
            self.give(card=own.with_env(self.acts.env))

    def test_products_earn_by_their_prices(self):
        tea = self.env["product.product"].create(
            {"name": "Tea", "list_price": 45, "taxes_id": False}
        )
        card = self.card.with_env(self.acts.env)
        values = {"rows": [(tea.with_env(self.acts.env), Decimal(2))], "bill": "P"}
        seen = self.acts._preview(self.desk, card, **values)
        self.assertEqual((seen["points"], seen["amount"]), ("9", "90.00"))
        act, _doubts = self.acts._give(self.desk, card, "k", **values)
        self.assertEqual((act.kind, act.points, act.amount), ("products", 9, 90))

    def test_preview_says_why_and_writes_nothing(self):
        card = self.card.with_env(self.acts.env)
        seen = self.acts._preview(self.desk, card, amount=Decimal("250.5"), bill="B-1")
        self.assertEqual(seen["points"], "25.05")
        self.assertIn("250.5", seen["why"][0])
        self.assertFalse(self.acts.search([]))
        act = self.give()
        seen = self.acts._preview(self.desk, card, amount=Decimal(250), bill="b-1")
        self.assertEqual(seen["known"]["key"], act.key)

    def test_points_that_wait_are_undone_as_well(self):
        self.program.write({"pending_policy": "days", "pending_days": 7})
        act = self.give()
        self.assertEqual((act.pending_id.state, self.points()), ("pending", 0))
        act._undo()
        self.assertEqual(act.pending_id.state, "void")

    def test_the_validity_of_points_begins_today(self):
        self.program.write(
            {"expiry_policy": "after", "expiry_count": 10, "expiry_unit": "days"}
        )
        entry = self.give().entry_id
        self.assertEqual(entry.expiry, entry.date + timedelta(days=10))

    def test_no_points_on_closed_days(self):
        self.program.date_to = fields.Date.today() - timedelta(days=3)
        with self.assertRaisesRegex(UserError, "No points"):
            self.give()

    def test_today(self):
        self.give()
        self.give(amount=100, bill="B-2")._undo()
        today = self.acts._get_today(self.desk)
        self.assertEqual([act["state"] for act in today["acts"]], ["undone", "done"])
        self.assertEqual(today["acts"][1]["points"], "+25")
        self.assertEqual(today["acts"][1]["member"], "คุณSri J.")
        self.assertEqual(
            (today["totals"]["given"], today["totals"]["bills"]), ("25", 1)
        )


@tagged("post_install", "-at_install")
class TestCounterRewards(CounterShop, TransactionCase):
    """Rewards and codes: what the member would see, used once, with a clear word when
    it was, and back again within minutes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_counter()
        cls.coffee = cls.make_reward()
        cls.give_points(cls.card, 150)

    def setUp(self):
        super().setUp()
        self.held = self.card.with_env(self.acts.env)

    def redeem(self, key=None):
        return self.acts._redeem(
            self.desk, self.held, key or uuid4().hex, self.coffee.id
        )

    def use(self, code, key=None):
        return self.acts._use_code(self.desk, key or uuid4().hex, code)

    def test_list_redeem_and_undo(self):
        self.make_reward(description="Cake", required_points=200)
        rewards = self.acts._get_rewards(self.desk, self.held)
        self.assertEqual([each["name"] for each in rewards], ["Free coffee", "Cake"])
        self.assertEqual(rewards[0]["refusal"], "")
        self.assertIn("50 more", rewards[1]["refusal"])
        act = self.redeem("k")
        self.assertEqual(self.redeem("k"), act)
        self.assertEqual((act.points, self.held.points), (-100, 50))
        self.assertEqual(act.redemption_id.branch_id, self.silom)
        self.assertEqual(act.redemption_id.operator_id, self.anna)
        with self.assertRaisesRegex(UserError, "more are needed"):
            self.redeem()
        act._undo()
        self.assertEqual(act.redemption_id.state, "cancelled")
        self.assertEqual(self.held.points, 150)

    def test_a_reward_of_another_programme_is_not_offered(self):
        other = self.make_program(name="Second")
        reward = self.make_reward(program_id=other.id)
        with self.assertRaisesRegex(UserError, "not offered"):
            self.acts._redeem(self.desk, self.held, "k", reward.id)

    def test_a_code_is_used_once_and_says_where(self):
        redemption = self.redeem().redemption_id
        act = self.use(redemption.code, "u")
        self.assertEqual(self.use(redemption.code, "u"), act)
        self.assertEqual(redemption.state, "used")
        self.assertEqual(redemption.used_branch_id, self.silom)
        self.assertEqual(redemption.used_operator_id, self.anna)
        with self.assertRaisesRegex(UserError, "was used on .* Silom, Anna"):
            self.use(redemption.code)
        act._undo()
        self.assertEqual(redemption.state, "issued")
        self.assertTrue(self.use(redemption.code.lower()))

    def test_redeeming_cannot_be_undone_once_used(self):
        act = self.redeem()
        self.use(act.redemption_id.code)
        with self.assertRaisesRegex(UserError, "used already"):
            act._undo()

    def test_expired_and_at_another_branch(self):
        redemption = self.redeem().redemption_id
        self.coffee.condition_branch_ids = self.ari
        with self.assertRaisesRegex(UserError, "can be used at: Ari"):
            self.use(redemption.code)
        redemption.sudo().valid_until = fields.Date.today() - timedelta(days=2)
        view = self.desk.shop._get_code_view(
            *self.desk.shop._find_code(redemption.code), self.desk.branch
        )
        self.assertIn("could be used until", view["refusal"])

    def test_unknown_shared_and_foreign_codes(self):
        shared = self.make_reward(
            fulfilment="own_code", shared_code="SAVE10", required_points=10
        )
        shared._redeem(self.held, key=uuid4().hex)
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.redeem().redemption_id
        foreign.sudo().company_id = other
        for code in ("NOPE", "SAVE10", foreign.code, self.card.code, ""):
            self.assertFalse(self.use(code), code)

    def test_a_coupon_of_sales(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "program_type": "coupons",
                "company_id": self.company.id,
            }
        )
        coupon = self.env["loyalty.card"].create(
            {"program_id": program.id, "points": 1}
        )
        act = self.use(coupon.code)
        self.assertEqual(coupon.points, 0)
        with self.assertRaisesRegex(UserError, "used already"):
            self.use(coupon.code)
        act._undo()
        self.assertEqual(coupon.points, 1)
        coupon.expiration_date = fields.Date.today() - timedelta(days=2)
        with self.assertRaisesRegex(UserError, "until"):
            self.use(coupon.code)

    def test_visits_where_the_shop_notes_them(self):
        with self.assertRaisesRegex(UserError, "not noted"):
            self.acts._check_in(self.desk, self.held, "v")
        self.shop.counter_visits = True
        act = self.acts._check_in(self.desk, self.held, "v")
        visit = act.visit_id
        self.assertEqual((visit.state, visit.branch_id), ("arrived", self.silom))
        self.assertEqual(visit.staff_id, self.staff)
        again = self.acts._check_in(self.desk, self.held, "w")
        self.assertEqual(again.visit_id, visit)
        self.assertEqual(again._get_view()["undo_seconds"], 0)
        act._undo()
        self.assertEqual(visit.state, "cancelled")
