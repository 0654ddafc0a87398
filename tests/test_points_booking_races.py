import os
import signal
from datetime import timedelta
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

from .common_kill import Worker

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
STATEMENTS = 40  # of the full proof: killed at so many of the job's statements


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
                "points_accounting_since": program._get_local_today() - timedelta(30),
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

    def _give(self, number, days=1):
        """Two hundred points of a new member, on so many days."""
        with committed(self.database) as env:
            today = env["loyalty.program"].browse(self.program_id)._get_local_today()
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
                        "date": today - timedelta(place % days),
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
            [[booked]] = env["loyalty.point.booking"]._read_group(
                [("program_id", "=", self.program_id)], [], ["amount:sum"]
            )
            self.assertEqual(booked, value)

    def _value(self):
        with committed(self.database) as env:
            return (
                env["loyalty.point.tie.out"]
                .search([("program_id", "=", self.program_id)])
                .balance
            )

    def test_killed(self):
        """The power fails within the night's job: the next one does the rest, once."""
        worker = Worker(self.database)
        self.addCleanup(worker.close)
        before = self._value()
        self._give("first", days=5)
        done = worker.run("book")
        for number, point in enumerate(self._kill_points(done)):
            self._give(number, days=5)
            answer = worker.run("book", kill=point)
            self.assertEqual(answer.get("signal", signal.SIGKILL), signal.SIGKILL)
            worker.run("book")
            self._check(before + 50 * (number + 2))

    def _kill_points(self, done):
        """:param done: what a whole job made, see kill_points.py
        :return: where to kill it, three places or all commits and many statements"""
        middle = done["statements"] // 2
        if not FULL:
            return (
                ["commit", 1, "after"],
                ["commit", 2, "before"],
                ["statement", middle],
            )
        commits = range(1, done["commits"] + 1)
        step = max(done["statements"] // STATEMENTS, 1)
        return [
            *(["commit", n, place] for n in commits for place in ("before", "after")),
            *(["statement", n] for n in range(2, done["statements"], step)),
        ]

    def test_two_jobs(self):
        """One of them loses the race; nothing is booked twice, nothing is lost."""
        before = self._value()
        self._give("a")
        with mute_logger("odoo.sql_db"):
            results = run_together(self.database, self._book, self._book)
        booked = [result for result in results if isinstance(result, int)]
        lost = [result for result in results if not isinstance(result, int)]
        self.assertEqual(booked.count(1), 1, results)
        for error in lost:
            self.assertIsInstance(error, SerializationFailure)
        self._check(before + 50)

        self._give("b")
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = run_together(
                self.database,
                *[lambda env: retrying(partial(self._book, env), env)] * 3,
            )
        self.assertEqual(sorted(results), [0, 0, 1], "a request tries again")
        self._check(before + 100)
