from odoo import fields, models


class CrmSmsTopupStart(models.TransientModel):
    """How much is topped up; then comes the page where it is paid."""

    _name = "crm.sms.topup.start"
    _description = "Top Up the SMS Wallet"

    wallet_id = fields.Many2one("crm.sms.wallet", required=True, readonly=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    balance = fields.Monetary(related="wallet_id.balance")
    amount = fields.Integer(required=True, default=1000, help="Whole amounts only.")

    def action_pay(self):
        """:return: the page where the amount is paid"""
        self.ensure_one()
        topups = self.env["crm.sms.topup"]
        topups._check_manages(self.wallet_id.company_id)
        return topups._start(self.wallet_id, self.amount).action_open_page()
