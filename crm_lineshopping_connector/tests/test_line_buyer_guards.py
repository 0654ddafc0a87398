from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .points_common import PHONE, LinePointsCase

STRANGE = "+66855554321"
GROUP = "crm_segments.crm_segments_group_"


@tagged("post_install", "-at_install")
class TestLineUnprovenPhones(LinePointsCase):
    """Who only typed a number gets nothing that is on it."""

    def setUp(self):
        super().setUp()
        self.order = self._line_order(recipient_phone=STRANGE)
        self.newcomer = self.env["res.partner"].create(
            {"name": "New", "phone": STRANGE, "phone_unproven": True}
        )
        self.new_card = self._card(self.newcomer)
        cron = self.env.ref("crm_lineshopping_connector.crm_lineshopping_cron_buyers")
        self.triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.triggers.unlink()

    def is_asked(self):
        cron = self.env.ref("crm_lineshopping_connector.crm_lineshopping_cron_buyers")
        return bool(self.triggers.search_count([("cron_id", "=", cron.id)]))

    def test_a_typed_number_gets_nothing_until_it_is_proven(self):
        self._settle(self.order)
        self.assertFalse(self.order.partner_id)
        self.assertNotIn(STRANGE, self.newcomer._crm_own_line_numbers())
        self.newcomer.phone_unproven = True
        self.assertFalse(self.is_asked())
        self.newcomer.phone_unproven = False
        self.assertTrue(self.is_asked())
        self._settle(self.order)
        self.assertEqual(self.order.partner_id, self.newcomer)
        self.assertIn(STRANGE, self.newcomer._crm_own_line_numbers())

    def test_a_possible_twin_gets_nothing_until_that_is_settled(self):
        self.newcomer.write(
            {"phone_unproven": False, "possible_twin_id": self.guest.id}
        )
        self.triggers.search([]).unlink()
        self._settle(self.order)
        self.assertFalse(self.order.partner_id)
        self.newcomer.action_not_twin()
        self.assertTrue(self.is_asked())
        self._settle(self.order)
        self.assertEqual(self.order.partner_id, self.newcomer)

    def test_a_typed_number_takes_nothing_from_its_owner(self):
        self.newcomer.write({"phone": PHONE, "phone_unproven": True})
        order = self._line_order()
        self._settle(order)
        self.assertEqual(order.partner_id, self.partner)


@tagged("post_install", "-at_install")
class TestLineSecondPerson(LinePointsCase):
    """No way around the second person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.points_limit_movement = 150
        cls.officer = new_test_user(cls.env, "guard_officer", f"{GROUP}officer")
        cls.manager = new_test_user(cls.env, "guard_manager", f"{GROUP}manager")

    def refuse_and_approve(self, order):
        order.with_user(self.officer)._refuse_points("Test")
        order.with_user(self.officer).action_approve_points()

    def test_refusing_first_is_no_way_around(self):
        self.shop.points_approval = "staff"
        order = self._line_order(2)
        self._settle(order)
        self.refuse_and_approve(order)
        self.assertEqual((order.approval, order.points_state), ("first", "waiting"))
        self.assertBalance(self.card, 0)
        order.with_user(self.manager).action_approve_points()
        self.assertBalance(self.card, 200)

    def test_refusing_ones_own_first(self):
        card = self._card(self.officer.partner_id)
        order = self._line_order(recipient_phone=STRANGE)
        order.with_user(self.officer)._choose_buyer(self.officer.partner_id)
        self.refuse_and_approve(order)
        self.assertEqual(order.approval, "first")
        self.assertBalance(card, 0)

    def test_refused_and_approved_before_there_is_a_card(self):
        order = self._line_order(2, recipient_phone=STRANGE)
        order.with_user(self.officer)._choose_buyer(self.guest)
        self.refuse_and_approve(order)
        card = self._card(self.guest)
        self._settle(order)
        self.assertEqual((order.approval, order.points_state), ("first", "waiting"))
        self.assertBalance(card, 0)

    def test_a_card_later_is_no_way_around(self):
        large = self._line_order(2, recipient_phone=STRANGE)
        small = self._line_order(recipient_phone=STRANGE)
        for order in small, large:
            order.with_user(self.officer)._choose_buyer(self.guest)
        self.assertEqual(set((small | large).mapped("approval")), {False})
        card = self._card(self.guest)
        self._settle(small | large)
        self.assertEqual((small.approval, large.approval), ("auto", "first"))
        self.assertEqual(large.approved_by_id, self.officer)
        self.assertBalance(card, 100)
        large.with_user(self.officer).action_approve_points()
        self.assertBalance(card, 100)
        large.with_user(self.manager).action_approve_points()
        self.assertBalance(card, 300)

    def test_ones_own_card_later(self):
        order = self._line_order()
        self._settle(order)
        self.assertBalance(self.card, 100)
        order.with_user(self.officer)._choose_buyer(self.officer.partner_id)
        self.assertBalance(self.card, 0)
        card = self._card(self.officer.partner_id)
        self._settle(order)
        self.assertEqual((order.approval, order.points_state), ("first", "waiting"))
        self.assertBalance(card, 0)

    def test_a_sale_order_later(self):
        order = self._line_order(sold=False, recipient_phone=STRANGE)
        order.with_user(self.officer)._choose_buyer(self.partner)
        self._settle(order)
        self.assertFalse(order.approval)
        lines = [("goods", self.product, 2, 100)]
        order.sale_order_id = self._sale_of(order, lines)
        self._settle(order)
        self.assertEqual((order.approval, order.points_state), ("first", "waiting"))

    def test_what_may_be_given_at_once_is(self):
        order = self._line_order(recipient_phone=STRANGE)
        order.with_user(self.officer)._choose_buyer(self.partner)
        self.assertEqual((order.approval, order.points_state), ("auto", "given"))


@tagged("post_install", "-at_install")
class TestLineBuyerForm(LinePointsCase):
    """The form about a buyer shows and changes what its user may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(cls.env, "form_officer", f"{GROUP}officer")
        cls.company = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Theirs", "phone": STRANGE, "company_id": cls.company.id}
        )

    def test_orders_of_other_companies_are_not_shown(self):
        shop = self.env["crm.lineshopping.shop"].create(
            {"name": "Other", "company_id": self.company.id}
        )
        order = self._line_order(sold=False, shop_id=shop.id, recipient_name="Secret")
        form = self.env["crm.lineshopping.buyer"].with_user(self.officer)
        names = ["recipient_name", "recipient_phone", "current_id"]
        with self.assertRaises(AccessError):
            form.create({"order_id": order.id}).read(names)
        own = self._line_order(sold=False)
        action = own.with_user(self.officer).action_choose_buyer()
        wizard = form.browse(action["res_id"])
        wizard.invalidate_recordset()
        self.assertEqual(wizard.read()[0]["recipient_phone"], PHONE)
        self.assertEqual(wizard.candidate_ids.read()[0]["phone"], PHONE)

    def test_customers_of_other_companies_are_not_shown(self):
        order = self._line_order(sold=False)
        wizard = self.env["crm.lineshopping.buyer"].with_user(self.officer)
        wizard = wizard.create({"order_id": order.id})
        row = wizard.candidate_ids.create(
            {"wizard_id": wizard.id, "partner_id": self.stranger.id, "why": "phone"}
        )
        row.invalidate_recordset()
        with self.assertRaises(AccessError):
            row.read(["phone"])

    def test_customers_of_other_companies_are_not_chosen(self):
        order = self._line_order(recipient_phone=STRANGE)
        stranger = self.stranger.with_user(self.officer)
        with self.assertRaises(AccessError):
            order.with_user(self.officer)._choose_buyer(stranger)
        self.officer.company_ids |= self.company
        both = (self.env.company | self.company).ids
        chosen = order.with_user(self.officer).with_context(allowed_company_ids=both)
        with self.assertRaises(UserError):
            chosen._choose_buyer(stranger)
        self.assertFalse(order.partner_id)

    def test_nobody_we_know_is_not_claimed(self):
        order = self._line_order(recipient_phone=STRANGE)
        self.assertTrue(order._is_claimable(self.partner))
        order.with_user(self.officer)._choose_buyer(self.env["res.partner"])
        self.assertFalse(order._is_claimable(self.partner))


@tagged("post_install", "-at_install")
class TestLineBuyerJob(LinePointsCase):
    """One order in trouble holds up no other."""

    def test_the_job_goes_on_after_an_error(self):
        bad, good = self._line_order(), self._line_order()
        self.env.flush_all()
        # something that the database refuses
        self.env.cr.execute(
            SQL(
                """ALTER TABLE crm_lineshopping_order ADD CONSTRAINT never_given
                   CHECK (id != %s OR points_state IS DISTINCT FROM 'given')""",
                bad.id,
            )
        )
        self.patch(self.env.cr, "commit", lambda: self.env.flush_all())
        savepoint = self.env.cr.savepoint()

        def rollback():
            savepoint.rollback()
            self.env.invalidate_all(flush=False)

        self.patch(self.env.cr, "rollback", rollback)
        with mute_logger("odoo.sql_db"):
            self.env["crm.lineshopping.order"]._cron_match_buyers(limit=1)
        self.assertEqual((bad.dirty, bad.partner_id), (True, self.partner.browse()))
        self.assertFalse(good.dirty)
        self.assertEqual(good.partner_id, self.partner)
        self.assertBalance(self.card, 100)
        savepoint.close(rollback=False)
