from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common_wallet import (
    assert_proven,
    make_company,
    make_payment,
    make_seller_pay,
    make_wallet,
)

MANAGER = "crm_segments.crm_segments_group_manager"
VIEWER = "crm_segments.crm_segments_group_viewer"


@tagged("post_install", "-at_install")
class TestWalletPages(TransactionCase):
    """What people see of the wallet, and of no other company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallet = make_wallet(cls.env, "resold", low_credits=100)
        cls.company = cls.wallet.company_id
        cls.manager = cls._user("wallet_manager", MANAGER, cls.company)
        cls.viewer = cls._user("wallet_viewer", VIEWER, cls.company)

    @classmethod
    def _user(cls, login, group, company):
        return new_test_user(
            cls.env,
            login,
            f"base.group_user,{group}",
            email=f"{login}@example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    # -- low -------------------------------------------------------------------------

    def _tell(self):
        """:return: how many e-mails the job wrote to the manager"""
        notices = [("partner_ids", "in", self.manager.partner_id.ids)]
        before = self.env["mail.message"].search_count(notices)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_sms_wallet.crm_sms_wallet_cron_low"
            ).method_direct_trigger()
        return self.env["mail.message"].search_count(notices) - before

    def test_managers_are_told_once_for_each_crossing(self):
        self.wallet._adjust("a", "test", credits=150)
        self.assertEqual(self._tell(), 0)
        self.wallet._hold("h", 60)
        self.assertEqual(self.wallet.low_state, "low")
        self.assertEqual(self._tell(), 1)
        activity = self.wallet.activity_ids.filtered(
            lambda activity: activity.user_id == self.manager
        )
        self.assertIn("90", activity.summary)
        self.wallet._hold("h2", 10)
        self.assertEqual(self._tell(), 0, "still low")
        self.wallet._release("r", "h")
        self.assertEqual(self.wallet.low_state, "enough")
        self.wallet._hold("h3", 60)
        self.assertEqual(self._tell(), 1, "low again")

    def test_an_own_account_is_low_only_by_recorded_purchases(self):
        wallet = make_wallet(self.env, low_credits=100)
        wallet._hold("h", 50)
        self.assertEqual(wallet.low_state, "enough", "nothing was ever recorded")
        wallet._purchase("p", 200, 150)
        self.assertEqual(wallet.low_state, "enough")
        wallet._hold("h2", 60)
        self.assertEqual(wallet.low_state, "low")

    def test_jobs(self):
        self.wallet._adjust("a", "test", credits=7, price=7, expires_on="2001-01-01")
        with self.enter_registry_test_mode():
            for name in ("crm_sms_wallet_cron_expire", "crm_sms_proof_cron"):
                self.env.ref(f"crm_sms_wallet.{name}").method_direct_trigger()
        self.wallet.invalidate_recordset()
        self.assertEqual(self.wallet.credits, 0)
        self.assertEqual(self.env["crm.sms.proof"].search([], limit=1).state, "proven")

    def test_the_nightly_proof_reports_and_corrects_nothing(self):
        self.env.cr.execute(
            "UPDATE crm_sms_wallet SET credits = 5 WHERE id = %s", [self.wallet.id]
        )
        self.env["crm.sms.proof"]._cron_prove()
        run = self.env["crm.sms.proof"].search([], limit=1)
        self.assertEqual(run.state, "differs")
        found = run.finding_ids.filtered(lambda row: row.check == "credits")
        self.assertEqual((found.expected, found.found), ("0", "5"))
        self.wallet.invalidate_recordset()
        self.assertEqual(self.wallet.credits, 5)
        with self.assertRaises(AccessError):
            self.env["crm.sms.proof"].with_user(self.manager).action_rebuild()
        self.env["crm.sms.proof"].action_rebuild()
        self.assertEqual(self.wallet.credits, 0)
        assert_proven(self, self.env)

    # -- rights ----------------------------------------------------------------------

    def test_nothing_is_seen_across_companies(self):
        self.wallet._topup("t", 500)
        self.wallet._adjust("a", "test", credits=10)
        self.wallet._hold("h", 10)
        self.wallet._settle("s", "h", [5])
        topup = self.env["crm.sms.topup"]._start(self.wallet, 100)
        stranger = self._user("wallet_stranger", MANAGER, make_company(self.env))
        for records in (
            self.wallet,
            self.wallet.entry_ids,
            self.wallet.lot_ids,
            self.wallet.entry_ids.draw_ids,
            self.env["crm.sms.hold"].search([("wallet_id", "=", self.wallet.id)]),
            topup,
        ):
            with self.subTest(model=records._name):
                self.assertTrue(records)
                for user in (self.viewer, self.manager):
                    self.assertTrue(records.with_user(user).has_access("read"))
                self.assertFalse(records.with_user(stranger).has_access("read"))
                self.assertFalse(records.with_user(self.viewer).has_access("write"))
        outsider = new_test_user(self.env, "wallet_outsider", "base.group_user")
        self.assertFalse(self.wallet.with_user(outsider).has_access("read"))
        self.assertEqual(
            stranger.with_user(stranger).env["crm.sms.wallet"].search([]).company_id,
            self.env["res.company"],
        )

    def test_the_wallet_of_the_current_company_opens(self):
        env = self.env(user=self.viewer)
        action = env["crm.sms.wallet"].action_open()
        self.assertEqual(action["res_id"], self.wallet.id)
        for name in ("action_entries", "action_topups", "action_statement"):
            self.assertTrue(getattr(self.wallet.with_user(self.viewer), name)())

    def test_a_buyer_cannot_make_the_sellers_account_its_own(self):
        with self.assertRaises(AccessError):
            self.wallet.with_user(self.manager).mode = "own"
        self.wallet.with_user(self.manager).low_credits = 5
        with self.assertRaises(AccessError):
            self.wallet.with_user(self.viewer).low_credits = 6

    # -- statement -------------------------------------------------------------------

    def test_the_statement(self):
        self.wallet._topup("t", 1000, source_name="By card")
        self.wallet._purchase("p", 1000, 800, source_name="Thousand")
        self.wallet._hold("h", 600)
        _entry, costs = self.wallet._settle("s", "h", [2] * 100)
        self.wallet._refund("r", "s", 2, costs[0])
        self.wallet._release("rest", "h")
        statement = (
            self.env["crm.sms.statement"]
            .with_user(self.viewer)
            .create({"wallet_id": self.wallet.id})
        )
        values = statement._get_values()
        self.assertEqual(values["opening"], {"money": 0, "credits": 0, "held": 0})
        self.assertEqual(values["closing"], {"money": 200, "credits": 802, "held": 0})
        self.assertEqual([day[1:] for day in values["days"]], [(198, 158.4)])
        self.assertEqual(len(values["entries"]), 2)
        report = self.env["ir.actions.report"].with_user(self.viewer)
        html = report._render_qweb_html(
            "crm_sms_wallet.crm_sms_statement_report", statement.ids
        )[0].decode()
        for text in (self.company.name, "Thousand", "By card", "802", "198", "158.40"):
            self.assertIn(text, html)
        self.assertEqual(statement.action_print()["report_type"], "qweb-pdf")

    # -- own account -----------------------------------------------------------------

    def test_a_purchase_from_the_gateway_is_recorded_with_its_receipt(self):
        wallet = make_wallet(self.env)
        manager = self._user("own_manager", MANAGER, wallet.company_id)
        wizard = (
            self.env["crm.sms.purchase"]
            .with_user(manager)
            .with_context(default_wallet_id=wallet.id)
            .create(
                {
                    "credits": 5000,
                    "price": 3499,
                    "receipt": "JVBERi0xLjQ=",
                    "receipt_name": "receipt.pdf",
                }
            )
        )
        for _click in range(2):
            wizard.action_record()
        self.assertEqual((wallet.credits, wallet.balance), (5000, 0))
        self.assertEqual(wallet.lot_ids.unit_price, 0.6998)
        receipt = wallet.lot_ids.with_user(manager).receipt_ids
        self.assertEqual(receipt.mapped("name"), ["receipt.pdf"])

    # -- invoices --------------------------------------------------------------------

    def _invoice(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_sms_wallet.crm_sms_topup_cron_invoice"
            ).method_direct_trigger()

    def test_the_seller_invoices_what_was_paid(self):
        seller = self.wallet.seller_company_id
        provider = make_seller_pay(self.env, seller)
        tax = seller.account_sale_tax_id
        tax.write({"amount": 7, "price_include_override": "tax_excluded"})
        # No amount and 7 % make 12.00 by rounding; 1,000.00 do.
        for amount in (1000, 12):
            topup = self.env["crm.sms.topup"]._start(self.wallet, amount)
            payment = make_payment(self.env, provider, topup)
            payment._set_done()
            payment._post_process()
            for _run in range(2):
                self._invoice()
            move = topup.invoice_ids
            self.assertFalse(topup.invoice_error)
            self.assertEqual(move.state, "posted")
            self.assertEqual((move.amount_total, move.company_id), (amount, seller))
            self.assertEqual(move.partner_id, self.company.partner_id)
            self.assertEqual(move.invoice_line_ids.tax_ids, tax)
            self.assertIn(move.payment_state, ("paid", "in_payment"))
        refund = payment._create_child_transaction(12, is_refund=True)
        refund._set_done()
        refund._post_process()
        self._invoice()
        self.assertEqual(len(topup.invoice_ids), 2)
        self.assertEqual(topup._invoiced_amount(), 0)

    def test_without_a_sales_journal_there_is_no_invoice(self):
        topup = self.env["crm.sms.topup"]._start(self.wallet, 10)
        topup._is_paid(self.wallet._topup("t", 10, source=topup))
        self._invoice()
        self.assertFalse(topup.invoice_ids + topup.filtered("invoice_due").invoice_ids)
