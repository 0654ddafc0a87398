from odoo import fields, models


class CrmLineUserLink(models.TransientModel):
    """Staff say whose LINE account it is."""

    _name = "crm.line.user.link"
    _description = "Whose LINE Account Is This?"

    line_user_id = fields.Many2one(
        "crm.line.user", "LINE Account", required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True)

    def action_link(self):
        self.ensure_one()
        self.line_user_id._check_officer()
        self.partner_id.check_access("read")
        self.line_user_id._link(self.partner_id)
