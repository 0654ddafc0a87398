from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sms_default_rate = fields.Float(
        "Cost of an SMS Credit",
        digits=(16, 6),
        default=0.75,
        help="What a credit costs that was used without a recorded purchase, and what "
        "campaigns are estimated with when there are no credits.",
    )
    sms_buyer_wallet_ids = fields.One2many(
        "crm.sms.wallet",
        "seller_company_id",
        "SMS Wallets of Buyers",
        help="Companies that buy their SMS credits from this one.",
    )
