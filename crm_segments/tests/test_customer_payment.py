from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from odoo import Command
from odoo.fields import Domain
from odoo.tests import tagged

from ..tools.payment_sources import Scope
from .common_metrics import PaymentsCase
from .reference import cents, local_day


class DatedPaymentsCase(PaymentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payments = cls.env["crm.customer.payment"]

    def days(self, customer=None):
        """:return: dict of day to what the customer paid on it, without zeros"""
        self.env.flush_all()
        rows = self.payments._read_group(
            [("customer_id", "=", (customer or self.customer).id)],
            ["day:day"],
            ["amount:sum"],
        )
        return {day: cents(repr(amount)) for day, amount in rows if round(amount, 2)}


@tagged("post_install", "-at_install")
class TestCustomerPayment(DatedPaymentsCase):
    """The amount paid inside a period ranks customers in the report: a payment on the
    wrong side of midnight puts the wrong one on top."""

    def test_parts_have_their_own_days(self):
        invoice = self.invoice(self.order(amount=100), day="2024-05-02")
        self.pay(invoice, 30, "2024-05-31")
        self.pay(invoice, 70, "2024-06-01")
        self.assertEqual(
            self.days(), {date(2024, 5, 31): 30, date(2024, 6, 1): Decimal(70)}
        )

    def test_paid_before_the_invoice(self):
        """The customer paid in May, whenever the shop gets round to the invoice."""
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": 100,
                "date": "2024-05-20",
            }
        )
        payment.action_post()
        if not payment.move_id:
            self.skipTest("payments have no entry here")
        invoice = self.invoice(self.order(amount=100), day="2024-06-03")
        lines = (payment.move_id | invoice).line_ids
        lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self.days(), {date(2024, 5, 20): 100})

    def test_refund_lowers_the_month_of_the_refund(self):
        invoice = self.invoice(self.order(amount=50), day="2024-05-02")
        self.pay(invoice, 50, "2024-05-03")
        refund = invoice._reverse_moves([{"invoice_date": "2024-06-10"}])
        refund.action_post()
        self.assertEqual(self.days(), {date(2024, 5, 3): 50})
        self.pay(refund, 20, "2024-07-01")
        self.assertEqual(self.days(), {date(2024, 5, 3): 50, date(2024, 7, 1): -20})

    def test_credit_note_set_off_is_no_payment(self):
        """Months apart, and still nothing was paid in either."""
        invoice = self.invoice(self.order(amount=50), day="2024-05-02")
        invoice._reverse_moves(
            [{"invoice_date": "2024-08-10", "date": "2024-08-10"}], cancel=True
        )
        self.assertEqual(self.days(), {})

    def test_write_off_has_the_day_of_the_payment(self):
        invoice = self.invoice(self.order(amount=100), day="2024-05-02")
        account = self.company_data["default_account_expense"]
        self.pay(
            invoice,
            98,
            "2024-05-09",
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.assertEqual(self.days(), {date(2024, 5, 9): 100})

    def test_bounced(self):
        invoice = self.invoice(self.order(amount=80), day="2024-05-02")
        self.pay(invoice, 80, "2024-05-04")
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.days(), {})

    def test_online_payment_in_the_zone_of_the_company(self):
        """18:30 UTC on the last of May is June in Bangkok."""
        order = self.order(amount=100)
        payment = self.transaction(
            order, 60, last_state_change=datetime(2024, 5, 31, 18, 30)
        )
        self.transaction(order, 15, last_state_change=datetime(2024, 5, 31, 16, 30))
        self.assertEqual(self.days(), {date(2024, 5, 31): 15, date(2024, 6, 1): 60})
        refund = payment._create_child_transaction(25, is_refund=True)
        refund.write(
            {"state": "done", "last_state_change": datetime(2024, 7, 2, 12, 0)}
        )
        self.assertEqual(self.days()[date(2024, 7, 2)], -25)

    def test_the_payment_of_a_contact_is_the_customers(self):
        contact = self.env["res.partner"].create(
            {"name": "Somsri", "parent_id": self.customer.id}
        )
        order = self.order(amount=40, partner_id=contact.id)
        self.transaction(order, 40, last_state_change=datetime(2024, 5, 5, 5, 0))
        self.assertEqual(self.days(), {date(2024, 5, 5): 40})
        self.assertEqual(self.days(contact), {})

    def test_the_column_of_old_reconciliations(self):
        """Installing must fill the days as they are computed for new ones."""
        paid, off = (
            self.invoice(self.order(amount=50), day=f"2024-05-0{day}") for day in (2, 3)
        )
        self.pay(paid, 50, "2024-04-03")
        off._reverse_moves(
            [{"invoice_date": "2024-08-10", "date": "2024-08-10"}], cancel=True
        )
        partials = self.env["account.partial.reconcile"].search([])
        before = [(partial, partial.customer_payment_day) for partial in partials]
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE account_partial_reconcile DROP COLUMN customer_payment_day"
        )
        partials._fill_customer_payment_day()
        self.env.invalidate_all(flush=False)
        self.assertEqual(
            [(partial, partial.customer_payment_day) for partial in partials], before
        )


@tagged("post_install", "-at_install")
class TestCustomerPaymentSum(DatedPaymentsCase):
    """Random shops: the dated payments are what was done, day by day, and add up to the
    amount paid of the metrics to the satang."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_parent = cls.env["res.partner"].create(
            {"name": "Group", "is_company": True}
        )
        cls.customers = cls.customer | cls.env["res.partner"].create(
            [{"name": "Suda"}, {"name": "Branch", "parent_id": cls.company_parent.id}]
        )
        currency = cls.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [
                    Command.create({"name": "2020-01-01", "rate": 4}),
                    Command.create({"name": "2024-06-01", "rate": 3}),
                ],
            }
        )
        cls.foreign = cls.env["product.pricelist"].create(
            {"name": "X", "currency_id": currency.id, "company_id": cls.company.id}
        )

    def _play(self, random):
        """Sell to everybody, and settle in one of many ways.

        :return: dict (customer, day) to what was paid, of what is in company currency;
            set of the customers who used another currency
        """
        paid, foreign = defaultdict(Decimal), set()
        for number in range(14):
            partner = random.choice(self.customers)
            customer = partner.commercial_partner_id
            amount = random.randint(1000, 90000) / 100
            day = date(2024, 1, 1) + timedelta(days=random.randint(0, 120))
            way = random.choice(
                ["open", "parts", "refund", "set off", "online", "foreign", "late"]
            )
            values = {"pricelist_id": self.foreign.id} if way == "foreign" else {}
            order = self.order(
                f"{day} 05:00:00", amount, partner_id=partner.id, **values
            )

            def settle(document, part, later, sign=1, customer=customer, day=day):
                when = day + timedelta(days=later)
                self.pay(document, part, when)
                paid[customer, when] += sign * cents(repr(part))

            if way in ("online", "late"):
                moment = datetime(2024, 5, 1, 16, 30) + timedelta(hours=number * 19)
                part = round(amount / 2, 2)
                self.transaction(
                    order, part, last_state_change=moment, reference=f"tx{number}"
                )
                if way == "online":
                    when = local_day(moment, "Asia/Bangkok")
                    paid[customer, when] += cents(repr(part))
                    continue
            invoice = self.invoice(order, day=day)
            if way == "foreign":
                foreign.add(customer)
                self.pay(invoice, round(amount / 3, 2), day + timedelta(days=20))
                self.pay(invoice, amount - round(amount / 3, 2), date(2024, 7, 1))
            if way in ("parts", "refund", "late"):
                settle(invoice, round(amount / 3, 2), random.randint(0, 40))
            if way == "refund":
                settle(invoice, amount - round(amount / 3, 2), random.randint(0, 40))
                refund = invoice._reverse_moves(
                    [{"invoice_date": day + timedelta(days=50)}]
                )
                refund.action_post()
                settle(refund, round(amount / 4, 2), random.randint(50, 90), sign=-1)
            if way == "set off":
                later = day + timedelta(days=random.randint(0, 90))
                invoice._reverse_moves(
                    [{"invoice_date": later, "date": later}], cancel=True
                )
        return paid, foreign

    def test_days_and_sum(self):
        for seed in range(3):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                paid, foreign = self._play(Random(seed))
                self.settle()
                for customer in self.customers.commercial_partner_id:
                    days = self.days(customer)
                    row = self.row(customer)
                    self.assertEqual(
                        sum(days.values()), row["amount_paid"] if row else 0
                    )
                    if customer not in foreign:
                        mine = {
                            day: cents(amount)
                            for (who, day), amount in paid.items()
                            if who == customer and amount
                        }
                        self.assertEqual(days, mine)
                self._check_scope()
                savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.env.registry.clear_cache()

    def _check_scope(self):
        """What an index finds of some days is what the view says of them."""
        first, last = date(2024, 3, 5), date(2024, 5, 2)
        scope = Scope(
            *(self.company.id, "Asia/Bangkok", date(2024, 9, 1)),
            *(datetime(2024, 9, 1, 17), first, last),
            *(datetime(2024, 3, 4, 17), datetime(2024, 5, 2, 17)),
        )
        domain = Domain("day", ">=", first) & Domain("day", "<=", last)
        domain &= Domain("company_id", "=", self.company.id)
        groups = self.payments._read_group(domain, ["customer_id"], ["amount:sum"])
        rows = self.env.execute_query(self.payments._scope_rows(scope))
        found = defaultdict(Decimal)
        for contact_id, day, amount in rows:
            self.assertTrue(first <= day <= last)
            customer = self.env["res.partner"].browse(contact_id).commercial_partner_id
            found[customer] += Decimal(repr(amount))
        self.assertEqual(
            {customer: cents(paid) for customer, paid in found.items()},
            {customer: cents(repr(paid)) for customer, paid in groups},
        )
