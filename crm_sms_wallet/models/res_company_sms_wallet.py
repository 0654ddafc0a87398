from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import promptpay


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
    # What a company needs that sells credits to others.
    sms_promptpay = fields.Char(
        "PromptPay Number",
        help="Mobile number, tax ID or e-wallet to which buyers of SMS credits "
        "transfer; empty: no transfers.",
    )
    sms_invoice_topups = fields.Boolean(
        "Invoice SMS Top-Ups",
        default=True,
        help="Make a customer invoice for each top-up that was paid, tax included.",
    )
    sms_sale_tax_id = fields.Many2one(
        "account.tax",
        "Tax on SMS Top-Ups",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', id)]",
        help="Empty: the company's default sales tax.",
    )
    sms_test_payments = fields.Boolean(
        "Credit Test Payments of SMS Top-Ups",
        groups="base.group_system",
        help="Only for trying out: payment providers in test mode give real credits.",
    )

    @api.constrains("sms_promptpay")
    def _check_sms_promptpay(self):
        for company in self.filtered("sms_promptpay"):
            try:
                promptpay.proxy(company.sms_promptpay)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(number)s is no PromptPay number: mobile (10 digits), tax ID "
                        "(13) or e-wallet (15).",
                        number=company.sms_promptpay,
                    )
                ) from error
