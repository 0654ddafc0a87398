from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_sms_wallet.models.mailing_mailing_prepare import OFFICER


class ResPartner(models.Model):
    """Messages by LINE to the customers who are chosen in a list."""

    _inherit = "res.partner"

    def action_crm_send_line(self):
        """:return: a new campaign for the ticked customers or the whole result
        :raise UserError: nobody was chosen"""
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Officers prepare and send campaigns."))
        today = fields.Date.context_today(self)
        form = self.env.ref("crm_sms_wallet.mailing_campaign_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send by LINE"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "views": [(form.id, "form")],
            "context": {
                "default_mailing_type": "line",
                "default_recipient_choice": "customers",
                "default_customer_domain": list(self._get_selected_domain()),
                "default_subject": self.env._("LINE of %(date)s", date=today),
            },
        }
