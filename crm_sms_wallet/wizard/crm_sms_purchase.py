import uuid

from odoo import fields, models
from odoo.exceptions import UserError


class CrmSmsPurchase(models.TransientModel):
    """Record what was bought from the gateway, with its receipt."""

    _name = "crm.sms.purchase"
    _description = "Record a Purchase of SMS Credit"

    wallet_id = fields.Many2one("crm.sms.wallet", required=True, readonly=True)
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    gateway_id = fields.Many2one(
        "crm.sms.gateway", domain="[('company_id', '=', company_id)]"
    )
    credits = fields.Integer(required=True)
    price = fields.Monetary(required=True, help="What was paid, tax included.")
    expires_on = fields.Date("Valid Until", help="Empty: the credits do not end.")
    receipt = fields.Binary(required=True)
    receipt_name = fields.Char()
    key = fields.Char(default=lambda self: uuid.uuid4().hex, readonly=True)

    def action_record(self):
        """Add the credits, and keep the receipt with them."""
        self.ensure_one()
        wallet = self.wallet_id
        self.env["crm.sms.topup"]._check_manages(wallet.company_id)
        if wallet.mode != "own":
            raise UserError(self.env._("This company buys packages instead."))
        if self.credits <= 0 or self.price < 0:
            raise UserError(self.env._("Enter how many credits were bought."))
        name = self.gateway_id.name or self.receipt_name
        entry = wallet.sudo()._purchase(
            *(f"purchase:{self.key}", self.credits, self.price, self.expires_on),
            source_name=name,
        )
        lot = (
            self.env["crm.sms.credit.lot"].sudo().search([("entry_id", "=", entry.id)])
        )
        if not lot.receipt_ids:
            self.env["ir.attachment"].sudo().create(
                {
                    "name": self.receipt_name or self.env._("Receipt"),
                    "datas": self.receipt,
                    "res_model": lot._name,
                    "res_id": lot.id,
                }
            )
        return {"type": "ir.actions.act_window_close"}
