from collections import defaultdict
from decimal import Decimal
from random import Random

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_segments.tests import reference
from odoo.addons.crm_segments.tests.common_metrics import MetricsCase

from .till import open_till


class PosMetricsCase(MetricsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.branch = cls.env["crm.branch"].create({"name": "Silom"})
        cls.till = open_till(cls.env, branch_id=cls.branch.id)
        cls.cash, cls.on_account = cls.till.config.payment_method_ids.sorted(
            lambda method: method.name != "Cash"
        )
        cls.product.available_in_pos = True
        cls.settle()

    def sell(self, qty=1, customer=None, **values):
        lines = values.pop("lines", None) or [self.till.line(self.product, qty)]
        return self.till.sell(lines, customer or self.customer, **values)

    def figures(self, customer=None):
        """:return: (orders, ordered, paid) after the queue was worked off"""
        self.settle()
        row = self.row(customer)
        return row and (row["order_count"], row["amount_total"], row["amount_paid"])

    def settling(self, order, **values):
        """:return: the till's line that settles the only line of a quotation"""
        line = order.order_line
        return self.till.line(
            line.product_id,
            line.product_uom_qty,
            line.price_unit,
            sale_order_origin_id=order.id,
            sale_order_line_id=line.id,
            **values,
        )


@tagged("post_install", "-at_install")
class TestPosMetrics(PosMetricsCase):
    """A shop with a till sells most of its goods there: figures without them would say
    that its best customers never buy, and figures that count twice are worse."""

    def test_products_bought(self):
        """Sold here, given back here, and a quotation paid here that counts once."""
        sold = self.sell(3)
        self.assertEqual(self._bought(), [300])
        self.till.refund(sold, {sold.lines: 1})
        self.assertEqual(self._bought(), [200])
        order = self.order(amount=70)
        self.sell(lines=[self.settling(order)])
        self.assertEqual(self._bought(), [200 + order.amount_total])

    def _bought(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [part["value"] for part in self.customer.products_bought["parts"]]

    def test_an_order_counts(self):
        self.sell(3)
        self.assertEqual(self.figures(), (1, 300, 300))
        self.assertEqual(self.row()["lifecycle"], "new")
        self.assertTrue(self.row()["last_order_date"])

    def test_scores(self):
        """Orders and tickets are on one scale, and what is taken back leaves it."""
        for name in ("Malee", "Suda"):
            partner = self.env["res.partner"].create({"name": name})
            self.order("2024-01-01 05:00:00", 250, partner_id=partner.id)
        self.sell(1)
        sold = self.sell(3)
        self.assertEqual(self.figures()[:2], (2, 400))
        self.assertScores()
        self.assertEqual(self.row()["rfm_recency"], 5)
        self.till.refund(sold)
        self.assertEqual(self.figures()[:2], (2, 100))
        self.assertScores()
        self.assertEqual(self.row()["rfm_monetary"], 1)

    def assertScores(self):
        """Every customer's scores follow from the figures of all of them."""
        stored = reference.stored_rows(self.env)
        rows = [row for key, row in stored.items() if key[1] == self.company.id]
        cuts = reference.measured_cuts(rows)
        for row in rows:
            self.assertLessEqual(reference.rfm(row, cuts).items(), row.items())

    def test_sales_and_till_add_up(self):
        self.order(amount=50)
        self.sell(1)
        self.assertEqual(self.figures(), (2, 150, 100))

    def test_an_order_of_nobody_counts_for_nobody(self):
        self.till.sell([self.till.line(self.product)])
        self.assertEqual(self.queued(), set())
        self.assertIsNone(self.figures())

    def test_a_customer_set_later(self):
        order = self.till.sell([self.till.line(self.product)])
        order.partner_id = self.customer
        self.assertEqual(self.figures(), (1, 100, 100))
        other = self.env["res.partner"].create({"name": "Suda"})
        order.partner_id = other
        self.assertIsNone(self.figures())
        self.assertEqual(self.figures(other), (1, 100, 100))

    def test_a_refund_lowers_and_is_no_order(self):
        order = self.sell(3)
        self.till.refund(order, {order.lines: 1})
        self.assertEqual(self.figures(), (1, 200, 200))
        self.till.refund(order)
        self.assertEqual(self.figures(), (1, 0, 0))

    def test_an_exchange_is_an_order(self):
        order = self.sell(3)
        lines = self.till.refund_lines(order, {order.lines: 3})
        self.sell(lines=[*lines, self.till.line(self.product, 1)])
        self.assertEqual(self.figures(), (2, 100, 100))

    def test_unfinished_and_cancelled_tickets(self):
        data = self.till.data(
            [self.till.line(self.product)], self.customer, state="draft", payments=[]
        )
        order = self.till.sync(data)
        self.assertEqual(self.figures(), (0, 0, 0))
        self.assertEqual(self.row()["order_count_all"], 1)
        order.action_pos_order_cancel()
        self.assertEqual(self.figures(), (0, 0, 0))
        self.assertEqual(self.row()["amount_total_all"], 100)

    def test_a_settled_quotation_counts_once(self):
        order = self.order(amount=250, confirm=False)
        self.sell(lines=[self.settling(order)])
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.figures(), (1, 250, 250))

    def test_a_settled_quotation_with_more(self):
        order = self.order(amount=250, confirm=False)
        self.sell(lines=[self.settling(order), self.till.line(self.product)])
        self.assertEqual(self.figures(), (2, 350, 350))

    def test_a_refund_of_a_settled_quotation_lowers(self):
        order = self.order(amount=250, confirm=False)
        self.till.refund(self.sell(lines=[self.settling(order)]))
        self.assertEqual(self.figures(), (1, 0, 0))

    def test_an_invoiced_order_is_paid_once(self):
        order = self.sell(2, to_invoice=True)
        self.assertEqual(order.account_move.state, "posted")
        self.assertEqual(self.figures(), (1, 200, 200))

    def test_an_order_invoiced_later_is_paid_once(self):
        order = self.sell(2)
        self.assertEqual(self.figures(), (1, 200, 200))
        order.action_pos_order_invoice()
        self.assertEqual(self.figures(), (1, 200, 200))

    def test_on_account_is_not_paid(self):
        payments = [
            self.till.payment(60, self.cash),
            self.till.payment(40, self.on_account),
        ]
        self.sell(1, payments=payments)
        self.assertEqual(self.figures(), (1, 100, 60))

    def test_another_payment_method_afterwards(self):
        order = self.sell(1)
        order.payment_ids.payment_method_id = self.on_account
        self.assertEqual(self.figures(), (1, 100, 0))

    def test_change_is_not_paid(self):
        self.sell(1, payments=[self.till.payment(500)], amount_return=-400)
        self.assertEqual(self.figures(), (1, 100, 100))

    def test_closing_the_session_changes_nothing(self):
        self.sell(2)
        before = self.figures()
        self.till.session.post_closing_cash_details(200)
        self.till.session.close_session_from_ui()
        self.assertEqual(self.figures(), before)
        self.assertEqual(self.metrics._rebuild(), 0)

    def test_a_deleted_ticket(self):
        data = self.till.data(
            [self.till.line(self.product)], self.customer, state="draft", payments=[]
        )
        order = self.till.sync(data)
        self.settle()
        self.env["pos.order"].remove_from_ui(order.ids)
        self.assertIsNone(self.figures())

    def test_other_company(self):
        self.sell(1)
        other = self.env["res.company"].create({"name": "Other"})
        self.settle()
        self.assertIsNone(self.row(company=other))


@tagged("post_install", "-at_install")
class TestPosMetricsCount(PosMetricsCase):
    """Random days at the till, counted by a plain loop over the orders; and the nightly
    pass must find nothing that the queue has missed."""

    def expected(self, customers):
        """:return: {customer id: (orders, ordered, paid)} by looking at each order"""
        found = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
        for order in self.env["sale.order"].search(
            [("partner_id", "in", customers.ids), ("state", "=", "sale")]
        ):
            row = found[order.partner_id.id]
            row[0] += 1
            row[1] += reference.cents(repr(order.amount_total))
        for order in self.env["pos.order"].search(
            [("partner_id", "in", customers.ids), ("state", "in", ("paid", "done"))]
        ):
            row = found[order.partner_id.id]
            bought = False
            for line in order.lines:
                if line.sale_order_origin_id and not line.refunded_orderline_id:
                    continue
                # Refunds come with the sign turned, see the till of the tests.
                turned = -1 if order.is_refund else 1
                row[1] += turned * reference.cents(repr(line.price_subtotal_incl))
                bought |= not line.refunded_orderline_id
            row[0] += bought
            row[2] += sum(
                reference.cents(repr(payment.amount))
                for payment in order.payment_ids
                if payment.payment_method_id != self.on_account
            )
        return {customer: tuple(row) for customer, row in found.items()}

    def test_random_days(self):
        random = Random(19)
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(4)]
        )
        orders = []
        for _step in range(40):
            customer = random.choice(customers)
            action = random.choice(("sell", "sell", "refund", "settle", "invoice"))
            if action == "refund" and orders:
                order = random.choice(orders)
                line = order.lines[0]
                left = line.qty - line.refunded_qty
                if left > 0:
                    self.till.refund(order, {line: random.randint(1, int(left))})
            elif action == "settle":
                quotation = self.order(
                    amount=random.randint(1, 900),
                    confirm=False,
                    partner_id=customer.id,
                )
                self.sell(customer=customer, lines=[self.settling(quotation)])
            else:
                price = Decimal(random.randint(1, 99999)) / 100
                line = self.till.line(self.product, random.randint(1, 5), float(price))
                total = line[2]["price_subtotal_incl"]
                method = random.choice((self.cash, self.cash, self.on_account))
                orders.append(
                    self.sell(
                        customer=customer,
                        lines=[line],
                        payments=[self.till.payment(total, method)],
                        to_invoice=action == "invoice" and method == self.cash,
                    )
                )
            if random.random() < 0.3:
                self.settle()
        self.settle()
        for customer_id, figures in self.expected(customers).items():
            customer = customers.browse(customer_id)
            self.assertEqual(self.figures(customer), figures)
            history = customer.customer_order_ids
            self.assertEqual(len(history), self.row(customer)["order_count_all"])
        self.assertEqual(self.metrics._rebuild(), 0)


@tagged("post_install", "-at_install")
class TestPosBranch(PosMetricsCase):
    """Points and figures by branch are only as good as the branch on the order."""

    def test_an_order_carries_the_branch_of_its_till(self):
        order = self.sell()
        self.assertEqual(order.branch_id, self.branch)
        self.till.config.branch_id = self.env["crm.branch"].create({"name": "Siam"})
        self.assertEqual(order.branch_id, self.branch)
        self.assertEqual(self.sell().branch_id.name, "Siam")

    def test_the_only_branch_is_the_default(self):
        company = self.env["res.company"].create({"name": "Other"})
        branch = self.env["crm.branch"].create(
            {"name": "Only", "company_id": company.id}
        )
        config = self.env["pos.config"].new({"company_id": company.id})
        self.assertEqual(config.branch_id._origin, branch)

    def test_a_buyer_at_the_till_is_a_member(self):
        buyer = self.env["res.partner"].create({"name": "Somsri"})
        self.sell(customer=buyer)
        self.assertTrue(buyer.member_number)

    def test_the_customer_page_shows_the_orders(self):
        order = self.sell()
        self.assertEqual(self.customer.recent_pos_order_ids, order)
        self.env["pos.order"].create(
            {
                "session_id": self.till.session.id,
                "partner_id": self.customer.id,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_tax": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_subtotal": 0,
                            "price_subtotal_incl": 0,
                        }
                    )
                ],
            }
        )
        self.customer.invalidate_recordset()
        self.assertEqual(len(self.customer.recent_pos_order_ids), 2)
