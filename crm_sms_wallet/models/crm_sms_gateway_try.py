from uuid import uuid4

from odoo import models
from odoo.exceptions import UserError


class CrmSmsGateway(models.Model):
    """A test message, to the phone of whoever asks for it and nobody else."""

    _inherit = "crm.sms.gateway"

    def action_send_test(self):
        """Queue one message to the user's own phone, by this gateway. It goes the way
        of all messages, so it is paid for, listed, and never sent twice."""
        self.ensure_one()
        self.check_access("write")
        user = self.env.user
        number = user.partner_id._phone_format(fname="phone", force_format="E164")
        if not number:
            raise UserError(
                self.env._("Enter your own phone number in your preferences first.")
            )
        self.env["sms.delivery"].sudo()._queue(
            [
                {
                    "uuid": uuid4().hex,
                    "company_id": self.company_id.id,
                    "gateway_id": self.id,
                    "partner_id": user.partner_id.id,
                    "user_id": user.id,
                    "number": number,
                    "sender": self.sender,
                    "purpose": "service",
                    "text": self.env._(
                        "Test of %(gateway)s: ทดสอบ SMS", gateway=self.name
                    ),
                }
            ]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.name,
                "message": self.env._(
                    "A test message is on its way to %(number)s.", number=number
                ),
            },
        }
