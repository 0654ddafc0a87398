import base64
import os
import signal

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_job import KilledJob

MEMBERS = 3000 if os.environ.get("CRM_SUITE_FULL") else 1500
HEAD = "phone,name,birthday,points,points expiry\n"
FILE = HEAD + "".join(
    f"08{n:08d},Member {n},{n % 28 + 1}/5/2530,{n % 90}.5,31/12/2590\n"
    for n in range(10_000_000, 10_000_000 + MEMBERS)
)
POINTS = sum(n % 90 + 0.5 for n in range(10_000_000, 10_000_000 + MEMBERS))
JOB = "env['crm.member.import']._cron_run()"


@tagged("standard", "post_install", "-at_install")
class TestMemberImportCrash(KilledJob, BaseCase):
    """The power fails while the members move in. Nobody may arrive twice, or with
    twice the points; and an import that is taken back half way must be finished."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())

    def committed(self):
        return committed(self.database)

    def entries(self, kind):
        with self.committed() as env:
            return env["loyalty.point.entry"].search_count(
                [("source_model", "=", "crm.member.import"), ("kind", "=", kind)]
            )

    def run_job(self, record_id):
        """Give the job its turns until the import is not running any more."""
        state = "running"
        while state == "running":
            with self.committed() as env:
                env["crm.member.import"]._cron_run()
            with self.committed() as env:
                record = env["crm.member.import"].browse(record_id)
                state = record.state
        return state

    def kill_after_first(self, kind):
        process = self.start_job(JOB)
        self.wait_for(lambda: self.entries(kind), process)
        self.kill(process)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        written = self.entries(kind)
        self.assertTrue(0 < written < MEMBERS, written)

    def test_killed_and_continued(self):
        with self.committed() as env:
            program = env["loyalty.program"].create(
                {"name": "Members", "program_type": "loyalty", "applies_on": "both"}
            )
            env.company.country_id = env.ref("base.th")
            record = env["crm.member.import"].create(
                {
                    "file": base64.b64encode(FILE.encode()),
                    "file_name": "members.csv",
                    "program_id": program.id,
                }
            )
            record.action_check()
            self.assertEqual((record.new_count, record.error_count), (MEMBERS, 0))
            self.assertEqual(record.points_given, POINTS)
            record.action_import()
        self.kill_after_first("opening")
        self.assertEqual(self.run_job(record.id), "done")
        with self.committed() as env:
            cards = env["loyalty.card"].search([("program_id", "=", program.id)])
            self.assertEqual(len(cards.partner_id), MEMBERS)
            self.assertEqual(len(set(cards.partner_id.mapped("phone"))), MEMBERS)
            self.assertEqual(sum(cards.mapped("points")), POINTS)
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
            done = env["crm.member.import"].browse(record.id)
            self.assertEqual(done.done_count, MEMBERS)
            done.action_undo()
        self.kill_after_first("reversal")
        self.assertEqual(self.run_job(record.id), "undone")
        with self.committed() as env:
            cards = env["loyalty.card"].with_context(active_test=False)
            cards = cards.search([("program_id", "=", program.id)])
            self.assertFalse(any(cards.mapped("points")))
            self.assertFalse(any(cards.partner_id.mapped("active")))
            self.assertEqual(len(cards.point_entry_ids), 2 * MEMBERS)
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
