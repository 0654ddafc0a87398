import signal
from itertools import count

from odoo.fields import Command
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import KilledWorker


@tagged("standard", "post_install", "-at_install")
class TestSegmentKillPoints(KilledWorker, BaseCase):
    """The power fails while customers who entered a segment are tagged: afterwards each
    has been dealt with once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count()
        with committed(cls.database) as env:
            env["crm.segment"].search([]).active = False
        cls.start_worker()

    def new_entry(self):
        """:return: ids of customers who have just entered a segment that counts, on
        each of them, how often it was done"""
        with committed(self.database) as env:
            number = next(self.numbers)
            people = env["res.partner"].with_context(crm_customer=True)
            people = people.create([{"name": f"Kill {number} {n}"} for n in range(3)])
            action = env["ir.actions.server"].create(
                {
                    "name": f"Count {number}",
                    "model_id": env.ref("base.model_res_partner").id,
                    "state": "code",
                    "code": "for r in records: r.write({'color': r.color + 1})",
                }
            )
            step = {"kind": "server", "server_action_id": action.id}
            segment = env["crm.segment"].create(
                {
                    "name": f"Kill {number}",
                    "kind": "fixed",
                    "action_ids": [Command.create(step)],
                }
            )
            segment._add_customers([("id", "in", people.ids)])
            return people.ids

    def test_once_wherever_it_is_killed(self):
        for point in self.points_of("act", self.new_entry):
            with self.subTest(point):
                ids = self.new_entry()
                answer = self.worker.run("act", ids, kill=point)
                self.assertIn(answer.get("signal"), (signal.SIGKILL, None))
                self.worker.run("act", ids)
                with committed(self.database) as env:
                    people = env["res.partner"].browse(ids)
                    self.assertEqual(people.mapped("color"), [1, 1, 1])
