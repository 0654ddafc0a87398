from odoo import api, fields, models
from odoo.exceptions import AccessError

OFFICER = "crm_segments.crm_segments_group_officer"


class CrmSmsStopLift(models.TransientModel):
    _name = "crm.sms.stop.lift"
    _description = "Take Numbers off the List"

    stop_ids = fields.Many2many(
        "crm.sms.stop",
        "crm_sms_stop_lift_rel",
        "lift_id",
        "stop_id",
        "Numbers",
        default=lambda self: self._default_stop_ids(),
    )
    reason = fields.Char(
        required=True, help="Who asked for it, and how: at the counter, by phone..."
    )

    @api.model
    def _default_stop_ids(self):
        stops = self.env["crm.sms.stop"]
        if self.env.context.get("active_model") != stops._name:
            return stops
        return stops.browse(self.env.context.get("active_ids", []))

    def action_lift(self):
        """Take the numbers off; the rows stay as a proof."""
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group(OFFICER)):
            raise AccessError(self.env._("Officers take numbers off the list."))
        self.stop_ids.check_access("write")
        self.stop_ids.filtered("active")._lift(self.reason)
        return {"type": "ir.actions.act_window_close"}
