from odoo.tests import tagged

from .till_case import TillCase


@tagged("post_install", "-at_install")
class TestTillTours(TillCase):
    """A cashier earns, spends some and takes back points in a real browser: what the
    screen says has to be what the ledger has afterwards."""

    def test_earn(self):
        self.start_pos_tour("crm_till_earn")
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 361)

    def test_partial_use(self):
        self.start_pos_tour("crm_till_partial_use")
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 311)

    def test_refund(self):
        self.start_pos_tour("crm_till_refund")
        self.card.invalidate_recordset()
        self.assertEqual(self.card.points, 253)

    def test_waiting(self):
        """Points that become available later cannot pay for the order that earns
        them."""
        self.program.write({"pending_policy": "days", "pending_days": 7})
        self.start_pos_tour("crm_till_waiting")
        self.card.invalidate_recordset()
        self.assertEqual((self.card.points, self.card.points_pending), (0, 11))
        self.assertFalse(
            self.env["pos.points.exception"].search_count(
                [("card_id", "=", self.card.id)]
            )
        )
