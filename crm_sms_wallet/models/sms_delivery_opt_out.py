from odoo import api, fields, models
from odoo.tools import SQL

UNDONE = "Undone on the opt-out page"


class SmsDelivery(models.Model):
    """An SMS whose reader wants no more advertising."""

    _name = "sms.delivery"
    _inherit = ["sms.delivery", "crm.opt.out.mixin"]

    @api.model
    def _opt_out_domain(self):
        """The number is enough: it may be of nobody, and is empty after an erasure."""
        return [("number", "!=", False)]

    def _opt_out_purpose(self):
        return "marketing_sms"

    def _opt_out_address(self):
        return self.number

    def _stop_row(self):
        """:return: crm.sms.stop in force for the number"""
        return (
            self.env["crm.sms.stop"]
            .sudo()
            .search(
                [("company_id", "=", self.company_id.id), ("number", "=", self.number)],
                limit=1,
            )
        )

    def _is_opted_out(self):
        return bool(self._stop_row())

    def _is_opt_out_undoable(self):
        return self._stop_row().source == "page"

    def _opt_out(self):
        """Stop the number, for whomever it is, and log the customer's word."""
        stops = self.env["crm.sms.stop"].sudo()
        made = stops._stop(self.company_id, [self.number], "page")
        made.write({"delivery_id": self.id, "mailing_id": self.mailing_id.id})
        return super()._opt_out()

    def _undo_opt_out(self):
        stop = self._stop_row()
        if not super()._undo_opt_out():
            return False
        stop._lift(UNDONE)
        return True


class CrmSmsStop(models.Model):
    _inherit = "crm.sms.stop"

    delivery_id = fields.Many2one(
        "sms.delivery", "After the Message", readonly=True, ondelete="set null"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing",
        "After the Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _cancel_waiting(self, company, numbers):
        """Waiting for a gateway costs nothing yet: nothing is given back."""
        self.env["sms.delivery"].sudo()._cancel_where(
            SQL(
                """company_id = %s AND number = ANY(%s)
                   AND purpose = 'marketing_sms'""",
                company.id,
                list(numbers),
            ),
            "stopped",
            self.env._("Wants no advertising"),
        )
        return super()._cancel_waiting(company, numbers)
