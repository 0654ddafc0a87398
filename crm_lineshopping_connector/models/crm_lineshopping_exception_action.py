from odoo import fields, models
from odoo.exceptions import AccessError

OFFICER = "crm_segments.crm_segments_group_officer"


class CrmLineshoppingException(models.Model):
    """What staff can do about an order in trouble."""

    _inherit = "crm.lineshopping.exception"

    order_id = fields.Many2one("crm.lineshopping.order", compute="_compute_order_id")

    def _compute_order_id(self):
        orders = self.env["crm.lineshopping.order"].search(
            [
                ("shop_id", "in", self.shop_id.ids),
                ("number", "in", self.mapped("number")),
            ]
        )
        found = {(order.shop_id.id, order.number): order for order in orders}
        for trouble in self:
            trouble.order_id = found.get((trouble.shop_id.id, trouble.number))

    def action_retry(self):
        """Try again now, in the background."""
        self._check_officer()
        self.sudo().next_try_at = fields.Datetime.now()
        self.shop_id.sudo()._wake_job()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Orders to try again: %(count)s.", count=len(self)
                ),
            },
        }

    def action_dismiss(self):
        """Nobody needs this order any more: it is not tried again."""
        self._check_officer()
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_order(self):
        """The order, or what is known when there is none yet."""
        self.ensure_one()
        shown = self.order_id or self
        return {
            "type": "ir.actions.act_window",
            "res_model": shown._name,
            "res_id": shown.id,
            "views": [(False, "form")],
        }

    def _check_officer(self):
        self.check_access("read")
        if not self.env.user.has_group(OFFICER):
            raise AccessError(
                self.env._("Only officers decide about orders in trouble.")
            )
