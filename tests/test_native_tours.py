import os
import unittest

from odoo.tests import tagged

try:
    from odoo.addons.website_sale_loyalty.tests import test_shop_sale_coupon as native
except ImportError as error:
    raise unittest.SkipTest("website_sale_loyalty is not here") from error


@tagged("standard", "post_install", "-at_install")
class TestNativeShopTours(native.WebsiteSaleLoyaltyTestUi):
    """The web shop sells and redeems with our modules as without them.

    Odoo's own class prepares its cards as a user who writes points, which is what we
    refuse (see expected.toml), so its tours run here with cards made by the system.
    """

    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("CRM_SUITE_FULL"):
            raise unittest.SkipTest("CRM_SUITE_FULL: browser tours of the web shop")
        super().setUpClass()
        cls.env = cls.env(su=True)
