from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_loyalty_points.controllers.member_common import DEVICE_COOKIE

from .points_common import OTHER_PHONE, PHONE, LinePointsCase

STRANGE = "+66855554321"


class LineClaimCase(LinePointsCase):
    """Somchai and Suda have shown who they are on LINE."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.line.channel"].search([]).active = False
        cls.channel = cls.env["crm.line.channel"].create(
            {"name": "OA", "liff_id": "1234-abcd"}
        )
        cls.line_users = cls.env["crm.line.user"].create(
            [
                {
                    "channel_id": cls.channel.id,
                    "user_id": f"U{number:032x}",
                    "partner_id": partner.id,
                }
                for number, partner in enumerate((cls.partner, cls.other_partner), 1)
            ]
        )

    def claim(self, partner, number, digits):
        return self.account._claim_line_order(partner, number, digits)


@tagged("post_install", "-at_install")
class TestLineClaim(LineClaimCase):
    def test_number_and_digits_prove_it(self):
        order = self._line_order(is_gift=True, recipient_phone=STRANGE)
        self._settle(order)
        self.assertFalse(order.partner_id)
        self.assertFalse(self.claim(self.partner, order.number, "4322"))
        self.assertFalse(self.claim(self.partner, order.number, ""))
        self.assertEqual(self.claim(self.partner, order.number, "๔๓๒๑"), order)
        self.assertEqual(order.match_method, "claim")
        self.assertBalance(self.card, 100)
        self.assertEqual(self.claim(self.partner, f"#{order.number}", "4321"), order)
        self.assertBalance(self.card, 100)

    def test_nobody_takes_what_was_claimed(self):
        order = self._line_order(recipient_phone=STRANGE)
        self.claim(self.partner, order.number, "4321")
        self.assertFalse(self.claim(self.other_partner, order.number, "4321"))
        self.assertEqual(order.partner_id, self.partner)

    def test_a_claim_is_surer_than_a_phone(self):
        order = self._line_order(recipient_phone=OTHER_PHONE)
        self._settle(order)
        self.assertEqual(order.partner_id, self.other_partner)
        self.claim(self.partner, order.number, OTHER_PHONE[-4:])
        self.assertBalance(self.other_card, 0)
        self.assertBalance(self.card, 100)
        self._settle(order)
        self.assertBalance(self.card, 100)

    def test_what_staff_say_stays(self):
        order = self._line_order(recipient_phone=STRANGE)
        order._choose_buyer(self.other_partner)
        self.assertFalse(self.claim(self.partner, order.number, "4321"))
        order._choose_buyer(self.env["res.partner"])
        order.recipient_phone = PHONE
        self._settle(order)
        self.assertFalse(order.partner_id)
        self.assertBalance(self.other_card, 0)

    def test_line_has_to_know_the_member(self):
        order = self._line_order(recipient_phone=STRANGE)
        self.line_users.unlink()
        with self.assertRaises(UserError):
            self.claim(self.partner, order.number, "4321")
        page = self.account._get_line_order_page(self.partner)
        self.assertEqual(page["missing"], "line")
        self.assertIn("1234-abcd", page["line_url"])

    def test_cancelled_and_old_orders_are_not_free(self):
        old = fields.Datetime.now() - timedelta(days=self.shop.match_days + 1)
        for values in ({"order_status": "CANCELED"}, {"checkout_at": old}):
            order = self._line_order(recipient_phone=STRANGE, **values)
            self.assertFalse(self.claim(self.partner, order.number, "4321"), values)

    def test_the_erased_are_not_named_any_more(self):
        order = self._line_order(
            recipient_name="Somchai Jaidee",
            recipient_email="s@example.com",
            payload={"orderNumber": "1", "shippingAddress": {"address": "1 Soi"}},
        )
        self._settle(order)
        self.claim(self.partner, "2600088888", "4321")
        self.partner._crm_erase()
        self.assertFalse(order.recipient_name or order.recipient_phone)
        self.assertEqual(order.payload, {"orderNumber": "1"})
        claims = self.env["crm.lineshopping.claim"]
        self.assertFalse(claims.search([("number", "=", "2600088888")]))
        self._settle(order)
        self.assertBalance(self.card, 0)

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        shop = self.env["crm.lineshopping.shop"].create(
            {"name": "Other", "company_id": company.id}
        )
        order = self._line_order(sold=False, recipient_phone=STRANGE, shop_id=shop.id)
        self.assertFalse(self.claim(self.partner, order.number, "4321"))
        self.assertFalse(order.partner_id)

    def test_claimed_before_it_came_in(self):
        number = "2600099999"
        self.assertFalse(self.claim(self.other_partner, number, "1111"))
        self.assertFalse(self.claim(self.partner, number, "4321"))
        self.assertFalse(self.claim(self.partner, number, "4321"))
        claims = self.env["crm.lineshopping.claim"].search([("number", "=", number)])
        self.assertEqual(len(claims), 2)
        order = self._line_order(number=number, recipient_phone=STRANGE)
        self._settle(order)
        self.assertEqual(
            (order.partner_id, order.match_method), (self.partner, "claim")
        )
        self.assertBalance(self.card, 100)

    def test_unpaid_gives_when_it_is_paid(self):
        order = self._line_order(recipient_phone=STRANGE, payment_status="PENDING")
        self.assertEqual(self.claim(self.partner, order.number, "4321"), order)
        self.assertBalance(self.card, 0)
        [view] = self.account._get_member_orders(self.partner)["orders"]
        self.assertEqual(view["number"], order.number)
        self.assertIn("when it is paid", view["note"])
        self._settle(order, payment_status="PAID")
        self.assertBalance(self.card, 100)
        [view] = self.account._get_member_orders(self.partner)["orders"]
        self.assertEqual((view["points"], view["note"]), ("+100", ""))


@tagged("post_install", "-at_install")
class TestLineLateMembers(LinePointsCase):
    """Orders of people who join, or give their number, later."""

    def run_cron(self):
        # the job commits; its parts are run as it does
        for shop in self.shop:
            ids = self.env["crm.lineshopping.order"]._find_matchable(shop, 0, 100)
            orders = self.env["crm.lineshopping.order"].browse(ids)
            self._settle(orders)
        return ids

    def test_a_new_member(self):
        order = self._line_order(recipient_phone=STRANGE)
        self._settle(order)
        person = self.env["res.partner"].create({"name": "New", "phone": STRANGE})
        triggers = self.env["ir.cron.trigger"]
        cron = self.env.ref("crm_lineshopping_connector.crm_lineshopping_cron_buyers")
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(self.run_cron(), [])
        card = self._card(person)
        self.assertGreater(triggers.search_count([("cron_id", "=", cron.id)]), before)
        self.assertEqual(self.run_cron(), order.ids)
        self.assertBalance(card, 100)
        self.assertEqual(self.run_cron(), [])

    def test_a_new_phone(self):
        order = self._line_order(recipient_phone=STRANGE)
        self._settle(order)
        cron = self.env.ref("crm_lineshopping_connector.crm_lineshopping_cron_buyers")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.partner.phone = "+66800000000"
        triggers = [("cron_id", "=", cron.id)]
        self.assertFalse(self.env["ir.cron.trigger"].search_count(triggers))
        self.partner.phone = STRANGE
        self.assertTrue(self.env["ir.cron.trigger"].search_count(triggers))
        self.run_cron()
        self.assertEqual(order.partner_id, self.partner)

    def test_not_for_ever(self):
        old = fields.Datetime.now() - timedelta(days=self.shop.match_days + 1)
        order = self._line_order(recipient_phone=STRANGE, checkout_at=old)
        self.partner.phone = STRANGE
        self.assertEqual(self.run_cron(), [])
        self.shop.match_days = 0
        self.assertEqual(self.run_cron(), order.ids)

    def test_staff_named_a_customer_who_joins_later(self):
        order = self._line_order(recipient_phone=STRANGE)
        order._choose_buyer(self.guest)
        self.assertEqual(order.points_state, "none")
        card = self._card(self.guest)
        order.invalidate_recordset()
        self.assertTrue(order.dirty)
        self._settle(order)
        self.assertBalance(card, 100)


@tagged("post_install", "-at_install")
class TestLineApproval(LinePointsCase):
    """Points that staff give, many at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.points_approval = "staff"
        group = "crm_segments.crm_segments_group_"
        cls.officer = new_test_user(cls.env, "line_officer", f"{group}officer")
        cls.manager = new_test_user(cls.env, "line_manager", f"{group}manager")
        cls.viewer = new_test_user(cls.env, "line_viewer", f"{group}viewer")

    def test_many_orders_are_approved_once(self):
        orders = self._line_order() | self._line_order() | self._line_order(3)
        unpaid = self._line_order(payment_status="PENDING")
        self._settle(orders | unpaid)
        self.assertEqual(set(orders.mapped("points_state")), {"waiting"})
        self.assertEqual(sum(orders.mapped("points")), 500)
        self.assertBalance(self.card, 0)
        chosen = (orders | unpaid).with_user(self.officer)
        for _turn in range(2):
            chosen.action_approve_points()
        self.assertBalance(self.card, 500)
        self.assertEqual(orders.approved_by_id, self.officer)
        self.assertFalse(unpaid.approval)
        entries = self._entries(orders[0].sale_order_id)
        self.assertEqual(entries.operator_name, self.officer._crm_operator_name())

    def test_refused_and_thought_better_of(self):
        order = self._line_order()
        self._settle(order)
        refusal = self.env["crm.lineshopping.refusal"].with_user(self.officer)
        refusal.create({"order_ids": order.ids, "reason": "Test"}).action_refuse()
        self._settle(order)
        self.assertEqual((order.points_state, order.refusal), ("none", "Test"))
        order.with_user(self.officer).action_approve_points()
        self.assertBalance(self.card, 100)
        refusal.create({"order_ids": order.ids, "reason": "Fraud"}).action_refuse()
        self.assertEqual(order.points_state, "reversed")
        self.assertEqual(self._line_entries(order)[-1][3], "line_refused")

    def test_above_the_limit_a_second_person(self):
        self.env.company.points_limit_movement = 150
        small, large = self._line_order(), self._line_order(2)
        self._settle(small | large)
        (small | large).with_user(self.officer).action_approve_points()
        self.assertEqual((small.points_state, large.points_state), ("given", "waiting"))
        self.assertEqual(large.approval, "first")
        large.with_user(self.officer).action_approve_points()
        self.assertEqual(large.points_state, "waiting")
        large.with_user(self.manager).action_approve_points()
        self.assertEqual(large.points_state, "given")
        self.assertEqual(large.second_by_id, self.manager)
        self.assertBalance(self.card, 300)

    def test_staff_do_not_give_themselves_orders(self):
        self.shop.points_approval = "auto"
        self.env.company.points_limit_movement = 1000
        own = self.officer.partner_id
        card = self._card(own)
        order = self._line_order(recipient_phone=STRANGE)
        order.with_user(self.officer)._choose_buyer(own)
        self.assertEqual((order.approval, order.points_state), ("first", "waiting"))
        self.assertBalance(card, 0)
        order.with_user(self.manager).action_approve_points()
        self.assertBalance(card, 100)

    def test_a_claim_of_somebody_else_is_approved_again(self):
        order = self._line_order()
        self._settle(order)
        order.with_user(self.officer).action_approve_points()
        order._claim(self.other_partner)
        self.assertEqual(order.points_state, "waiting")
        self.assertBalance(self.card, 0)
        self.assertBalance(self.other_card, 0)

    def test_settings_change_nothing_that_was_decided(self):
        waiting = self._line_order()
        self._settle(waiting)
        self.shop.points_approval = "auto"
        given = self._line_order()
        self._settle(given | waiting)
        self.assertEqual(waiting.points_state, "waiting")
        self.shop.points_approval = "staff"
        self._settle(given)
        self.assertEqual(given.points_state, "given")
        self.assertBalance(self.card, 100)

    def test_who_may(self):
        order = self._line_order()
        self._settle(order)
        for method in (
            "action_approve_points",
            "action_refuse_points",
            "action_choose_buyer",
        ):
            with self.assertRaises(AccessError):
                getattr(order.with_user(self.viewer), method)()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "line_stranger",
            "crm_segments.crm_segments_group_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(AccessError):
            order.with_user(stranger).action_approve_points()

    def test_candidates(self):
        person = self.env["res.partner"].create(
            {"name": "Mail", "email": "who@example.com"}
        )
        before = self._line_order(recipient_phone=STRANGE)
        before._choose_buyer(self.other_partner)
        order = self._line_order(
            recipient_phone=STRANGE, recipient_email="Who@Example.com"
        )
        self._settle(order)
        action = order.with_user(self.officer).action_choose_buyer()
        wizard = self.env[action["res_model"]].with_user(self.officer)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual(
            [(row.partner_id, row.why) for row in wizard.candidate_ids],
            [(self.other_partner, "before"), (person, "email")],
        )
        wizard.candidate_ids[0].action_choose()
        self.assertEqual(
            (order.partner_id, order.match_method), (self.other_partner, "staff")
        )


@tagged("post_install", "-at_install")
class TestLineClaimPages(LineClaimCase, HttpCase):
    """Over HTTP, as a member's phone does."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        _device, token = self.env["crm.member.device"]._remember(
            self.partner, self.env.company, "Phone"
        )
        self.opener.cookies[DEVICE_COOKIE] = token
        self.opener.cookies["crm_member_lang"] = "en_US"

    def get(self, path=""):
        return self.url_open(f"/member/line-shop/{path}")

    def send(self, number, digits, path="line-order/claim"):
        html = self.get("more").text
        csrf = html.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self.url_open(
            f"/member/line-shop/{path}",
            data={"csrf_token": csrf, "number": number, "digits": digits},
        )

    def test_claiming(self):
        order = self._line_order(is_gift=True, recipient_phone=STRANGE)
        self.assertIn("Claim a LINE order", self.get("more").text)
        self.assertIn("Last 4 digits", self.get("line-order").text)
        html = self.send(order.number, "4321").text
        self.assertIn("It is yours, with 100 points", html)
        self.assertIn(order.number, html)
        self.assertIn("+100", html)
        self.assertBalance(self.card, 100)

    def test_one_answer_to_whatever_is_wrong(self):
        order = self._line_order(recipient_phone=STRANGE)
        taken = self._line_order(recipient_phone=STRANGE)
        taken._claim(self.other_partner)
        texts = set()
        for number, digits in (
            (order.number, "1111"),
            ("2699999999", "4321"),
            (taken.number, "4321"),
            ("<b>", "x"),
        ):
            html = self.send(number, digits).text
            start = html.index("We know no order")
            texts.add(html[start : start + 120])
        self.assertEqual(len(texts), 1)

    def test_guessing_ends(self):
        order = self._line_order(recipient_phone=STRANGE)
        for guess in range(10):
            self.send(order.number, f"{guess:04d}")
        response = self.send(order.number, "4321")
        self.assertEqual(response.status_code, 429)
        self.assertFalse(order.partner_id)

    def test_no_line_shop_no_page(self):
        self.env["crm.lineshopping.shop"].search([]).active = False
        self.assertNotIn("Claim a LINE order", self.get("more").text)
        self.assertEqual(self.get("line-order").status_code, 404)

    def test_who_is_not_known_on_line_is_led_there(self):
        self.line_users.unlink()
        self.assertIn("liff.line.me/1234-abcd", self.get("line-order").text)
