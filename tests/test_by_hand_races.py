from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import BaseCase

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)

# What one of two requests ends with; Odoo repeats the first one, which then sees what
# the other one did.
BEATEN = (SerializationFailure, UserError)


@tagged("standard", "post_install", "-at_install")
class TestByHandRaces(BaseCase):
    """Two browser tabs are the cheapest way around a limit."""

    def test_limits_and_decisions(self):
        with cloned_database() as name:
            with committed(name) as env:
                ids = self._prepare(env)

            def give(place):
                def run(env):
                    card = env["loyalty.card"].browse(ids["cards"][place])
                    card = card.with_user(ids["officer"])
                    values = {"kind": "bonus", "points": 60, "reason": "gift"}
                    return card._move_by_hand({**values, "key": f"race:{place}"})[1].ids

                return run

            self._check_one_wins(run_together(name, give(0), give(1)))
            with committed(name) as env:
                cards = env["loyalty.card"].browse(ids["cards"])
                self.assertEqual(sorted(cards.mapped("points")), [0, 60])
                loser = cards.filtered(lambda card: not card.points)
                place = ids["cards"].index(loser.id)
                self.assertTrue(give(place)(env), "repeated, it sees the other one")
                request = env["loyalty.point.approval"].search([])

            def approve(user_id):
                def run(env):
                    env["loyalty.point.approval"].browse(request.id).with_user(
                        user_id
                    ).action_approve()

                return run

            self._check_one_wins(run_together(name, *map(approve, ids["managers"])))
            with committed(name) as env:
                cards = env["loyalty.card"].browse(ids["cards"])
                self.assertEqual(cards.mapped("points"), [60, 60])
                self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])

    def _check_one_wins(self, results):
        beaten = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(len(beaten), 1, results)
        self.assertIsInstance(beaten[0], BEATEN)

    def _prepare(self, env):
        """:return: ids of two cards, an officer with 100 points a day, two managers"""
        env.company.points_limit_day = 100
        program = env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        partners = env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        cards = env["loyalty.card"].create(
            [{"program_id": program.id, "partner_id": p.id} for p in partners]
        )
        groups = "crm_segments.crm_segments_group_"
        return {
            "cards": cards.ids,
            "officer": new_test_user(env, "race_officer", f"{groups}officer").id,
            "managers": [
                new_test_user(env, f"race_manager_{n}", f"{groups}manager").id
                for n in (1, 2)
            ],
        }
