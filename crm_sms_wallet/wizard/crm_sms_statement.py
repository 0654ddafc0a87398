from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.local_date import local_today


class CrmSmsStatement(models.TransientModel):
    """The statement of a wallet on paper, for any days."""

    _name = "crm.sms.statement"
    _description = "Statement of the SMS Wallet"

    wallet_id = fields.Many2one("crm.sms.wallet", required=True, readonly=True)
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: local_today(self.env) + relativedelta(day=1),
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: local_today(self.env)
    )

    def _get_values(self):
        """:return: what the statement shows"""
        self.ensure_one()
        return self.wallet_id._get_statement(self.date_from, self.date_to)

    def action_print(self):
        """:return: the statement as a page to print"""
        self.ensure_one()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The first day comes before the last."))
        report = self.env.ref("crm_sms_wallet.crm_sms_statement_report")
        return report.report_action(self)
