import hashlib
import importlib.util
import os
import signal
import sys
from pathlib import Path

from odoo.tests import tagged
from odoo.tests.common import BaseCase
from odoo.tools import SQL

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_job import KilledJob

BENCH = Path(__file__).parent / "bench"
CUSTOMERS, BATCH = (10_000, 200) if os.environ.get("CRM_SUITE_FULL") else (120, 20)
JOB = f"""
from odoo.addons.crm_loyalty_points.models import loyalty_replay_run
loyalty_replay_run.BATCH = {BATCH}
env["loyalty.replay"]._cron_replay()
"""
LEDGER = ("entry", "draw", "award", "pending", "redate")


@tagged("standard", "post_install", "-at_install")
class TestReplaySize(KilledJob, BaseCase):
    """A shop's whole year, 50,000 orders at full size: the job reports how far it is,
    can be cancelled and killed, and leaves the ledger as it was to the last byte."""

    def setUp(self):
        super().setUp()
        context = cloned_database()
        self.database = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        with self.committed() as env:
            self._fill(env)
        with self.committed() as env:
            self._make_replay(env)

    def committed(self):
        return committed(self.database)

    def _fill(self, env):
        sys.path.insert(0, str(BENCH))
        self.addCleanup(sys.path.remove, str(BENCH))
        spec = importlib.util.spec_from_file_location("fill", BENCH / "bench_fill.py")
        fill = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(fill)
        env["loyalty.program"].search([]).action_archive()
        # rows come by COPY, without what the stock module asks of each order
        if "picking_policy" in env["sale.order"]._fields:
            env.cr.execute(
                "ALTER TABLE sale_order ALTER picking_policy SET DEFAULT 'direct'"
            )
        products = env["product.product"].create(
            [{"name": f"Bench {n}", "type": "service"} for n in range(fill.PRODUCTS)]
        )
        env.flush_all()
        shop = fill.Shop(CUSTOMERS)
        first = fill.fill_partners(env, shop)
        fill.fill_orders(env, shop, first, products.ids)
        fill.fill_cards(env, first, CUSTOMERS)

    def _make_replay(self, env):
        program = env["loyalty.program"].search([("name", "=", "Bench")])
        program.write({"thb_per_point": 25, "trigger": "auto"})
        action = program.action_make_draft()
        draft = env["loyalty.program"].browse(action["context"]["default_program_id"])
        draft.write({"thb_per_point": 20, "max_points_day": 100})
        replay = env["loyalty.replay"].create(
            {
                "program_id": draft.id,
                "current_program_id": program.id,
                "date_from": "2020-01-01",
                "date_to": "2026-12-31",
            }
        )
        replay.action_start()
        self.replay_id = replay.id
        self.total = replay.order_count
        self.assertEqual(self.total, CUSTOMERS * 5)

    def _replay(self, env):
        return env["loyalty.replay"].browse(self.replay_id)

    def done(self):
        with self.committed() as env:
            return self._replay(env).done_count

    def _ledger(self):
        """:return: hash of every row of the ledger, and of the balances"""
        digest = hashlib.sha256()
        with self.committed() as env:
            tables = [f"loyalty_point_{name}" for name in LEDGER]
            for table in [*tables, "loyalty_card"]:
                env.cr.execute(
                    SQL("SELECT t::text FROM %s t ORDER BY id", SQL.identifier(table))
                )
                for (row,) in env.cr.fetchall():
                    digest.update(row.encode())
        return digest.hexdigest()

    def test_killed_cancelled_and_counted(self):
        before = self._ledger()
        process = self.start_job(JOB)
        seen = self.wait_for(self.done, process)
        self.kill(process)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        killed_at = self.done()
        self.assertTrue(0 < seen <= killed_at < self.total, (seen, killed_at))
        with self.committed() as env:
            replay = self._replay(env)
            self.assertEqual(replay.state, "running")
            self.assertAlmostEqual(replay.progress, 100 * killed_at / self.total)
        self._cancel_while_running(killed_at)
        with self.committed() as env:
            self._replay(env).action_reset()
            self._replay(env).action_start()
        self._finish()
        self.assertEqual(self._ledger(), before)

    def _cancel_while_running(self, killed_at):
        process = self.start_job(JOB)
        self.wait_for(lambda: self.done() > killed_at, process)
        with self.committed() as env:
            self._replay(env).action_cancel()
        self.assertEqual(process.wait(timeout=120), 0)
        with self.committed() as env:
            replay = self._replay(env)
            self.assertEqual(replay.state, "cancelled")
            self.assertLess(replay.done_count, self.total)
            self.assertFalse(replay.member_ids)

    def _finish(self):
        process = self.start_job(JOB)
        self.assertEqual(process.wait(timeout=3600), 0)
        with self.committed() as env:
            replay = self._replay(env)
            self.assertEqual((replay.state, replay.progress), ("done", 100))
            self._check_points(env, replay)

    def _check_points(self, env, replay):
        """Compared with the same sums by plain SQL: whole steps of each order, and the
        draft's limit of 100 points a day."""
        [(current, draft)] = env.execute_query(
            SQL(
                """SELECT sum(current), sum(least(100, draft))
                     FROM (SELECT sum(floor(o.amount_total / 25)) AS current,
                                  sum(floor(o.amount_total / 20)) AS draft
                             FROM sale_order o
                            WHERE o.name LIKE 'BENCH%%'
                         GROUP BY o.partner_id,
                                  (o.date_order AT TIME ZONE 'UTC'
                                   AT TIME ZONE %s)::date) days""",
                replay.company_id.customer_tz,
            )
        )
        self.assertEqual(replay.points_current, float(current))
        self.assertEqual(replay.points_draft, float(draft))
        members = replay.member_ids
        self.assertEqual(sum(members.mapped("order_count")), self.total)
        self.assertAlmostEqual(sum(members.mapped("points_draft")), float(draft))
