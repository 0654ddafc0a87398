from odoo import api, models


class ResUsers(models.Model):
    """Whoever typed a customer's phone or e-mail on a page may open an account of his
    own, with his own contact; the customer's orders are not his."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._leave_recognised_customer()
        return users

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._leave_recognised_customer()
        return result

    def _leave_recognised_customer(self):
        contacts = self.partner_id.filtered("recognised_contact").sudo()
        if contacts:
            matches = self.env["crm.customer.match"].sudo()
            matches._ask_again(contacts)
