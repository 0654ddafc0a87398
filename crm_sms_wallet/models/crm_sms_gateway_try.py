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
        self._check_no_test_waits()
        user = self.env.user
        number = user.partner_id._phone_format(fname="phone", force_format="E164")
        if not number:
            raise UserError(
                self.env._("Enter your own phone number in your preferences first.")
            )
        self.sudo()._works()
        self.env["sms.delivery"].sudo()._queue(
            [
                {
                    "uuid": uuid4().hex,
                    "company_id": self.company_id.id,
                    "tried": self._tried_all_others(),
                    "res_model": self._name,
                    "res_id": self.id,
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

    def _check_no_test_waits(self):
        """:raise UserError: who clicks twice does not pay twice"""
        if not self.active:
            raise UserError(self.env._("An archived gateway sends nothing."))
        waiting = (
            self.env["sms.delivery"]
            .sudo()
            .search_count(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("user_id", "=", self.env.uid),
                    ("state", "in", ("queued", "sending")),
                ],
                limit=1,
            )
        )
        if waiting:
            raise UserError(self.env._("Your test message is on its way already."))

    def _tried_all_others(self):
        """:return: what the sender reads as: only this gateway is left to try"""
        others = self.env["crm.sms.gateway"]._of_company(self.company_id) - self
        return f",{','.join(map(str, others.ids))}," if others else False
