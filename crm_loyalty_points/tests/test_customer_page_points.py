from odoo.tests import tagged

from odoo.addons.crm_segments.tests.form_reading import CustomerPageCase

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCustomerPagePoints(LedgerCase, CustomerPageCase):
    """The page opens as fast for a member with years of points."""

    def test_queries_do_not_grow(self):
        few = self.busy_customer("Few", 5)
        many = self.busy_customer("Many", 30)
        for customer, number in ((few, 5), (many, 300)):
            card = self._card(customer)
            self.Entry._post([self._vals(1, card=card) for _ in range(number)])
        self.assertOpensFast(few, many)
