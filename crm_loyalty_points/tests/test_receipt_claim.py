from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..controllers.member_common import DEVICE_COOKIE
from .order_common import OrderCase


class ReceiptClaimCase(OrderCase):
    """An order of somebody without a card (a guest of the web shop, whom Odoo gives
    none), and the member Somchai who holds the paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([]).unlink()
        cls.shop = cls.env["crm.shop"].create(
            {"name": "Shop", "slug": "claim-shop", "program_id": cls.program.id}
        )

    def bill(self, quantity=2):
        """:return: a confirmed order that earned for nobody"""
        self.program.trigger = "with_code"
        order = self._order(quantity, self.env["res.partner"].create({"name": "Guest"}))
        order.action_confirm()
        self.program.trigger = "auto"
        self.env["loyalty.card"].search(
            [("partner_id", "=", order.partner_id.id)]
        ).active = False
        return order


@tagged("post_install", "-at_install")
class TestReceiptClaim(ReceiptClaimCase):
    """The points of a receipt that nobody has: once, for some days, for the member who
    scans it, and only as long as the goods stay sold."""

    def test_collected_once_and_taken_back_with_the_goods(self):
        order = self.bill()
        token = order._get_points_claim_url().rpartition("/")[2]
        self.assertEqual(self.shop._find_claim(token), order)
        self.assertEqual(self.shop._claim_receipt(self.partner, order.sudo()), 200)
        self.assertEqual(self.shop._claim_receipt(self.partner, order.sudo()), 200)
        self.assertBalance(self.card, 200)
        self.assertEqual(order.points_claimer_id, self.partner)
        self.assertEqual(order._get_points_claim_url(), "")
        self._card(self.other_partner)
        with self.assertRaisesRegex(UserError, "already"):
            self.shop._claim_receipt(self.other_partner, order.sudo())
        [own] = self.shop._get_member_orders(self.partner)["orders"]
        self.assertEqual((own["number"], own["points"]), (order.name, "+200"))
        order._action_cancel()
        self.assertBalance(self.card, 0)

    def test_at_the_rate_of_its_own_day(self):
        order = self.bill()
        order.date_order -= timedelta(3)
        self.shop._claim_receipt(self.partner, order.sudo())
        [entry] = self.card.point_entry_ids
        self.assertEqual(entry.date, order._get_points_date())
        self.assertIn("200", entry.why)

    def test_too_late_cancelled_or_of_a_member(self):
        order = self.bill()
        order.date_order -= timedelta(self.shop.claim_days + 1)
        with self.assertRaisesRegex(UserError, "until"):
            self.shop._claim_receipt(self.partner, order.sudo())
        cancelled = self.bill()
        cancelled._action_cancel()
        with self.assertRaises(UserError):
            self.shop._claim_receipt(self.partner, cancelled.sudo())
        self._card(self.other_partner)
        earned = self._order(1, self.other_partner)
        earned.action_confirm()
        self.assertEqual(earned._get_points_claim_url(), "")
        with self.assertRaises(UserError):
            self.shop._claim_receipt(self.partner, earned.sudo())
        self.assertBalance(self.card, 0)

    def test_a_code_is_of_one_order_of_one_shop(self):
        first, second = self.bill(), self.bill()
        token = self.shop._get_claim_token(first)
        mark = token.partition("-")[2]
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["crm.shop"].create(
            {"name": "Other", "slug": "other-claims", "company_id": company.id}
        )
        self.assertFalse(other._find_claim(token))
        wrong = [
            f"s{second.id}-{mark}",
            f"p{first.id}-{mark}",
            token.upper(),
            "s1-",
            "",
        ]
        for text in [*wrong, None, f"s999999999-{mark}", token + "0"]:
            self.assertFalse(self.shop._find_claim(text), text)

    def test_the_printed_order_carries_the_code(self):
        order = self.bill()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "sale.action_report_saleorder", order.ids
        )[0]
        self.assertIn("points_claim", html.decode())
        self.shop.claim_days = 0
        html = self.env["ir.actions.report"]._render_qweb_html(
            "sale.action_report_saleorder", order.ids
        )[0]
        self.assertNotIn("points_claim", html.decode())


@tagged("post_install", "-at_install")
class TestReceiptClaimPages(ReceiptClaimCase, HttpCase):
    """Over HTTP: opening the link changes nothing, guessing codes leads nowhere."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        _device, token = self.env["crm.member.device"]._remember(
            self.partner, self.env.company, "Phone"
        )
        self.opener.cookies[DEVICE_COOKIE] = token
        self.opener.cookies["crm_member_lang"] = "en_US"

    def get(self, path, **options):
        return self.url_open(f"/member/claim-shop/{path}", **options)

    def collect(self, token):
        html = self.get("more").text
        csrf = html.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self.url_open(
            f"/member/claim-shop/claim/{token}/collect", data={"csrf_token": csrf}
        )

    def test_collecting(self):
        token = self.shop._get_claim_token(self.bill())
        self.assertIn("Collect the points", self.get(f"claim/{token}").text)
        self.assertBalance(self.card, 0)
        self.assertIn("You got 200 points", self.collect(token).text)
        self.assertBalance(self.card, 200)
        self.collect(token)
        self.assertBalance(self.card, 200)

    def test_how_many_points_is_said_before(self):
        order = self.bill(3)
        token = self.shop._get_claim_token(order)
        entries = self.env["loyalty.point.entry"].search_count([])
        html = self.get(f"claim/{token}").text
        self.assertRegex(html, r"You get <strong>300</strong> points")
        before = self.cr.sql_log_count
        self.get(f"claim/{token}")
        # what was returned is looked up, and the rules are counted
        self.assertLessEqual(self.cr.sql_log_count - before, 30)
        self.assertEqual(self.env["loyalty.point.entry"].search_count([]), entries)
        self.assertFalse(order.points_claimer_id)
        self.assertIn("You got 300 points", self.collect(token).text)
        self.assertNotIn("You get", self.get(f"claim/{token}").text)

    def test_what_gives_nothing_promises_nothing(self):
        order = self.bill()
        self.program.rule_ids.minimum_amount = 1000
        html = self.get(f"claim/{self.shop._get_claim_token(order)}").text
        self.assertIn("Collect the points", html)
        self.assertNotIn("You get", html)

    def test_strangers_log_in_first_and_come_back(self):
        self.opener.cookies.clear()
        self.authenticate(None, None)
        token = self.shop._get_claim_token(self.bill())
        response = self.get(f"claim/{token}", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn(f"claim%2F{token}", response.headers["Location"])

    def test_guessing_leads_nowhere(self):
        order = self.bill()
        token = self.shop._get_claim_token(order)
        for number in range(11):
            response = self.get(f"claim/s{order.id}-{number:032x}")
            self.assertEqual(response.status_code, 404)
            self.assertNotIn(order.name, response.text)
        # from now on not even the right one, for an hour
        self.assertEqual(self.get(f"claim/{token}").status_code, 404)
        self.assertEqual(self.collect(token).status_code, 404)
        self.assertBalance(self.card, 0)
