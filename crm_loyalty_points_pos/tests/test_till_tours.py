from odoo.fields import Command
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

    def test_happy_hour(self):
        """Buy 1 get 1 from Monday to Friday, 14:00 to 16:00: the till gives none at
        16:01 nor on Saturday."""
        self.env.company.customer_tz = "Asia/Bangkok"
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True)
        free = {
            "reward_type": "product",
            "reward_product_id": self.tea.id,
            "required_points": 1,
        }
        self.env["loyalty.program"].create(
            {
                "name": "Buy 1 get 1",
                "program_type": "buy_x_get_y",
                "applies_on": "current",
                "trigger": "auto",
                **days,
                "hour_from": 14,
                "hour_to": 16,
                "rule_ids": [
                    Command.create(
                        {
                            "product_ids": self.tea.ids,
                            "reward_point_mode": "unit",
                            "minimum_qty": 1,
                        }
                    )
                ],
                "reward_ids": [Command.create(free)],
            }
        )
        self.start_pos_tour("crm_till_happy_hour")
