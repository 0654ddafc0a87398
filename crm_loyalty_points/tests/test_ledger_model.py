import os

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import tagged

from .common import LedgerCase
from .ledger_machine_time import TimedLedgerMachine

FULL = bool(os.environ.get("CRM_SUITE_FULL"))


class ModelCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-01-01 05:00:00")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)

    @classmethod
    def move_clock(cls, today):
        cls.clock.move_to(f"{today} 05:00:00")

    def _run(self, examples, steps):
        machine = type("Machine", (TimedLedgerMachine,), {"case": self})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                phases=[Phase.generate],  # shrinking takes minutes here
                deadline=None,
                database=None,
                derandomize=not FULL,
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            ),
        )


@tagged("post_install", "-at_install")
class TestLedgerModel(ModelCase):
    """Money tests by example miss what nobody thought of; these sequences do not."""

    def test_sequences(self):
        examples, steps = (200, 50) if FULL else (20, 25)
        self._run(examples, steps)
