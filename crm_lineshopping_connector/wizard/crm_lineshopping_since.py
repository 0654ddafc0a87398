from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError


class CrmLineshoppingSince(models.TransientModel):
    """The day from which older orders are read."""

    _name = "crm.lineshopping.since"
    _description = "Import LINE SHOPPING Orders Since"

    shop_id = fields.Many2one("crm.lineshopping.shop", required=True)
    since = fields.Date("Orders Changed Since", required=True)

    def action_import(self):
        """Begin reading in the background."""
        self.ensure_one()
        self.shop_id._check_ready()
        shop = self.shop_id.sudo()
        day = datetime.combine(self.since, time(), tzinfo=ZoneInfo(shop.tz))
        start = day.astimezone(timezone.utc).replace(tzinfo=None)
        if start >= fields.Datetime.now():
            raise UserError(self.env._("Choose a day in the past."))
        if shop._running_pulls(("since",)):
            raise UserError(
                self.env._("Older orders are being read already. Cancel that first.")
            )
        shop._start_pull("since", self.env.user, start)
        shop._wake_job()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
