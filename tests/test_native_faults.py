import json
import os
import unittest
from pathlib import Path

from odoo.tests.common import BaseCase, tagged

import odoo.addons
from odoo.addons.crm_segments.tests.database import cloned_database, run_odoo

from .native_faults import FAULTS

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from native_faults import report
assert ("crm_loyalty_points" in env.registry._init_modules) is {ours}
report(env, {names})
"""


def native_addons():
    """:return: addons path that holds Odoo's modules and not ours"""
    places = [Path(place) for place in odoo.addons.__path__]
    return ",".join(
        str(place) for place in places if not (place / "crm_loyalty_points").exists()
    )


class NativeFaultCase(BaseCase):
    """Runs every scenario that a test method names, in one process and database."""

    allow_inherited_tests_method = True
    place = None  # of the expected sight in FAULTS
    template = None
    arguments = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = [name.removeprefix("test_") for name in dir(cls)]
        names = [name for name in names if name in FAULTS]
        script = SCRIPT.format(
            folder=str(Path(__file__).parent), ours=bool(cls.place), names=names
        )
        with cloned_database(cls.template, load=False) as name:
            done = run_odoo(
                "shell",
                *("-d", name, "--no-http", "--log-level=error", *cls.arguments),
                script=script,
            )
        lines = [line for line in done.stdout.splitlines() if line.startswith("SEEN ")]
        assert len(lines) == 1, done.stdout + done.stderr
        cls.seen = json.loads(lines[0].removeprefix("SEEN "))

    def check(self):
        name = self._testMethodName.removeprefix("test_")
        seen = self.seen[name]
        self.assertIsInstance(seen, dict, seen)
        self.assertEqual(seen, FAULTS[name][self.place])

    def test_two_quotations(self):
        self.check()

    def test_edit_then_cancel(self):
        self.check()

    def test_credit_note(self):
        self.check()

    def test_till_refund(self):
        self.check()

    def test_partner_merge(self):
        self.check()

    def test_two_cards(self):
        self.check()

    def test_salesperson_writes(self):
        self.check()

    def test_cashier_writes(self):
        self.check()

    def test_till_is_believed(self):
        self.check()

    def test_code_bits(self):
        self.check()

    def test_coupon_route(self):
        self.check()


@tagged("standard", "post_install", "-at_install")
class TestNativeFaultsClosed(NativeFaultCase):
    """What made Odoo's points worthless does not happen with our modules."""

    place = 1


@tagged("standard", "post_install", "-at_install")
class TestNativeFaultsShown(NativeFaultCase):
    """The same scenarios show the faults in plain Odoo, or they would prove nothing."""

    place = 0
    arguments = (f"--addons-path={native_addons()}",)

    @classmethod
    def setUpClass(cls):
        cls.template = os.environ.get("CRM_SUITE_PLAIN_TEMPLATE")
        if not cls.template:
            raise unittest.SkipTest("CRM_SUITE_PLAIN_TEMPLATE names no plain Odoo")
        super().setUpClass()


del NativeFaultCase  # its test methods are not to be collected without a place
