import uuid

from odoo import fields, models
from odoo.exceptions import UserError


class CrmSmsAdjust(models.TransientModel):
    """Correct a wallet by hand, with a reason that stays.

    Credits that were bought from another company are that company's to correct.
    """

    _name = "crm.sms.adjust"
    _description = "Adjust the SMS Wallet"

    wallet_id = fields.Many2one("crm.sms.wallet", required=True, readonly=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    what = fields.Selection(
        [("credits", "Credits"), ("money", "Money")], required=True, default="credits"
    )
    credits = fields.Integer("Credits, More or Less")
    money = fields.Monetary("Money, More or Less")
    price = fields.Monetary("Price of These Credits")
    expires_on = fields.Date("Valid Until")
    reason = fields.Char(required=True)
    key = fields.Char(default=lambda self: uuid.uuid4().hex, readonly=True)

    def action_adjust(self):
        """Post the correction."""
        self.ensure_one()
        wallet = self.wallet_id.sudo()
        owner = wallet.company_id
        if wallet.mode == "resold":
            owner = wallet.seller_company_id
        self.env["crm.sms.topup"]._check_manages(owner)
        credits = self.credits if self.what == "credits" else 0
        money = self.money if self.what == "money" else 0
        if not credits and not money:
            raise UserError(self.env._("Enter how much more or less it is."))
        wallet._adjust(
            f"adjust:{self.key}",
            self.reason,
            credits=credits,
            money=money,
            price=self.price if credits > 0 else 0,
            expires_on=self.expires_on if credits > 0 else None,
        )
        return {"type": "ir.actions.act_window_close"}
