from odoo import fields, models


class CrmLineshoppingRefusal(models.TransientModel):
    _name = "crm.lineshopping.refusal"
    _description = "Refuse the Points of LINE SHOPPING Orders"

    order_ids = fields.Many2many(
        "crm.lineshopping.order", string="Orders", required=True
    )
    reason = fields.Char("Why", required=True)

    def action_refuse(self):
        """Refuse the points of the orders, with the reason."""
        self.ensure_one()
        self.order_ids._refuse_points(self.reason)
        return {"type": "ir.actions.act_window_close"}
