import uuid

from odoo import api, fields, models


class CrmSmsBuy(models.TransientModel):
    """Buy a package of SMS credits with the wallet's money."""

    _name = "crm.sms.buy"
    _description = "Buy SMS Credit"

    wallet_id = fields.Many2one("crm.sms.wallet", required=True, readonly=True)
    seller_company_id = fields.Many2one(related="wallet_id.seller_company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    balance = fields.Monetary(related="wallet_id.balance")
    package_id = fields.Many2one(
        "crm.sms.package",
        required=True,
        domain="[('company_id', '=', seller_company_id)]",
    )
    credits = fields.Integer(related="package_id.credits")
    price = fields.Monetary(related="package_id.price")
    unit_price = fields.Float(related="package_id.unit_price")
    expires_on = fields.Date("Valid Until", compute="_compute_after")
    balance_after = fields.Monetary("Money After", compute="_compute_after")
    credits_after = fields.Integer(compute="_compute_after")
    # One effect, however often the button is pressed.
    key = fields.Char(default=lambda self: uuid.uuid4().hex, readonly=True)

    @api.depends("package_id", "wallet_id")
    def _compute_after(self):
        for wizard in self:
            wallet, package = wizard.wallet_id, wizard.package_id
            wizard.balance_after = wallet.balance - package.price
            wizard.credits_after = wallet.credits + package.credits
            wizard.expires_on = package and wallet._last_day(package)

    def action_buy(self):
        """Buy, and close."""
        self.ensure_one()
        self.env["crm.sms.topup"]._check_manages(self.wallet_id.company_id)
        self.wallet_id.sudo()._buy_package(f"buy:{self.key}", self.package_id)
        return {"type": "ir.actions.act_window_close"}

    def action_topup(self):
        """:return: the dialog to top up first"""
        return self.wallet_id.action_topup()
