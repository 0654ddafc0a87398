"""Points follow an order even where its sale order cannot."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_sale import paid
from .points_common import LinePointsCase

SALE_LOG = "odoo.addons.crm_lineshopping_connector.models.crm_lineshopping_order_sale"


@tagged("post_install", "-at_install")
class TestPointsWithoutBooks(LinePointsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({"default_code": "S1", "invoice_policy": "order"})
        cls.product.taxes_id = False
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.shop.write(
            {
                "books_from": "2020-01-01",
                "invoicing": "paid",
                "payment_journal_id": cls.journal.id,
            }
        )

    def take(self, minute, **values):
        at = f"2099-01-01T00:{minute:02d}:00Z"
        answer = paid("A1", lastUpdatedAt=at, **values)
        orders = self.env["crm.lineshopping.order"]
        orders._take(self.shop, [answer])._settle()
        return orders.search([("number", "=", "A1")])

    @mute_logger(SALE_LOG)
    def test_refund_that_cannot_be_booked(self):
        order = self.take(1)
        self.assertEqual(
            (order.points_state, order.partner_id), ("given", self.partner)
        )
        self.assertBalance(self.card, order.points)
        self.assertTrue(order.points)
        # the credit note cannot be paid out: the journal knows no way to
        self.journal.outbound_payment_method_line_ids.unlink()
        order = self.take(2, paymentStatus="REFUND")
        trouble = self.env["crm.lineshopping.exception"].search([])
        self.assertEqual(trouble.mapped("number"), ["A1"])
        self.assertFalse(order.dirty)
        self.assertFalse(order.sale_order_id.lineshopping_refunded_at)
        self.assertEqual(order.points_state, "reversed")
        self.assertBalance(self.card, 0)
