from odoo import fields, models
from odoo.exceptions import AccessError

from .mailing_mailing_prepare import OFFICER


class ResPartner(models.Model):
    """Messages to the customers who are chosen in a list."""

    _inherit = "res.partner"

    def action_crm_send_sms(self):
        """:return: a new campaign for the ticked customers or the whole result
        :raise UserError: nobody was chosen"""
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Officers prepare and send campaigns."))
        chosen = list(self._get_selected_domain())
        today = fields.Date.context_today(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send SMS"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "views": [
                (self.env.ref("crm_sms_wallet.mailing_campaign_view_form").id, "form")
            ],
            "context": {
                "default_mailing_type": "sms",
                "default_recipient_choice": "customers",
                "default_customer_domain": chosen,
                "default_subject": self.env._("SMS of %(date)s", date=today),
            },
        }
