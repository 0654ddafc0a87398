from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MailingMailing(models.Model):
    """A coupon code for everybody who gets the message.

    Codes are drawn when the texts are prepared, since they are part of them, and are
    worth something from the moment of sending. Who owns coupons is another module:
    its programme offers `_crm_issue_codes`, which makes them by one statement.
    """

    _inherit = "mailing.mailing"

    def _issue_codes(self):
        """Let the codes of the messages that are sent be worth something.

        :raise UserError: the programme issues no codes
        """
        program = self.coupon_program_ref
        if not program:
            return
        if not program.exists() or not hasattr(program, "_crm_issue_codes"):
            raise UserError(self.env._("This programme issues no codes to campaigns."))
        rows = SQL(
            "SELECT partner_id, code FROM mailing_assignment WHERE %s"
            " AND code IS NOT NULL AND partner_id IS NOT NULL",
            self._treated(),
        )
        program.sudo()._crm_issue_codes(rows, self.company_id)
