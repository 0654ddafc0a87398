from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)
from odoo.addons.crm_sms_wallet.tools.wallet_errors import NotEnoughCredits

from .common_wallet import assert_proven, make_payment, make_seller_pay, make_wallet

MANAGER = "crm_segments.crm_segments_group_manager"


@tagged("standard", "post_install", "-at_install")
class TestWalletRaces(BaseCase):
    """Whatever happens at the same moment, on connections of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clone = cloned_database()
        cls.database = clone.__enter__()
        cls.addClassCleanup(clone.__exit__, None, None, None)
        with committed(cls.database) as env:
            wallet = make_wallet(env, "resold")
            cls.wallet_id = wallet.id
            seller = wallet.seller_company_id
            cls.provider_id = make_seller_pay(env, seller).id
            cls.staff_ids = [
                new_test_user(
                    env,
                    f"race_seller_{number}",
                    f"base.group_user,{MANAGER}",
                    company_id=seller.id,
                    company_ids=[Command.set(seller.ids)],
                ).id
                for number in range(2)
            ]

    def _wallet(self, env):
        return env["crm.sms.wallet"].browse(self.wallet_id)

    def _committed(self, function):
        with committed(self.database) as env:
            return function(env)

    def _state(self):
        def read(env):
            assert_proven(self, env)
            wallet = self._wallet(env)
            return wallet.balance, wallet.credits, wallet.held

        return self._committed(read)

    def test_two_holds_never_overspend(self):
        free = self._state()[1]
        self._committed(
            lambda env: self._wallet(env)._adjust("100", "race", credits=100 - free).id
        )
        before = self._state()

        def hold(number):
            return with_retry(
                lambda env: self._wallet(env)._hold(f"hold {number}", 60).id
            )

        results = run_together(self.database, hold(1), hold(2))
        refused = [r for r in results if isinstance(r, NotEnoughCredits)]
        self.assertEqual(len(refused), 1, results)
        self.assertEqual(self._state(), (before[0], before[1] - 60, before[2] + 60))
        key = "hold 2" if results[0] is refused[0] else "hold 1"

        def settle(number):
            return with_retry(
                lambda env: (
                    self._wallet(env)._settle(f"s{number}", key, [1] * 40) and None
                )
            )

        results = run_together(self.database, settle(1), settle(2))
        self.assertEqual(sum(isinstance(r, UserError) for r in results), 1, results)
        self._committed(lambda env: self._wallet(env)._release("free", key).id)
        self.assertEqual(self._state()[1:], (60, 0))

    def test_the_same_movement_sent_at_once_happens_once(self):
        before = self._state()
        same = with_retry(lambda env: self._wallet(env)._topup("same", 50).id)
        results = run_together(self.database, *[same] * 4)
        self.assertEqual(len(set(results)), 1, results)
        self.assertEqual(self._state()[0], before[0] + 50)

    def test_two_companies_first_use_of_a_wallet(self):
        company_id = self._committed(
            lambda env: env["res.company"].create({"name": "New in a race"}).id
        )
        first = with_retry(
            lambda env: (
                env["crm.sms.wallet"]._of(env["res.company"].browse(company_id)).id
            )
        )
        results = run_together(self.database, first, first)
        self.assertEqual(len(set(results)), 1, results)
        self.assertIsInstance(results[0], int)

    def _paid_topup(self, env):
        topup = env["crm.sms.topup"]._start(self._wallet(env), 1000)
        provider = env["payment.provider"].browse(self.provider_id)
        transaction = make_payment(env, provider, topup)
        transaction._set_done()
        return transaction.id

    def test_twenty_notifications_of_one_payment_credit_once(self):
        before = self._state()
        transaction_id = self._committed(self._paid_topup)

        def process(env):
            env["payment.transaction"].browse(transaction_id)._post_process()

        results = run_together(self.database, *[with_retry(process)] * 20)
        # Whoever lost five times is processed by the next poll or job.
        self.assertIn(None, results)
        self._committed(process)
        self.assertEqual(self._state()[0], before[0] + 1000)

    def test_a_payment_refunded_while_credits_are_bought(self):
        before = self._state()
        transaction_id = self._committed(self._paid_topup)

        def process(env):
            env["payment.transaction"].browse(transaction_id)._post_process()

        self._committed(process)

        def refund(env):
            transaction = env["payment.transaction"].browse(transaction_id)
            child = transaction._create_child_transaction(1000, is_refund=True)
            child._set_done()
            child._post_process()

        def buy(env):
            return self._wallet(env)._purchase("race", 900, 900).id

        results = run_together(self.database, with_retry(refund), with_retry(buy))
        bought = isinstance(results[1], int)
        after = self._state()
        self.assertEqual(after[0], before[0] - 900 * bought)
        self.assertEqual(after[1], before[1] + 900 * bought)

    def test_a_slip_approved_by_two_at_once_credits_once(self):
        before = self._state()

        def submit(env):
            topup = env["crm.sms.topup"]._start(self._wallet(env), 500)
            topup._submit_slip("slip.pdf", b"%PDF-1.4 race")
            return topup.id

        topup_id = self._committed(submit)

        def approve(user_id):
            return with_retry(
                lambda env: (
                    env(user=user_id)["crm.sms.topup"].browse(topup_id).action_approve()
                )
            )

        results = run_together(self.database, *map(approve, self.staff_ids * 3))
        self.assertEqual(results.count(None), 1, results)
        self.assertEqual(self._state()[0], before[0] + 500)

    def test_one_slip_sent_for_two_topups_at_once(self):
        def start(env):
            return env["crm.sms.topup"]._start(self._wallet(env), 500).id

        ids = [self._committed(start) for _number in range(2)]

        def submit(topup_id):
            return with_retry(
                lambda env: (
                    env["crm.sms.topup"]
                    .browse(topup_id)
                    ._submit_slip("slip.pdf", b"%PDF-1.4 sent twice")
                )
            )

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = run_together(self.database, *map(submit, ids))
        refused = [result for result in results if result is not None]
        self.assertEqual(len(refused), 1, results)
        self.assertRegex(str(refused[0]), "already used")
