from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_loyalty_points.tests.redeem_common import RedeemCase


@tagged("post_install", "-at_install")
class TestRewardParcel(RedeemCase):
    """The member reads the parcel number that the warehouse wrote, with and without
    Odoo's carriers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup.is_storable = True

    def ship(self, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True)._action_done()

    def test_from_redeeming_to_the_parcel_number(self):
        redemption = self.redeem(self.parcel, branch=self.silom)
        picking = redemption.order_id.picking_ids
        self.assertEqual(picking.move_ids.product_id, self.cup)
        if "carrier_tracking_ref" in picking._fields:
            picking.carrier_tracking_ref = "EX123TH"
            self.assertEqual(redemption.parcel_state, "to_send")
        else:
            redemption.tracking_number = "EX123TH"
        self.ship(picking)
        view = redemption._get_member_view()
        self.assertEqual(
            (view["state"], view["parcel"]["state"], view["parcel"]["number"]),
            ("used", "sent", "EX123TH"),
        )
        self.assertBalance(self.card, 300)
        with self.assertRaisesRegex(UserError, "used already"):
            redemption.action_cancel()

    def test_two_parcels(self):
        """Sent when the second one left, too."""
        self.parcel.reward_product_qty = 2
        redemption = self.redeem(self.parcel)
        first = redemption.order_id.picking_ids
        first.move_ids.quantity = 1
        first.move_ids.picked = True
        first.with_context(cancel_backorder=False)._action_done()
        second = redemption.order_id.picking_ids - first
        self.assertEqual(second.state, "confirmed")
        self.assertEqual(redemption.parcel_state, "to_send")
        self.ship(second)
        self.assertEqual(redemption.parcel_state, "sent")

    def test_cancelled_before_it_left(self):
        redemption = self.redeem(self.parcel)
        redemption.action_cancel()
        self.assertEqual(redemption.order_id.picking_ids.state, "cancel")
        self.assertBalance(self.card, 500)
