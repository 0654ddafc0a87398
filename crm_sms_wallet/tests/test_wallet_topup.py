import io

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_sms_wallet.tools import promptpay
from odoo.addons.crm_sms_wallet.tools.wallet_errors import NotEnoughMoney

from .common_wallet import assert_proven, make_payment, make_seller_pay, make_wallet

MANAGER = "crm_segments.crm_segments_group_manager"


def picture(colour="white"):
    """:return: bytes of a small PNG"""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(out, "PNG")
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestTopup(TransactionCase):
    """Money of others: in once, out when it goes back, decided by a second person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallet = make_wallet(cls.env, "resold")
        cls.buyer, cls.seller = cls.wallet.company_id, cls.wallet.seller_company_id
        cls.buying, cls.selling, cls.both = (
            new_test_user(
                cls.env,
                login,
                f"base.group_user,{MANAGER}",
                company_id=companies[0].id,
                company_ids=[Command.set([company.id for company in companies])],
            )
            for login, companies in (
                ("topup_buyer", [cls.buyer]),
                ("topup_seller", [cls.seller]),
                ("topup_both", [cls.buyer, cls.seller]),
            )
        )
        cls.provider = make_seller_pay(cls.env, cls.seller)

    def _topup(self, amount=1000, user=None):
        env = self.env(user=user or self.buying)
        return env["crm.sms.topup"]._start(self.wallet.with_env(env), amount).sudo()

    def _transaction(self, topup):
        return make_payment(self.env, self.provider, topup)

    def _state(self):
        self.wallet.invalidate_recordset()
        return self.wallet.balance, self.wallet.credits

    # -- payments --------------------------------------------------------------------

    def test_a_confirmed_payment_is_credited_once(self):
        topup = self._topup()
        transaction = self._transaction(topup)
        transaction._post_process()
        self.assertEqual(self._state(), (0, 0), "not confirmed yet")
        transaction._set_done()
        for _poll in range(3):
            transaction._post_process()
        self.assertEqual(self._state(), (1000, 0))
        self.assertEqual(topup.state, "done")
        self.assertEqual(len(self.wallet.entry_ids), 1)
        second = self._transaction(topup)
        second._set_done()
        second._post_process()
        self.assertEqual(self._state(), (2000, 0), "who pays twice has paid twice")
        assert_proven(self, self.env)

    def test_a_failed_payment_is_not_credited(self):
        topup = self._topup()
        for state in ("_set_canceled", "_set_pending"):
            transaction = self._transaction(topup)
            getattr(transaction, state)()
            transaction._post_process()
        transaction._set_error("no")
        transaction._post_process()
        self.assertEqual(self._state(), (0, 0))
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(self._state(), (1000, 0), "done is reached from an error, too")

    def test_a_provider_refund_takes_back_possibly_into_debt(self):
        topup = self._topup()
        transaction = self._transaction(topup)
        transaction._set_done()
        transaction._post_process()
        self.wallet._purchase("p", 1000, 800)
        for amount in (300, 700):
            refund = transaction._create_child_transaction(amount, is_refund=True)
            refund._post_process()
            refund._set_done()
            refund._post_process()
            refund._post_process()
        self.assertEqual(self._state(), (-800, 1000))
        with self.assertRaises(NotEnoughMoney):
            self.wallet._purchase("p2", 10, 1)
        assert_proven(self, self.env)

    def test_a_payment_captured_in_parts(self):
        topup = self._topup()
        transaction = self._transaction(topup)
        self.provider.write({"capture_manually": True})
        part = transaction._create_child_transaction(400)
        part._set_done()
        part._post_process()
        self.assertEqual(self._state(), (400, 0))
        rest = transaction._create_child_transaction(600)
        rest._set_canceled()
        rest._post_process()
        transaction.state = "done"
        transaction._post_process()
        self.assertEqual(self._state(), (400, 0), "only what was captured is money")

    def test_test_payments_give_nothing(self):
        self.seller.sms_test_payments = False
        topup = self._topup()
        transaction = self._transaction(topup)
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(self._state(), (0, 0))
        refund = transaction._create_child_transaction(1000, is_refund=True)
        refund._set_done()
        refund._post_process()
        self.assertEqual(self._state(), (0, 0), "nothing came, nothing goes back")

    def test_whole_amounts_only(self):
        for amount in (0, -5, 99.75):
            with self.assertRaises(UserError):
                self._topup(amount)
        with self.assertRaises(UserError):
            self.env["crm.sms.topup"]._start(make_wallet(self.env), 100)

    # -- slips -----------------------------------------------------------------------

    def _slip(self, topup, colour="white"):
        topup.with_user(self.buying).sudo()._submit_slip("slip.png", picture(colour))

    def test_a_slip_is_approved_once_by_the_seller(self):
        topup = self._topup()
        self._slip(topup)
        self.assertEqual(self._state(), (0, 0))
        told = topup.activity_ids.user_id
        self.assertIn(self.selling, told)
        self.assertNotIn(self.buying, told)
        with self.assertRaises(AccessError):
            topup.with_user(self.buying).action_approve()
        topup.with_user(self.selling).action_approve()
        self.assertEqual((topup.state, self._state()), ("done", (1000, 0)))
        self.assertEqual(topup.checked_by_id, self.selling)
        self.assertFalse(topup.activity_ids)
        with self.assertRaises(UserError):
            topup.with_user(self.selling).action_approve()
        with self.assertRaises(UserError):
            topup.with_user(self.selling).action_refuse()
        self.assertEqual(self._state(), (1000, 0))

    def test_nobody_approves_what_he_asked_for(self):
        topup = self._topup(user=self.both)
        self._slip(topup)
        with self.assertRaises(UserError):
            topup.with_user(self.both).action_approve()
        topup = self._topup()
        topup.with_user(self.both).sudo()._submit_slip("s.png", picture("red"))
        with self.assertRaises(UserError):
            topup.with_user(self.both).action_approve()
        topup.with_user(self.selling).action_approve()

    def test_a_slip_pays_once(self):
        first, second = self._topup(), self._topup()
        self._slip(first)
        with self.assertRaises(UserError):
            self._slip(second)
        with self.assertRaises(UserError):
            self._slip(first, "red")
        first.with_user(self.selling).action_refuse()
        self.assertEqual(first.state, "refused")
        self._slip(second)

    def test_a_slip_is_a_picture_or_a_pdf(self):
        topup = self._topup()
        for data in (b"", b"<script>alert(1)</script>", b"MZ\x90\x00", b"x" * 6000000):
            with self.assertRaises(UserError):
                topup._submit_slip("slip.png", data)

    def test_clients_change_nothing(self):
        topup = self._topup()
        for user in (self.buying, self.selling, self.both):
            own = topup.with_user(user)
            with self.assertRaises(AccessError):
                own.write({"state": "done"})
            with self.assertRaises(AccessError):
                own.create({"wallet_id": self.wallet.id, "amount": 5})

    # -- packages --------------------------------------------------------------------

    def test_a_package_is_bought_from_the_wallets_money(self):
        package = self.env["crm.sms.package"].create(
            {
                "name": "Five thousand",
                "company_id": self.seller.id,
                "credits": 5000,
                "price": 3499,
                "validity_days": 365,
            }
        )
        self.assertEqual(package.with_user(self.buying).credits, 5000, "is seen")
        with self.assertRaises(AccessError):
            package.with_user(self.buying).price = 1
        wallet = self.wallet.with_user(self.buying)
        wizard = (
            self.env["crm.sms.buy"]
            .with_user(self.buying)
            .with_context(default_wallet_id=wallet.id)
            .create({"package_id": package.id})
        )
        self.assertEqual((wizard.balance_after, wizard.credits_after), (-3499, 5000))
        with self.assertRaises(NotEnoughMoney):
            wizard.action_buy()
        self.wallet._topup("t", 4000)
        for _click in range(2):
            wizard.action_buy()
        self.assertEqual(self._state(), (501, 5000))
        self.assertEqual(self.wallet.lot_ids.expires_on, wizard.expires_on)
        other = package.copy({"company_id": self.buyer.id})
        with self.assertRaises(UserError):
            self.wallet._buy_package("other", other)

    def test_only_managers_of_the_company_spend_its_money(self):
        officer = new_test_user(
            self.env,
            "topup_officer",
            "crm_segments.crm_segments_group_officer",
            company_id=self.buyer.id,
            company_ids=[Command.set(self.buyer.ids)],
        )
        self.assertEqual(self.wallet.with_user(officer).credits, 0, "is seen")
        for model in ("crm.sms.topup.start", "crm.sms.buy", "crm.sms.adjust"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(officer).check_access("create")
        start = self.env["crm.sms.topup.start"].with_user(self.selling)
        with self.assertRaises(AccessError):
            start.create({"wallet_id": self.wallet.id, "amount": 5}).action_pay()
        adjust = {"wallet_id": self.wallet.id, "credits": 5, "reason": "gift"}
        with self.assertRaises(AccessError):
            self.env["crm.sms.adjust"].with_user(self.buying).create(
                adjust
            ).action_adjust()
        self.env["crm.sms.adjust"].with_user(self.selling).create(
            adjust
        ).action_adjust()
        self.assertEqual(self._state(), (0, 5))

    # -- PromptPay -------------------------------------------------------------------

    def test_promptpay_text(self):
        """Against texts that are printed everywhere, with their checksums."""
        start = "00020101021229370016A00000067701011101130066"
        end = "5802TH530376454044.226304"
        text = promptpay.payload("080-123-4567", 4.22)
        self.assertEqual(text[:-4], f"{start}801234567{end}")
        for known, checksum in (
            (f"{start}000000000{end}", 0xE469),
            (
                "00020101021129370016A00000067701011101130066801234567"
                "5802TH53037646304",
                0x6197,
            ),
        ):
            self.assertEqual(promptpay.checksum(known.encode()), checksum)
        self.assertEqual(int(text[-4:], 16), promptpay.checksum(text[:-4].encode()))
        for number in ("12345", "", "0201234567", None):
            with self.assertRaises(ValueError):
                promptpay.proxy(number)
        self.assertEqual(promptpay.proxy("1-2345-67890-12-1")[0], "02")
        with self.assertRaises(UserError):
            self.seller.sms_promptpay = "12"
