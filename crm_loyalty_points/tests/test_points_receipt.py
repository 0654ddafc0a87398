from datetime import date

from freezegun import freeze_time
from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from ..tools.said_day import said_day
from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestPointsReceipt(OrderCase):
    """What the customer takes home in print: if it differs from the ledger, the shop
    argues with its members about paper (B16)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.portal_visible = True

    def _printed(self, record, report="sale.action_report_saleorder", lang=None):
        """:return: {row name: text} of the points on a printed document"""
        if lang:
            record.partner_id.lang = lang
        content, _type = self.env["ir.actions.report"]._render_qweb_html(
            report, record.ids
        )
        rows = html.fromstring(content).xpath("//div[@name='points_receipt']//tr")
        return {row.get("name"): " ".join(row.text_content().split()) for row in rows}

    def test_quotation_says_what_it_would_earn(self):
        self._post(350)
        order = self._order(3)
        printed = self._printed(order)
        self.assertEqual(printed["expected"], "Points to earn 300")
        self.assertEqual(printed["balance"], "Points balance 350")
        self.assertNotIn("earned", printed)

    def test_order_says_what_the_ledger_has(self):
        self._post(350)
        order = self._order(3)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        printed = self._printed(order)
        self.assertEqual(printed["earned"], "Points earned 300")
        self.assertEqual(printed["spent"], "Points used 100")
        self.assertEqual(printed["balance"], f"Points balance {self.card.points:.0f}")

    @freeze_time("2026-11-22 03:00:00")
    def test_next_lapse(self):
        self._post(350, expiry=date(2026, 12, 31))
        printed = self._printed(self._order(1))
        self.assertEqual(printed["next_lapse"], "Lapse after 31 Dec 2026 350")

    def test_thai_days_are_of_the_buddhist_era(self):
        self.env["res.lang"]._activate_lang("th_TH")
        thai = self.env(context={"lang": "th_TH"})
        self.assertEqual(said_day(thai, date(2026, 12, 31)), "31 ธ.ค. 2569")
        english = self.env(context={"lang": "en_US"})
        self.assertEqual(said_day(english, date(2026, 12, 31)), "31 Dec 2026")

    def test_nothing_for_hidden_points_and_cancelled_orders(self):
        self._post(350)
        order = self._order(1)
        self.program.portal_visible = False
        self.assertEqual(self._printed(order), {})
        self.program.portal_visible = True
        order._action_cancel()
        self.assertEqual(self._printed(order), {})

    def test_invoice_of_an_order(self):
        order = self._order(3)
        order.action_confirm()
        order.order_line.qty_delivered = 3
        move = order._create_invoices()
        self.assertEqual(move._get_points_receipts(), [])
        move.action_post()
        printed = self._printed(move, "account.account_invoices")
        self.assertEqual(printed["earned"], "Points earned 300")

    def test_salesperson_prints_what_they_may_not_open(self):
        """The print works for whoever may read the order."""
        order = self._order(1).with_user(self.salesperson)
        receipts = order._get_points_receipts()
        self.assertEqual([each["expected"] for each in receipts], [100])

    def test_other_programmes_have_their_own_part(self):
        second = self.program.copy(
            {"name": "Second", "rule_ids": [Command.create({"minimum_qty": 0})]}
        )
        second.portal_visible = True
        names = {each["program"] for each in self._order(1)._get_points_receipts()}
        self.assertEqual(names, {self.program.name, second.name})
