from odoo import fields, models


class LoyaltyPointRefusal(models.TransientModel):
    _name = "loyalty.point.refusal"
    _description = "Refuse Points"

    approval_ids = fields.Many2many("loyalty.point.approval", required=True)
    reason = fields.Text("Why", required=True)

    def action_refuse(self):
        """Refuse the requests, with the reason."""
        self.ensure_one()
        self.approval_ids._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
