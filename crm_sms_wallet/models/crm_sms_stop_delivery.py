from odoo import api, models
from odoo.tools import SQL


class CrmSmsStop(models.Model):
    _inherit = "crm.sms.stop"

    @api.model
    def _cancel_waiting(self, company, numbers):
        super()._cancel_waiting(company, numbers)
        self.env["sms.delivery"].sudo()._cancel_where(
            SQL(
                """company_id = %s AND number = ANY(%s)
                   AND purpose = 'marketing_sms'""",
                company.id,
                list(numbers),
            ),
            "sms_optout",
            self.env._("Has asked to stop."),
        )
