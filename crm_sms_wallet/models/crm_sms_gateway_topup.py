from odoo import fields, models


class CrmSmsGateway(models.Model):
    _inherit = "crm.sms.gateway"

    topup_url = fields.Char(
        "Top-Up Page", help="Where more credits are bought from the gateway."
    )
