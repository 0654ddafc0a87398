from functools import partial

from odoo import fields
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)


@tagged("standard", "post_install", "-at_install")
class TestVisitRaces(BaseCase):
    """The counter, the till and the customer page tell of the same arrival at the same
    moment: one visit, on connections that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            cls.branch_id = env["crm.branch"].create({"name": "Siam"}).id

    def _check_in(self, key, env):
        def check_in(env):
            visit = env["crm.visit"]._check_in(
                env["res.partner"].browse(self.partner_id),
                env["crm.branch"].browse(self.branch_id),
                key=key,
            )
            return visit.id

        return retrying(partial(check_in, env), env)

    def _together(self, *keys):
        """:return: ids of the visits that the check-ins, all at once, gave"""
        keys = [key and f"{self._testMethodName}:{key}" for key in keys]
        checks = [partial(self._check_in, key) for key in keys]
        return run_together(self.database, *checks)

    def _visits(self):
        with committed(self.database) as env:
            visits = env["crm.visit"].search([("partner_id", "=", self.partner_id)])
            return [(visit.id, visit.state) for visit in visits]

    def setUp(self):
        super().setUp()
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": self._testMethodName})
            partner._ensure_member_number()
            self.partner_id = partner.id

    def test_walk_in_sent_twice(self):
        results = self._together(None, None, None)
        self.assertEqual(len(set(results)), 1, results)
        self.assertEqual(self._visits(), [(results[0], "arrived")])

    def test_the_same_request_twice(self):
        results = self._together("tap", "tap")
        self.assertEqual(len(set(results)), 1, results)
        self.assertEqual(self._visits(), [(results[0], "arrived")])

    def test_planned_visit_begins_once(self):
        with committed(self.database) as env:
            visit = env["crm.visit"].create(
                {
                    "partner_id": self.partner_id,
                    "branch_id": self.branch_id,
                    "start": fields.Datetime.now(),
                }
            )
            planned_id = visit.id
        results = self._together("counter", "till")
        self.assertEqual(results, [planned_id, planned_id])
        self.assertEqual(self._visits(), [(planned_id, "arrived")])

    def test_two_requests_of_two_screens(self):
        """Different keys: still one visit of the day."""
        results = self._together("counter", "till")
        self.assertEqual(len(set(results)), 1, results)
