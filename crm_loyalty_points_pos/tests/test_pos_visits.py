from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosVisits(PosPointsCase):
    """Who pays at the till has come in. A visit more, or one noted at the wrong branch,
    moves tiers and footfall; a sale refused because of it is worse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till.config.sudo().visit_check_in = True
        cls.visits = cls.env["crm.visit"]

    def _mine(self, partner=None):
        partner = partner or self.partner
        return self.visits.search([("partner_id", "=", partner.id)], order="id")

    def test_order_notes_a_visit(self):
        order = self.buy(1)
        visit = self._mine()
        self.assertEqual((visit.kind, visit.state), ("walk_in", "done"))
        self.assertEqual(visit.branch_id, self.branch)
        self.assertEqual(visit.arrived_at, order.date_order)
        self.buy(2)
        self.assertEqual(self._mine(), visit, "the same day")

    def test_planned_visit_begins(self):
        planned = self.visits.create(
            {
                "partner_id": self.partner.id,
                "branch_id": self.branch.id,
                "start": fields.Datetime.now(),
            }
        )
        self.buy(1)
        self.assertEqual(self._mine(), planned)
        self.assertEqual(planned.state, "arrived")

    def test_order_that_arrives_late(self):
        """A till without connection tells two days later."""
        then = fields.Datetime.now() - timedelta(days=2)
        self.buy(1, date_order=fields.Datetime.to_string(then))
        visit = self._mine()
        self.assertEqual(visit.arrived_at, then)
        self.assertEqual((self.buy(1).date_order.date() - then.date()).days, 2)
        self.assertEqual(len(self._mine()), 2)

    def test_clock_of_the_till_is_fast(self):
        soon = fields.Datetime.now() + timedelta(hours=3)
        order = self.buy(1, date_order=fields.Datetime.to_string(soon))
        self.assertEqual(order.state, "paid")
        self.assertEqual(len(self._mine()), 1)

    def test_nobody_known_came_in(self):
        before = self.visits.search_count([])
        self.till.sell([self.till.line(self.product)])
        self.assertEqual(self.visits.search_count([]), before)

    def test_goods_brought_back(self):
        order = self.buy(1)
        self._mine().sudo().unlink()
        self.till.refund(order)
        self.assertFalse(self._mine())

    def test_switched_off(self):
        self.till.config.sudo().visit_check_in = False
        self.buy(1)
        self.assertFalse(self._mine())

    def test_welcome_at_the_branch_of_the_till(self):
        """Joining carries the branch where it happened, not where the user sits."""
        self.program.welcome_points = 20
        elsewhere = self.env["crm.branch"].create({"name": "Office"})
        self.cashier.default_branch_id = elsewhere
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        self.buy(1, partner=newcomer)
        welcome = self.Entry.search(
            [("card_id.partner_id", "=", newcomer.id), ("kind", "=", "welcome")]
        )
        self.assertEqual(welcome.branch_id, self.branch)
        self.assertEqual(newcomer.joined_branch_id, self.branch)

    def test_tills_of_a_branch(self):
        manager = new_test_user(
            self.env,
            "branch_boss",
            "crm_segments.crm_segments_group_manager,point_of_sale.group_pos_user",
        )
        with Form(self.branch.with_user(manager)) as form:
            form.phone = "02 123 4567"
        self.assertEqual(self.branch.till_ids, self.till.config)
