import os
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common_campaign import CampaignCase

ORDERS = 600 if os.environ.get("CRM_SUITE_FULL") else 100
SENT = datetime(2024, 5, 1, 5)  # noon in Bangkok


@tagged("post_install", "-at_install")
class TestCampaignResult(CampaignCase):
    """A shop decides by these figures what it sends again: a sale counted twice, or one
    of the wrong day, company or customer, makes it pay for messages that bring nothing.
    """

    def test_by_hand(self):
        """Worked out on paper: 4 customers with a message, 2 without.

        Orders with a message: 2 x 100 and 300 (3 pieces); product cost 40 a piece.
        Held out: 100. Profit per customer: (500 - 200) / 4 = 75 against
        (100 - 40) / 2 = 30, so 4 x 45 = 180 by the campaign. Messages: 4 x 0.75 = 3.
        """
        mine, others = self.customers(4), self.customers(2)
        mailing = self.campaign(mine, others)
        self.buy(mine[0])
        self.buy(mine[0], "2024-05-03 05:00:00")
        self.buy(mine[1], quantity=3)
        self.buy(others[0])
        result = self.measure(mailing)
        self.assertEqual((result.people, result.holdout_people), (4, 2))
        self.assertEqual((result.buyers, result.order_count), (2, 3))
        self.assertEqual((result.revenue, result.goods_cost), (500, 200))
        self.assertEqual((result.gross_profit, result.message_cost), (300, 3))
        self.assertEqual((result.conversion, result.holdout_conversion), (50, 50))
        self.assertEqual(result.revenue_uplift, 500 / 4 - 100 / 2)
        self.assertEqual(result.profit_uplift, 180)
        self.assertAlmostEqual(result.roi, 100 * (180 - 3) / 3)
        self.assertLess(result.roi_low, result.roi)
        self.assertEqual(result.verdict, "too_few")
        self.assertIn("Too few customers", result.verdict_text)

    def test_random_orders(self):
        """As counted by a loop over customers and their orders."""
        random = Random(7)
        people = self.customers(60)
        arms = {"A": people[:25], "B": people[25:45]}
        mailing = self.campaign(arms, people[45:], result_days=7)
        self.env["sale.order"].create(
            [
                self.prepare_order(
                    random.choice(people),
                    SENT + timedelta(hours=random.randrange(-72, 24 * 11)),
                    random.randrange(1, 4),
                    random.choice((80, 100, 35.5)),
                    state=random.choice(("sale", "sale", "sale", "cancel", "draft")),
                )
                for _order in range(ORDERS)
            ]
        )
        result = self.measure(mailing)
        window = (SENT, datetime(2024, 5, 8, 17))
        self.assertEqual((result.window_from, result.window_until), window)
        expected = self.brute_force(mailing, *window)
        for group in result.group_ids:
            with self.subTest(group=group.display_name):
                self.check_group(group, expected[group.arm, group.variant or ""])
        self.assertEqual(len(result.group_ids), 3)
        self.assertEqual(
            result.revenue,
            sum(figures["revenue"] for key, figures in expected.items() if key[1]),
        )

    def brute_force(self, mailing, first, last):
        found = defaultdict(lambda: defaultdict(Decimal))
        for row in mailing.assignment_ids:
            figures = found[row.arm, row.variant or ""]
            figures["people"] += 1
            spent = profit = Decimal(0)
            for order in self.env["sale.order"].search(
                [("partner_id", "=", row.partner_id.id)]
            ):
                if order.state != "sale" or not first <= order.date_order < last:
                    continue
                amount = Decimal(str(order.amount_total))
                spent += amount
                figures["order_count"] += 1
                for line in order.order_line:
                    profit += Decimal(str(line.price_subtotal)) - 40 * int(
                        line.product_uom_qty
                    )
            figures["buyers"] += bool(spent)
            figures["revenue"] += spent
            figures["revenue_squares"] += spent * spent
            figures["gross_profit"] += profit
            figures["profit_squares"] += profit * profit
        return {
            key: {name: float(value) for name, value in figures.items()}
            for key, figures in found.items()
        }

    def check_group(self, group, expected):
        for name, value in expected.items():
            self.assertAlmostEqual(group[name], value, places=4, msg=name)
        self.assertAlmostEqual(
            group.conversion, 100 * expected["buyers"] / expected["people"]
        )
        self.assertEqual(
            group.sent,
            len(
                group.mailing_id.assignment_ids.filtered(
                    lambda row: row.arm == "treated" and row.variant == group.variant
                )
            )
            if group.arm == "treated"
            else 0,
        )

    def test_days_end_at_midnight_of_the_shop(self):
        """Sent at 23:30 in Bangkok, two days count: until the night to the fourth."""
        people = self.customers(6)
        mailing = self.campaign(people, sent_at="2024-05-01 16:30:00", result_days=2)
        for person, when in zip(
            people,
            (
                "2024-05-01 16:29:59",  # before
                "2024-05-01 16:30:00",
                "2024-05-02 17:00:00",
                "2024-05-03 16:59:59",
                "2024-05-03 17:00:00",  # after
                "2024-05-04 05:00:00",  # after
            ),
            strict=True,
        ):
            self.buy(person, when)
        self.assertEqual(self.measure(mailing).order_count, 3)
        self.company.customer_tz = "UTC"
        self.assertEqual(self.measure(mailing).order_count, 4)

    def test_sent_over_several_days(self):
        """All are counted from the first message on and so many days after the last,
        those held out as well; a message sent again much later changes nothing."""
        people = self.customers(3)
        mailing = self.campaign(people[:2], people[2], result_days=1)
        first, second = self.env["sms.delivery"].search(
            [("mailing_id", "=", mailing.id)], order="id"
        )
        second.sent_at = "2024-05-04 05:00:00"
        self.message(mailing, people[0], "2024-06-20 05:00:00", retry_of_id=first.id)
        for person in people:
            self.buy(person, "2024-05-05 12:00:00")
        result = self.measure(mailing)
        self.assertEqual(result.window_until, datetime(2024, 5, 5, 17))
        self.assertEqual((result.buyers, result.holdout_conversion), (2, 100))
        self.assertEqual(result.sent, 2, "sent again counts once")
        self.assertEqual(result.message_cost, 2.25, "and costs twice")

    def test_two_companies(self):
        other = self.env["res.company"].create(
            {"name": "Other shop", "customer_tz": "Asia/Bangkok"}
        )
        self.env.user.company_ids += other
        person = self.customers(1)
        mailing = self.campaign(person)
        elsewhere = self.campaign(person, company_id=other.id)
        self.buy(person)
        self.env["sale.order"].with_company(other)
        order = self.buy(person, company_id=other.id, quantity=2)
        order.order_line.price_unit = 7
        self.assertEqual(self.measure(mailing).revenue, 100)
        self.assertEqual(self.measure(elsewhere).revenue, 14)

    def test_who_was_skipped_is_in_no_group(self):
        people = self.customers(3)
        mailing = self.campaign(people)
        mailing.assignment_ids[2].sudo().skip_reason = "no_number"
        self.buy(people[2])
        result = self.measure(mailing)
        self.assertEqual((result.people, result.buyers), (2, 0))

    def test_contacts_of_one_customer(self):
        """A family counts once, in the group of the first contact chosen."""
        family = self.customers(1, is_company=True)
        mother, child = self.customers(2, parent_id=family.id)
        mailing = self.campaign(mother, child)
        self.buy(child)
        result = self.measure(mailing)
        self.assertEqual((result.people, result.holdout_people), (1, 0))
        self.assertEqual((result.buyers, result.revenue), (1, 100))

    def test_erased_customer_stays_counted(self):
        people = self.customers(2)
        mailing = self.campaign(people)
        people[1].unlink()
        self.assertEqual(self.measure(mailing).people, 2)

    def test_messages(self):
        people = self.customers(6)
        mailing = self.campaign(people)
        messages = self.env["sms.delivery"].search([("mailing_id", "=", mailing.id)])
        states = ("delivered", "accepted", "failed", "refused", "cancelled", "unknown")
        for message, state in zip(messages, states, strict=True):
            message.state = state
        messages[3:].cost = 0
        result = self.measure(mailing)
        self.assertEqual((result.sent, result.delivered, result.failed), (3, 1, 2))
        self.assertEqual(result.message_cost, 2.25)

    def test_taps_count_people(self):
        people = self.customers(3)
        mailing = self.campaign(people)
        messages = self.env["sms.delivery"].search(
            [("mailing_id", "=", mailing.id)], order="id"
        )
        link = self.env["crm.sms.link"].create(
            {
                "company_id": self.company.id,
                "mailing_id": mailing.id,
                "number": 1,
                "url": "https://shop.example.com/tea",
            }
        )
        for message, kind in ((0, "human"), (0, "human"), (1, "bot"), (2, "human")):
            self.env["crm.sms.click"].create(
                {
                    "company_id": self.company.id,
                    "link_id": link.id,
                    "mailing_id": mailing.id,
                    "delivery_id": messages[message].id,
                    "clicked_at": "2024-05-01 06:00:00",
                    "kind": kind,
                }
            )
        result = self.measure(mailing)
        self.assertEqual((result.clicked, result.responded), (2, 2))

    def test_opted_out(self):
        """By page or by word, in the days that count, and not taken back."""
        people, others = self.customers(5), self.customers(1)
        mailing = self.campaign(people, others)
        consents = [
            (people[0], "2024-05-02 05:00:00", False),
            (people[1], "2024-04-02 05:00:00", False),  # long before
            (people[2], "2024-05-02 05:00:00", False),
            (people[2], "2024-05-03 05:00:00", True),  # changed their mind
            (others, "2024-05-02 05:00:00", False),
        ]
        self.env["crm.consent"].create(
            [
                {
                    "partner_id": person.id,
                    "purpose": "marketing_sms",
                    "given": given,
                    "date": date,
                }
                for person, date, given in consents
            ]
        )
        stops = self.env["crm.sms.stop"].sudo()
        for person in (people[0], people[3]):
            number = mailing.assignment_ids.filtered(
                lambda row, person=person: row.partner_id == person
            ).number
            stop = stops._stop(self.company, [number], "page")
            stop.since = "2024-05-02 06:00:00"
        result = self.measure(mailing)
        self.assertEqual(result.opted_out, 2)
        held = result.group_ids.filtered(lambda group: group.arm == "holdout")
        self.assertEqual(held.opted_out, 1)

    def test_cost_of_units_and_missing_cost(self):
        """A dozen costs twelve; what nobody has given a cost is said."""
        person = self.customers(1)
        mailing = self.campaign(person)
        order = self.buy(person, price=1200)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 1200
        if "purchase_price" in order.order_line._fields:
            order.order_line._compute_purchase_price()
        gift = self.env["product.product"].create(
            {"name": "Cup", "taxes_id": False, "type": "consu"}
        )
        self.buy(person, product=gift, price=50)
        result = self.measure(mailing)
        self.assertEqual((result.goods_cost, result.gross_profit), (480, 770))
        self.assertEqual(result.uncosted_sales, 50)
        self.assertIn("without a cost", result.hint_text)

    def test_discounts_and_taxes_are_no_profit(self):
        person = self.customers(1)
        mailing = self.campaign(person)
        tax = self.env["account.tax"].create(
            {"name": "VAT 7", "amount": 7, "price_include_override": "tax_excluded"}
        )
        order = self.buy(person, quantity=2)
        order.order_line.tax_ids = tax
        order.order_line.discount = 50
        result = self.measure(mailing)
        self.assertEqual((result.revenue, result.gross_profit), (107, 100 - 80))

    def test_nothing_sent_yet(self):
        mailing = self.campaign(self.customers(2))
        self.env["sms.delivery"].search([("mailing_id", "=", mailing.id)]).write(
            {"sent_at": False, "state": "queued"}
        )
        self.assertFalse(self.measure(mailing))

    def test_measured_again(self):
        people = self.customers(2)
        mailing = self.campaign({"A": people[0], "B": people[1]})
        result = self.measure(mailing)
        self.buy(people[0])
        mailing.assignment_ids.filtered(lambda row: row.variant == "B").variant = "A"
        again = self.measure(mailing)
        self.assertEqual(again, result)
        self.assertEqual((again.revenue, len(again.group_ids)), (100, 1))

    def test_without_a_hold_out(self):
        person = self.customers(1)
        mailing = self.campaign(person)
        self.buy(person)
        result = self.measure(mailing)
        self.assertEqual((result.verdict, result.has_roi), ("no_holdout", False))
        self.assertIn("Nobody was held out", result.verdict_text)
        self.assertIn("60", result.money_text)

    def test_words_and_chart(self):
        people, others = self.customers(60), self.customers(60)
        mailing = self.campaign(people, others)
        for person in people[:40]:
            self.buy(person)
        for person in others[:5]:
            self.buy(person)
        result = self.measure(mailing)
        self.assertEqual((result.verdict, result.revenue_verdict), ("more", "more"))
        self.assertIn("likely brought buyers", result.verdict_text)
        self.assertIn("return", result.money_text)
        self.assertIn(result.verdict_text, mailing.result_text)
        parts = result.conversion_chart["parts"]
        self.assertEqual([part["arm"] for part in parts], ["treated", "holdout"])
        for part in parts:
            self.assertTrue(0 < part["low"] < part["value"] < part["high"] < 100)
            self.assertIn("of 60 customers", part["text"])

    def test_words_when_it_brought_less(self):
        people, others = self.customers(30), self.customers(30)
        mailing = self.campaign(people, others)
        self.buy(people[0])
        for person in others[:20]:
            self.buy(person)
        result = self.measure(mailing)
        self.assertEqual(result.revenue_verdict, "less")
        self.assertIn("63.33 less than in the hold-out", result.money_text)
        self.assertNotIn("Per customer -", result.money_text)
        _start, limits = result.money_text.split("between ", 1)
        self.assertNotIn("-", limits.partition(")")[0])

    def test_forecast(self):
        """By what the same customers did in as many days before."""
        people = self.customers(100)
        mailing = self.campaign(people[:50], people[50:])
        mailing.sudo().write({"state": "draft", "prepare_state": "ready"})
        lately = datetime.now() - timedelta(days=3)
        for person in people[::5]:
            self.buy(person, lately)
        self.env.flush_all()
        forecast = mailing._forecast()
        self.assertEqual((forecast["treated"], forecast["base"]), (50, 0.2))
        self.assertTrue(0.1 < forecast["share"] < 0.4)
        self.assertTrue(0 < forecast["money"] < 100)
        words = mailing._smallest_effect()
        self.assertIn("20.0 in 100", words)
        self.assertIn("In money", words)
        self.env["sale.order"].search(
            [("partner_id", "in", people.ids)]
        ).state = "draft"
        self.env.flush_all()
        self.assertNotIn("In money", mailing._smallest_effect(), "nobody bought")
        mailing.assignment_ids.filtered(
            lambda row: row.arm == "holdout"
        ).sudo().arm = "treated"
        self.assertIn("Nobody is held out", mailing._smallest_effect())

    def test_rights(self):
        mailing = self.campaign(self.customers(2))
        result = self.measure(mailing)
        viewer = new_test_user(
            self.env, "result_viewer", "crm_segments.crm_segments_group_viewer"
        )
        seen = result.with_user(viewer)
        self.assertEqual(seen.people, 2)
        self.assertTrue(seen.verdict_text and seen.display_name)
        self.assertTrue(mailing.with_user(viewer).result_text)
        mailing.with_user(viewer).action_measure()
        for change in (
            lambda: seen.write({"revenue": 1}),
            seen.unlink,
            lambda: seen.create({"mailing_id": mailing.id}),
            lambda: seen.group_ids.write({"revenue": 1}),
        ):
            with self.assertRaises(AccessError):
                change()
        other = new_test_user(self.env, "result_other", "base.group_user")
        with self.assertRaises(AccessError):
            result.with_user(other).read(["revenue"])

    def test_other_company_sees_nothing(self):
        result = self.measure(self.campaign(self.customers(1)))
        company = self.env["res.company"].create({"name": "Other shop"})
        viewer = new_test_user(
            self.env,
            "elsewhere_viewer",
            "crm_segments.crm_segments_group_viewer",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in ("crm.campaign.result", "crm.campaign.result.group"):
            self.assertFalse(self.env[model].with_user(viewer).search([]))
        with self.assertRaises(AccessError):
            result.with_user(viewer).action_measure()

    def test_cron_counts_what_may_change(self):
        recent = self.campaign(self.customers(1), sent_at=datetime.now())
        old = self.campaign(self.customers(1))
        self.measure(old)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_sms_wallet.crm_campaign_result_cron"
            ).sudo().method_direct_trigger()
        self.assertTrue(recent.result_ids)
        found = self.env["mailing.mailing"]._find_to_measure()
        self.assertIn(recent.id, found)
        self.assertNotIn(old.id, found, "long over")


@tagged("post_install", "-at_install")
class TestCampaignReturns(CampaignCase, AccountTestInvoicingCommon):
    """What came back was not sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.tea.invoice_policy = "order"
        cls.person, cls.other = cls.customers(2)
        cls.mailing = cls.campaign(cls.person + cls.other)
        cls.order = cls.buy(cls.person, quantity=2)
        cls.invoice = cls.order._create_invoices()
        cls.invoice.invoice_date = "2024-05-10"
        cls.invoice.action_post()

    def credit(self, quantity):
        note = self.invoice._reverse_moves([{"invoice_date": "2024-07-01"}])
        note.invoice_line_ids.quantity = quantity
        note.action_post()
        return note

    def test_a_part_came_back(self):
        self.credit(1)
        result = self.measure(self.mailing)
        self.assertEqual((result.buyers, result.revenue), (1, 100))
        self.assertEqual((result.goods_cost, result.gross_profit), (40, 60))

    def test_everything_came_back(self):
        self.credit(2)
        result = self.measure(self.mailing)
        self.assertEqual((result.buyers, result.order_count), (0, 0))
        self.assertEqual((result.revenue, result.gross_profit), (0, 0))

    def test_billed_again_after_a_credit_note(self):
        """A wrong invoice that was replaced is no return."""
        self.credit(2)
        invoice = self.order._create_invoices()
        invoice.invoice_date = "2024-07-02"
        invoice.action_post()
        result = self.measure(self.mailing)
        self.assertEqual((result.buyers, result.revenue), (1, 200))
        self.assertEqual(result.gross_profit, 120)
