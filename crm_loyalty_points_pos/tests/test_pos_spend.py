from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosSpend(PosPointsCase):
    """A till without connection spends what it believes to be there. The goods are gone
    when the server hears of it: the loss has to be seen, once."""

    def test_spending(self):
        self._post(250)
        order = self.buy(3, self.reward_line(self.per_order, 10, 100, self.card))
        # points of the own programme are money paid: 300 are earned on 290
        self.assertEqual(self.points(order), [300, -100])
        self.assertBalance(self.card, 450)
        self.assertIn("100", self.entries(order, "redeem").why)
        self.assertEqual(self.exceptions(), [])
        self.claim(order, 200, key=self.card.id)
        self.assertBalance(self.card, 450)
        history = self.card.history_ids
        self.assertEqual((history.issued, history.used), (300, 100))

    def test_an_order_may_spend_what_it_earns(self):
        self.buy(1, self.reward_line(self.per_order, 10, 100, self.card))
        self.assertBalance(self.card, 0)
        self.assertEqual(self.exceptions(), [])

    def test_some_of_the_points(self):
        self._post(250)
        self.buy(3, self.reward_line(self.per_point, 42.5, 42.5, self.card))
        self.assertBalance(self.card, 507.5)

    def test_the_till_says_that_it_cost_nothing(self):
        self._post(500)
        self.buy(1, self.reward_line(self.per_order, 10, 0, self.card))
        self.assertBalance(self.card, 500)
        self.buy(1, self.reward_line(self.per_point, 70, 0, self.card))
        self.assertBalance(self.card, 530)
        self.buy(
            3,
            self.till.line(self.cup, 2),
            self.reward_line(self.free_cup, 40, 0, self.card, qty=2),
        )
        self.assertBalance(self.card, 530 + 300 - 100)

    def test_someone_elses_card(self):
        theirs = self._card(self.other_partner)
        self._post(500, card=theirs)
        self._post(100)
        order = self.buy(1, self.reward_line(self.per_order, 10, 100, theirs))
        self.assertBalance(theirs, 500)
        self.assertBalance(self.card, 100)
        self.assertEqual(order.lines[1].coupon_id, self.card)

    def test_a_card_that_is_not_there_yet(self):
        buyer = self.env["res.partner"].create({"name": "Somsri"})
        order = self.buy(2, self.reward_line(self.per_order, 10, 100), partner=buyer)
        card = self.Card.search([("partner_id", "=", buyer.id)])
        self.assertBalance(card, 100)
        self.assertEqual(order.lines[1].coupon_id, card)

    def test_more_than_there_is_becomes_a_debt_and_one_exception(self):
        self._post(30)
        order = self.buy(1, self.reward_line(self.per_point, 100, 200, self.card))
        self.assertBalance(self.card, -70)
        self.assertEqual(self.exceptions(), [("overspent", self.card, 70)])
        self.claim(order, -100, key=self.card.id)
        order._settle_points()
        self.assertEqual(self.exceptions(), [("overspent", self.card, 70)])
        self.buy(2)
        self.assertBalance(self.card, 130)

    def test_a_spend_of_another_till_arrives_late(self):
        """Both tills had seen 100 points; the second order is accepted as a debt."""
        self._post(100)
        first = self.buy(
            self.till.line(self.top_up, 1, 1.0),
            self.reward_line(self.per_point, 1, 100, self.card),
        )
        late = self.buy(
            self.till.line(self.top_up, 1, 1.0),
            self.reward_line(self.per_point, 1, 100, self.card),
            date_order="2026-01-05 05:00:00",
        )
        self.assertBalance(self.card, -100)
        self.assertEqual(self.exceptions(first), [])
        self.assertEqual(self.exceptions(late), [("overspent", self.card, 100)])

    def test_prepaid_value_at_the_till(self):
        wallet = self._card(self.partner, self.wallet)
        self._post(300, card=wallet)
        order = self.buy(2, self.reward_line(self.prepaid, 120, 120, wallet))
        self.assertBalance(wallet, 180)
        # prepaid value is money
        self.assertBalance(self.card, 200)
        self.buy(3, self.reward_line(self.prepaid, 200, 200, wallet))
        self.assertBalance(wallet, -20)
        self.assertEqual([e[0] for e in self.exceptions()], ["overspent"])
        self.assertEqual(self.exceptions(order), [])

    def test_nothing_about_points_refuses_an_order(self):
        self.program.rule_ids.reward_point_mode = "money"
        self.env.flush_all()
        self.env.cr.execute("UPDATE loyalty_rule SET reward_point_mode = 'unheard of'")
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.crm_loyalty_points_pos", "ERROR"):
            order = self.buy(1)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.exceptions(order), [("failed", self.Card, 0)])
        self.env.cr.execute("UPDATE loyalty_rule SET reward_point_mode = 'money'")
        self.env.invalidate_all()
        exception = self.Exception.search([("order_id", "=", order.id)])
        exception.action_count_again()
        self.assertEqual(exception.state, "settled")
        self.assertBalance(self.card, 100)


@tagged("post_install", "-at_install")
class TestPosExceptions(PosPointsCase):
    """The list is for managers: a cashier who could close his own exceptions would."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "shop_manager", "crm_segments.crm_segments_group_manager"
        )
        self.order = self.buy(1, self.reward_line(self.per_point, 100, 200, self.card))
        self.exception = self.Exception.search([("order_id", "=", self.order.id)])

    def test_a_manager_is_told_once(self):
        self.assertEqual(len(self.exception.activity_ids), 1)
        self.order._settle_points()
        self.Exception._report(self.order, "overspent", self.card, 100)
        self.assertEqual(len(self.exception.activity_ids), 1)
        self.assertEqual(len(self.exceptions(self.order)), 1)

    def test_a_manager_settles(self):
        exception = self.exception.with_user(self.manager)
        exception.note = "Paid in cash"
        exception.action_settle()
        self.assertEqual(exception.state, "settled")
        self.assertEqual(exception.closed_by_id, self.manager)
        self.assertTrue(exception.closed_on)
        self.assertFalse(self.exception.activity_ids)
        exception.action_reopen()
        self.assertEqual(exception.state, "open")

    def test_the_till_shows_how_many(self):
        config = self.till.config.sudo()
        self.assertEqual(config.points_exception_count, 1)
        action = config.action_view_points_exceptions()
        self.assertIn(self.exception, self.Exception.search(action["domain"]))
        self.exception.action_settle()
        config.invalidate_recordset()
        self.assertEqual(config.points_exception_count, 0)

    def test_nobody_else_touches_it(self):
        for user in (self.cashier, self.manager):
            exception = self.exception.with_user(user)
            for values in (
                {"state": "settled"},
                {"points": 0},
                {"closed_by_id": user.id},
                {"order_id": False},
            ):
                with self.assertRaises(AccessError):
                    exception.write(values)
            with self.assertRaises(AccessError):
                exception.unlink()
            with self.assertRaises(AccessError):
                exception.create({"order_id": self.order.id, "kind": "claim"})
        with self.assertRaises(AccessError):
            self.exception.with_user(self.cashier).action_settle()
        with self.assertRaises(AccessError):
            self.exception.with_user(self.cashier).read(["points"])

    def test_another_companys_manager(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "other_manager",
            "crm_segments.crm_segments_group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        exception = self.exception.with_user(stranger)
        self.assertFalse(exception.search([]))
        with self.assertRaises(AccessError):
            exception.action_settle()


@tagged("post_install", "-at_install")
class TestPosCashier(PosPointsCase):
    """A cashier has a login of the API, too: nothing that decides about points may be
    written with it."""

    def test_points_of_a_card(self):
        card = self.card.with_user(self.cashier)
        for context in ({}, {"loyalty_no_mail": True}, {"install_mode": True}):
            with self.assertRaises(AccessError):
                card.with_context(**context).write({"points": 500})
        for name in ("entry_seq", "hold_owner", "hold_until", "is_member_card"):
            with self.assertRaises(AccessError):
                card.write({name: False})
        self.assertBalance(self.card, 0)

    def test_entries(self):
        entry = self._post(10)
        with self.assertRaises(AccessError):
            entry.with_user(self.cashier).read(["points"])

    def test_what_the_server_notes_about_an_order(self):
        order = self.buy(1, points_ledgered=True, coupons_confirmed=True)
        self.assertBalance(self.card, 100)
        self.assertFalse(order.coupons_confirmed)
        order.with_user(self.cashier).write(
            {"points_ledgered": False, "coupon_uses": {"1": {}}}
        )
        self.assertTrue(order.points_ledgered)
        self.assertFalse(order.coupon_uses)
        Order = self.env["pos.order"].with_user(self.cashier)
        forged = Order.with_context(default_points_ledgered=True).create(
            {
                "session_id": self.till.session.id,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_tax": 0,
                "amount_return": 0,
            }
        )
        self.assertFalse(forged.points_ledgered)

    def test_a_claim_on_an_unpaid_order(self):
        order = self.till.sync(
            self.till.data(
                [self.till.line(self.top_up, 100)],
                self.partner,
                state="draft",
                payments=[],
            )
        )
        self.claim(order, 50000, self.wallet)
        wallet = self.Card.search([("program_id", "=", self.wallet.id)])
        self.assertFalse(sum(wallet.mapped("points")))

    def test_a_claim_on_an_order_without_lines(self):
        order = self.env["pos.order"].create(
            {
                "session_id": self.till.session.id,
                "partner_id": self.partner.id,
                "amount_total": 50,
                "amount_paid": 50,
                "amount_tax": 0,
                "amount_return": 0,
            }
        )
        self.claim(order, 99999, self.program, key=self.card.id)
        self.assertBalance(self.card, 0)
        other = order.copy({"amount_total": 50, "amount_paid": 50})
        self.claim(other, 99999, self.wallet)
        wallet = self.Card.search([("program_id", "=", self.wallet.id)])
        self.assertBalance(wallet, 50)
        self.claim(other, 99999, self.wallet)
        self.assertBalance(wallet, 50)

    def test_only_who_may_sell_confirms(self):
        order = self.buy(1)
        viewer = new_test_user(
            self.env, "points_viewer", "crm_segments.crm_segments_group_viewer"
        )
        with self.assertRaises(AccessError):
            order.with_user(viewer).confirm_coupon_programs({})
