from decimal import Decimal

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_sms_wallet.tools import wallet_proof
from odoo.addons.crm_sms_wallet.tools.wallet_errors import (
    HoldExceeded,
    KeyUsed,
    NotEnoughCredits,
    NotEnoughMoney,
    WalletError,
)

from .common_wallet import assert_proven, lot_costs, make_company, make_wallet


@tagged("post_install", "-at_install")
class TestWallet(TransactionCase):
    """Money that somebody paid: to the satang, once, and for ever written down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallet = make_wallet(cls.env)
        cls.resold = make_wallet(cls.env, "resold")

    def _draws(self, wallet):
        return lot_costs(self.env, wallet)

    # -- exact cost ------------------------------------------------------------------

    def test_a_package_of_5000_at_3499_costs_exactly_its_price(self):
        self.wallet._purchase("p", 5000, 3499)
        self.wallet._hold("h", 5000)
        parts = ([1, 2, 3, 7] * 400)[:1500]
        parts.append(5000 - sum(parts))
        costs = []
        for number in range(0, len(parts), 100):
            slice_ = parts[number : number + 100]
            costs += self.wallet._settle(f"s{number}", "h", slice_)[1]
        self.assertEqual(costs[0], Decimal("0.6998"))
        self.assertEqual(costs[3], 7 * Decimal("0.6998"))
        self.assertEqual(sum(costs), Decimal("3499"))
        lot = self.wallet.lot_ids
        self.assertEqual((lot.remaining, lot.spent), (0, 3499))
        assert_proven(self, self.env)

    def test_a_price_that_does_not_divide(self):
        """3 credits for 100 baht: 33.333333, 33.333334, 33.333333."""
        self.wallet._purchase("p", 3, 100)
        self.wallet._hold("h", 3)
        costs = self.wallet._settle("s", "h", [1, 1, 1])[1]
        self.assertEqual(
            [str(cost) for cost in costs], ["33.333333", "33.333334", "33.333333"]
        )
        self.assertEqual(sum(costs), 100)

    def test_the_purchase_that_ends_first_is_used_first(self):
        self.wallet._purchase("late", 10, 100, "2999-12-31")
        self.wallet._purchase("never", 10, 200)
        self.wallet._purchase("soon", 10, 300, "2999-01-31")
        self.wallet._hold("h", 25)
        entry, costs = self.wallet._settle("s", "h", [8, 8, 9])
        self.assertEqual(costs, [240, 2 * 30 + 6 * 10, 4 * 10 + 5 * 20])
        self.assertEqual(entry.cost, 500)
        soon, late, never = self.wallet.lot_ids.sorted("expires_on")[:3]
        left = {lot.price: lot.remaining for lot in soon + late + never}
        self.assertEqual(left, {300: 0, 100: 0, 200: 5})
        assert_proven(self, self.env)

    def test_refunds_go_back_where_they_came_from(self):
        self.wallet._purchase("a", 7, 100)
        self.wallet._purchase("b", 7, 200)
        self.wallet._hold("h", 14)
        costs = self.wallet._settle("s", "h", [3, 3, 3, 3])[1]
        first, second = self.wallet.lot_ids.sorted("id")
        self.wallet._refund("r3", "s", 3, costs[2])
        self.assertEqual((first.remaining, second.remaining), (1, 4))
        self.wallet._refund("r1", "s", 3, costs[0])
        self.assertEqual((first.remaining, second.remaining), (4, 4))
        rest = costs[1] + costs[3]
        self.wallet._refund("rest", "s", 6, rest)
        self.assertEqual((first.remaining, second.remaining), (7, 7))
        self.assertEqual((first.spent, second.spent), (0, 0))
        with self.assertRaises(WalletError):
            self.wallet._refund("more", "s", 1, costs[0])
        self.wallet._release("rel", "h")
        self.wallet._hold("h2", 14)
        self.wallet._settle("s2", "h2", [1] * 14)
        self.assertEqual(self._draws(self.wallet), {first.id: 100, second.id: 200})
        assert_proven(self, self.env)

    def test_messages_refunded_together_go_back_where_they_came_from(self):
        self.wallet._purchase("a", 10, 7)
        self.wallet._purchase("b", 10, 6)
        self.wallet._hold("h", 20)
        _entry, costs = self.wallet._settle("s", "h", [1] * 9 + [2] + [1] * 9)
        first, second = self.wallet.lot_ids.sorted("id")
        self.wallet._refund(
            "r", "s", 9, sum(costs[:9]), messages=[(1, cost) for cost in costs[:9]]
        )
        self.assertEqual((first.remaining, second.remaining), (9, 0))
        self.wallet._refund(
            "r2", "s", 3, sum(costs[9:11]), [(2, costs[9]), (1, costs[10])]
        )
        self.assertEqual((first.remaining, second.remaining), (10, 2))
        assert_proven(self, self.env)

    def test_sums_alone_are_conserved(self):
        self.wallet._purchase("a", 10, 70)
        self.wallet._purchase("b", 10, 6)
        self.wallet._hold("h", 20)
        costs = self.wallet._settle("s", "h", [1] * 20)[1]
        self.wallet._refund("r", "s", 10, sum(costs[:10]))
        self.wallet._refund("r2", "s", 10, sum(costs[10:]))
        self.assertEqual(self.wallet.credits, 20)
        self.assertEqual(self.wallet.lot_ids.mapped("spent"), [0, 0])
        assert_proven(self, self.env)

    # -- holds -----------------------------------------------------------------------

    def test_hold_settle_release(self):
        self.resold._topup("t", 1000)
        self.resold._purchase("p", 1000, 800)
        self.assertEqual((self.resold.balance, self.resold.credits), (200, 1000))
        self.resold._hold("h", 600)
        self.assertEqual((self.resold.credits, self.resold.held), (400, 600))
        self.resold._settle("s", "h", [1] * 250)
        self.resold._release("r1", "h", 50)
        self.assertEqual((self.resold.credits, self.resold.held), (450, 300))
        with self.assertRaises(HoldExceeded):
            self.resold._settle("s2", "h", [301])
        with self.assertRaises(HoldExceeded):
            self.resold._release("r2", "h", 301)
        entry = self.resold._release("r3", "h")
        self.assertEqual((entry.kind, entry.reason), ("refund", "not_sent"))
        self.assertEqual((self.resold.credits, self.resold.held), (750, 0))
        self.assertFalse(self.resold._release("r4", "h"))
        assert_proven(self, self.env)

    def test_what_was_bought_elsewhere_cannot_be_overspent(self):
        self.resold._adjust("a", "test", credits=10)
        with self.assertRaises(NotEnoughCredits):
            self.resold._hold("h", 11)
        self.resold._hold("h", 10)
        with self.assertRaises(NotEnoughCredits):
            self.resold._hold("h2", 1)
        with self.assertRaises(NotEnoughMoney):
            self.resold._purchase("p", 100, 80)
        assert_proven(self, self.env)

    def test_an_own_account_goes_below_zero_and_the_next_purchase_covers_it(self):
        self.wallet.company_id.sms_default_rate = 0.75
        self.wallet._hold("h", 100)
        self.assertEqual((self.wallet.credits, self.wallet.held), (-100, 100))
        _entry, costs = self.wallet._settle("s", "h", [1] * 80)
        self.assertEqual(sum(costs), 60)
        self.assertEqual(self.wallet.uncovered, 80)
        entry = self.wallet._purchase("p", 50, 30)
        self.assertEqual(self.wallet.uncovered, 30)
        self.assertEqual(entry.cost, 30 - 50 * 0.75)
        self.wallet._refund("r", "s", 80, 60)
        self.assertEqual(self.wallet.uncovered, 0)
        self.assertEqual(self.wallet.credits, 30)
        self.wallet._release("rel", "h")
        self.assertEqual(self.wallet.credits, 50)
        self.assertEqual(sum(self.wallet.lot_ids.mapped("remaining")), 50)
        assert_proven(self, self.env)

    # -- expiry ----------------------------------------------------------------------

    def _ended(self, count, price):
        """A purchase that has ended, and was never used."""
        self.resold._adjust(
            *(f"ended {count}", "test"),
            credits=count,
            price=price,
            expires_on="2001-01-01",
        )

    def test_ended_credits_expire_before_anything_is_held(self):
        self._ended(10, 5)
        self.resold._adjust("a", "test", credits=4)
        with self.assertRaises(NotEnoughCredits):
            self.resold._hold("h", 5)
        self.resold._hold("h", 4)
        self.assertEqual(self.resold.credits, 0)
        expired = self.resold.entry_ids.filtered(lambda entry: entry.kind == "expire")
        self.assertEqual((expired.credits, expired.cost), (-10, 5))
        self.assertFalse(self.resold._expire())
        assert_proven(self, self.env)

    # -- once ------------------------------------------------------------------------

    def test_the_same_call_again_changes_nothing(self):
        wallet = self.wallet
        calls = [
            lambda: wallet._topup("t", 100),
            lambda: wallet._purchase("p", 100, 75, "2999-01-01"),
            lambda: wallet._hold("h", 60, source=self.env.user.partner_id),
            lambda: wallet._settle("s", "h", [1, 2, 3]),
            lambda: wallet._release("r", "h", 10),
            lambda: wallet._refund("f", "s", 2, "1.5"),
            lambda: wallet._adjust("a", "count", credits=-5),
            lambda: wallet._take_back("b", 30),
        ]
        first = [call() for call in calls]
        state = wallet.read()
        self.assertEqual([call() for call in calls], first)
        self.assertEqual(wallet.read(), state)
        assert_proven(self, self.env)

    def test_a_key_with_another_body_is_refused(self):
        self.wallet._purchase("k", 100, 75)
        for call in (
            lambda: self.wallet._purchase("k", 100, 76),
            lambda: self.wallet._hold("k", 100),
            lambda: self.wallet._topup("k", 75),
        ):
            with self.assertRaises(KeyUsed):
                call()
        other = make_wallet(self.env)
        self.assertTrue(other._hold("k", 1), "keys are of one wallet")

    def test_nothing_can_be_settled_twice_by_other_keys(self):
        self.wallet._hold("h", 3)
        self.wallet._settle("s", "h", [3])
        with self.assertRaises(HoldExceeded):
            self.wallet._settle("s again", "h", [3])
        with self.assertRaises(WalletError):
            self.wallet._settle("s", "no such hold", [3])

    # -- for ever --------------------------------------------------------------------

    def test_entries_and_draws_are_append_only(self):
        self.wallet._hold("h", 3)
        self.wallet._settle("s", "h", [3])
        for table in ("crm_sms_wallet_entry", "crm_sms_credit_draw"):
            for statement in (
                f"UPDATE {table} SET cost = 0",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
                f"SET LOCAL session_replication_role = replica; DELETE FROM {table}",
            ):
                with (
                    self.subTest(statement=statement),
                    mute_logger("odoo.sql_db"),
                    self.assertRaisesRegex(psycopg2.Error, "the SMS wallet is append"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(statement)

    def test_nothing_is_written_past_the_writer(self):
        entry = self.wallet._hold("h", 3)
        for call in (
            lambda: entry.sudo().write({"credits": 0}),
            lambda: entry.sudo().unlink(),
            lambda: entry.sudo().create({"wallet_id": self.wallet.id}),
            lambda: self.wallet.sudo().write({"credits": 9}),
            lambda: self.wallet.sudo().create(
                {"company_id": make_company(self.env).id, "balance": 9}
            ),
        ):
            with self.assertRaises(UserError):
                call()

    def test_the_proof_finds_and_the_rebuild_repairs(self):
        self.wallet._purchase("p", 100, 75)
        self.wallet._hold("h", 60)
        self.wallet._settle("s", "h", [7] * 3)
        good = self.wallet.read()
        for statement, check in (
            ("UPDATE crm_sms_wallet SET credits = credits + 1", "credits"),
            ("UPDATE crm_sms_wallet SET balance = 1", "balance"),
            ("UPDATE crm_sms_credit_lot SET remaining = remaining - 1", "lot left"),
            ("UPDATE crm_sms_credit_lot SET spent = spent + 0.000001", "lot cost"),
            ("UPDATE crm_sms_hold SET remaining = remaining + 1", "hold"),
        ):
            self.env.cr.execute(statement)
            found = {row["check"] for row in wallet_proof.check(self.env)}
            self.assertIn(check, found)
            wallet_proof.rebuild(self.env)
            assert_proven(self, self.env)
        self.assertEqual(self.wallet.read(), good)

    def test_the_proof_misses_a_trigger(self):
        self.env.cr.execute(
            "ALTER TABLE crm_sms_wallet_entry DISABLE TRIGGER"
            " crm_sms_wallet_entry_append_only"
        )
        self.assertEqual(
            [row["check"] for row in wallet_proof.check(self.env)], ["triggers"]
        )

    # -- settings --------------------------------------------------------------------

    def test_the_seller_is_another_company_with_the_same_currency(self):
        with self.assertRaises(ValidationError):
            self.wallet.mode = "resold"
        with self.assertRaises(ValidationError):
            self.wallet.write(
                {"mode": "resold", "seller_company_id": self.wallet.company_id.id}
            )
        other = self.env["res.currency"].with_context(active_test=False)
        other = other.search([("id", "!=", self.wallet.currency_id.id)], limit=1)
        seller = make_company(self.env, currency_id=other.id)
        with self.assertRaises(ValidationError):
            self.wallet.write({"mode": "resold", "seller_company_id": seller.id})

    def test_a_company_has_one_wallet(self):
        self.assertEqual(self.wallet._of(self.wallet.company_id), self.wallet)
        company = make_company(self.env)
        wallet = self.env["crm.sms.wallet"]._of(company)
        self.assertEqual((wallet.company_id, wallet.mode), (company, "own"))
