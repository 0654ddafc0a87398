from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class LoyaltyRedemption(models.Model):
    """Rewards that are sent: a sale order at zero price makes the warehouse pack it."""

    _inherit = "loyalty.redemption"

    def _make_order(self, address=None, note=None):
        """Make and confirm the order of one item to the member's address.

        :param address: res.partner, default the member's delivery address
        :raise UserError: the address belongs to somebody else
        """
        self.ensure_one()
        partner = self.partner_id
        address = address.sudo() if address else None
        if address and address.commercial_partner_id != partner.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(address)s is no address of the member.",
                    address=address.display_name,
                )
            )
        orders = self.env["sale.order"].with_company(self.company_id)
        order = orders.create(self._prepare_order(partner, address, note))
        order.action_confirm()
        self.write({"order_id": order.id, "parcel_state": "to_send"})

    def _prepare_order(self, partner, address, note):
        """:return: values of the delivery order"""
        reward = self.reward_id
        address = address or partner.browse(
            partner.address_get(["delivery"])["delivery"]
        )
        return {
            "partner_id": partner.id,
            "partner_shipping_id": address.id,
            "company_id": self.company_id.id,
            "branch_id": self.branch_id.id,
            "is_reward_delivery": True,
            "origin": reward._get_condition_name(),
            "note": note or False,
            "order_line": [
                Command.create(
                    {
                        "product_id": reward.reward_product_id.id,
                        "product_uom_qty": reward.reward_product_qty,
                        "price_unit": 0,
                    }
                )
            ],
        }

    def _cancel_orders(self):
        """The parcel is not sent."""
        orders = self.order_id.filtered(lambda order: order.state != "cancel")
        if orders:
            orders._action_cancel()

    def _set_parcel(self, state=None, carrier=None, number=None, link=None):
        """What is known of the parcels. Once sent, a reward counts as used.

        :param state: "to_send", "sent" or "delivered", None leaves it
        """
        for redemption in self.sudo().filtered(
            lambda each: each.fulfilment == "delivery"
        ):
            found = {
                "carrier": carrier,
                "tracking_number": number,
                "tracking_link": link,
            }
            values = {name: value for name, value in found.items() if value}
            if state and state != redemption.parcel_state:
                values["parcel_state"] = state
            if values:
                redemption.write(values)
            if state in ("sent", "delivered") and redemption.state == "issued":
                redemption._become_used(branch=redemption.order_id.branch_id)

    def action_parcel_sent(self):
        """The parcel left the shop."""
        return self._move_parcel("to_send", "sent")

    def action_parcel_delivered(self):
        """The member has the parcel."""
        return self._move_parcel("sent", "delivered")

    def _move_parcel(self, before, after):
        self._check_officer()
        for redemption in self:
            if redemption.parcel_state != before or redemption.state not in (
                "issued",
                "used",
            ):
                raise UserError(
                    self.env._(
                        "The parcel of %(reward)s is at another step.",
                        reward=redemption.display_name,
                    )
                )
        self._set_parcel(after)
        return True

    def action_view_order(self):
        """:return: the delivery order"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }
