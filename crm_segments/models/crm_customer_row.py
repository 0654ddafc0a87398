from odoo import models


class CrmCustomerRow(models.AbstractModel):
    """Mixin of rows about a customer (``customer_id``) without a page of their own."""

    _name = "crm.customer.row"
    _description = "Row About a Customer"

    def action_open_customer(self):
        """:return: action of the customer's page"""
        self.ensure_one()
        form = self.env.ref("crm_segments.res_partner_view_form_customer")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.customer_id.id,
            "views": [(form.id, "form")],
        }
