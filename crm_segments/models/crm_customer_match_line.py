from odoo import fields, models


class CrmCustomerMatchLine(models.Model):
    """A customer whom somebody new may be."""

    _name = "crm.customer.match.line"
    _description = "Customer Who It May Be"
    _order = "id"

    match_id = fields.Many2one(
        "crm.customer.match", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="match_id.company_id", store=True)
    state = fields.Selection(related="match_id.state")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    member_number = fields.Char(related="partner_id.member_number")
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    address = fields.Char("Address", related="partner_id.contact_address_inline")

    def action_this(self):
        """It is this customer: the orders count there from now on."""
        self.ensure_one()
        self.match_id.check_access("write")
        self.match_id._check_open()
        newcomer, customer = self.match_id.partner_id, self.partner_id
        if newcomer._recognised_users():
            # a login would show the customer's orders: staff look at both first
            return self.action_merge()
        newcomer._attach_to(customer)
        self.match_id._decide("this", customer)
        return False

    def action_merge(self):
        """:return: action that opens Odoo's merge of the two"""
        self.ensure_one()
        self.match_id.check_access("write")
        self.match_id.partner_id._detach()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Customers"),
            "res_model": "base.partner.merge.automatic.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": (self.match_id.partner_id | self.partner_id).ids,
                "default_dst_partner_id": self.partner_id.id,
            },
        }
