from functools import partial

from psycopg2.errors import SerializationFailure

from odoo.service.model import retrying
from odoo.tests.common import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)


@tagged("standard", "post_install", "-at_install")
class TestPointsBookingRaces(BaseCase):
    """The night's job and an impatient manager book the same points: the books must
    have them once. Only several connections that commit can show it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            cls.program_id = cls._make_program(env).id

    @classmethod
    def _make_program(cls, env):
        account = env["account.account"].create
        program = env["loyalty.program"].create(
            {
                "name": "Booked",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": env.company.id,
                "point_value": 0.25,
            }
        )
        program.write(
            {
                "points_accounting_since": program._get_local_today(),
                "points_journal_id": env["account.journal"]
                .create({"name": "Points", "code": "PTR", "type": "general"})
                .id,
                "points_liability_account_id": account(
                    {
                        "name": "Points",
                        "code": "PTR1",
                        "account_type": "liability_current",
                    }
                ).id,
                "points_revenue_account_id": account(
                    {"name": "Revenue", "code": "PTR2", "account_type": "income"}
                ).id,
            }
        )
        return program

    def _give(self, number):
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": f"Member {number}"})
            card = env["loyalty.card"].create(
                {"program_id": self.program_id, "partner_id": partner.id}
            )
            env["loyalty.point.entry"]._post(
                [
                    {
                        "card_id": card.id,
                        "kind": "earn",
                        "points": 10,
                        "key": f"race:{number}:{place}",
                    }
                    for place in range(20)
                ]
            )

    def _book(self, env):
        program = env["loyalty.program"].browse(self.program_id)
        return len(env["loyalty.point.booking"]._book(program))

    def _check(self, value):
        with committed(self.database) as env:
            tie_out = env["loyalty.point.tie.out"].search(
                [("program_id", "=", self.program_id)]
            )
            self.assertEqual(tie_out.difference, 0)
            self.assertEqual(tie_out.waiting_count, 0)
            self.assertEqual(tie_out.balance, value)

    def test_two_jobs(self):
        """One of them loses the race; nothing is booked twice, nothing is lost."""
        self._give(1)
        with mute_logger("odoo.sql_db"):
            results = run_together(self.database, self._book, self._book)
        booked = [result for result in results if isinstance(result, int)]
        lost = [result for result in results if not isinstance(result, int)]
        self.assertEqual(booked.count(1), 1, results)
        for error in lost:
            self.assertIsInstance(error, SerializationFailure)
        self._check(50)

        self._give(2)
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = run_together(
                self.database,
                *[lambda env: retrying(partial(self._book, env), env)] * 3,
            )
        self.assertEqual(sorted(results), [0, 0, 1], "a request tries again")
        self._check(100)
