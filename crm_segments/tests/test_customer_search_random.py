from odoo.tests import tagged

from .common_search_random import RandomSearchCase


@tagged("post_install", "-at_install")
class TestCustomerSearchRandom(RandomSearchCase):
    """Customers of a shop without a till."""

    def test_any_form(self):
        self.check_any_form()

    def test_each_criterion(self):
        self.check_each_criterion()

    def test_basis_and_status(self):
        self.check_basis_and_status()

    def test_saved_rule_finds_the_same(self):
        self.check_saved_rule_finds_the_same()
