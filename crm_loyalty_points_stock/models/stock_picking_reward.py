from odoo import models

SHIPPED = ("carrier_id", "carrier_tracking_ref")


class StockPicking(models.Model):
    """The warehouse tells the member where the parcel of a reward is.

    Carriers and parcel numbers are there only with Odoo's delivery modules; without
    them staff write both on the redeemed reward.
    """

    _inherit = "stock.picking"

    def write(self, vals):
        result = super().write(vals)
        if any(name in vals for name in SHIPPED):
            self._tell_reward_parcels()
        return result

    def _action_done(self):
        result = super()._action_done()
        self._tell_reward_parcels()
        return result

    def _tell_reward_parcels(self):
        """Bring the parcels of redeemed rewards up to date."""
        orders = self.sudo().sale_id.filtered("is_reward_delivery")
        for order in orders:
            order.redemption_ids._set_parcel(**order.picking_ids._get_reward_parcel())

    def _get_reward_parcel(self):
        """:return: dict for ``loyalty.redemption._set_parcel``: sent when all that
        leaves the shop has left it; several parcels have several numbers"""
        parcels = self.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing" and picking.state != "cancel"
            )
        )
        sent = parcels and all(picking.state == "done" for picking in parcels)
        found = {"state": "sent" if sent else None}
        if "carrier_tracking_ref" in parcels._fields:
            numbers = parcels.filtered("carrier_tracking_ref")
            found["number"] = ", ".join(numbers.mapped("carrier_tracking_ref"))
            found["carrier"] = ", ".join(
                dict.fromkeys(parcels.carrier_id.mapped("name"))
            )
            found["link"] = next(
                (
                    picking.carrier_tracking_url
                    for picking in numbers
                    if (picking.carrier_tracking_url or "").startswith("http")
                ),
                None,
            )
        return found
