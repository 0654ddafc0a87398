"""Odoo's own browser tours whose cards a user prepares by writing points.

That is what our modules refuse, see the faults in expected.toml. So these tours run
here, with cards made by the system; full runs only.
"""

import os
import tomllib
import unittest
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tools.points_guard import allow_points_write

try:
    from odoo.addons.pos_loyalty.tests import test_frontend as till
    from odoo.addons.website_sale_loyalty.tests import test_shop_sale_coupon as shop
except ImportError as error:
    raise unittest.SkipTest("pos_loyalty or website_sale_loyalty is missing") from error

EXPECTED = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
REFUSED = {
    row["test"].rpartition("::")[2]
    for row in EXPECTED["native_fault"]
    if row.get("rerun")
}


def only_refused(cls):
    """Class decorator: leave out the tests that pass in Odoo's own class."""
    for name in unittest.TestLoader().getTestCaseNames(cls):
        if name not in REFUSED:
            setattr(cls, name, None)
    return cls


class MadeBySystem:
    """Permits the test what it refuses to the users of the web client."""

    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("CRM_SUITE_FULL"):
            raise unittest.SkipTest("CRM_SUITE_FULL: Odoo's browser tours")
        with allow_points_write():
            super().setUpClass()

    def setUp(self):
        # Requests of the browser run in other threads, where this does not hold.
        self.enterContext(allow_points_write())
        super().setUp()


@only_refused
@tagged("standard", "post_install", "-at_install")
class TestNativeShopTours(MadeBySystem, shop.WebsiteSaleLoyaltyTestUi):
    """The web shop sells and redeems with our modules as without them."""


@only_refused
@tagged("standard", "post_install", "-at_install")
class TestNativeTillTours(MadeBySystem, till.TestUi):
    """So does the till."""
