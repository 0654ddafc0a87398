from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

OFFICER = "crm_segments.crm_segments_group_officer"
# What has certainly not arrived.
RETRIED = ("failed", "refused", "cancelled")


class SmsDelivery(models.Model):
    """What staff do with messages in the list."""

    _inherit = "sms.delivery"

    retry_ids = fields.One2many("sms.delivery", "retry_of_id", "Sent Again As")
    can_retry = fields.Boolean(compute="_compute_can_retry")

    @api.depends("state", "purpose", "retry_ids")
    def _compute_can_retry(self):
        for delivery in self:
            delivery.can_retry = (
                delivery.state in RETRIED
                and delivery.purpose != "code"
                and not delivery.sudo().retry_ids
            )

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Only officers send messages."))
        self.check_access("read")

    def action_retry(self):
        """Send these messages again, as new ones. Never what may have arrived, or is
        a code that has ended, or was sent again before.

        :raise UserError: none of them can be sent again
        """
        self._check_officer()
        # Two who press at once: the second is repeated, and finds the new message. A
        # lock alone would let it go on with what it saw before.
        self.env.cr.execute(
            SQL("UPDATE sms_delivery SET tries = tries WHERE id = ANY(%s)", self.ids)
        )
        self.invalidate_recordset(["state", "retry_ids", "can_retry"])
        chosen = self.filtered("can_retry")
        chosen -= chosen._unwanted()
        if not chosen:
            raise UserError(
                self.env._(
                    "Only messages that were refused, cancelled or not delivered can "
                    "be sent again, once, and advertising only to those who agree to "
                    "it. One that may have arrived is not sent again."
                )
            )
        again = self._queue([delivery._retry_values() for delivery in chosen])
        if len(again) > 1:
            return again._open_list(self.env._("Sent again"))
        return again._get_records_action()

    def _unwanted(self):
        """:return: advertising to customers who have not agreed, or no longer do"""
        adverts = self.filtered(
            lambda d: d.purpose == "marketing_sms" and d.sudo().partner_id
        )
        unwanted = self.browse()
        for company, group in adverts.sudo().grouped("company_id").items():
            agreed = group.partner_id.with_company(company)
            agreed = agreed._crm_consent_given("marketing_sms")
            unwanted += group.filtered(
                lambda d, agreed=agreed: d.partner_id not in agreed
            )
        return unwanted

    def _retry_values(self):
        """:return: values for ``_queue``"""
        self.ensure_one()
        values = {
            name: self[name]
            for name in ("number", "text", "purpose", "sender", "res_model", "res_id")
        }
        return {
            **values,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "retry_of_id": self.id,
            "user_id": self.env.uid,
        }

    def action_cancel(self):
        """Take back what still waits.

        :raise UserError: nothing does
        """
        self._check_officer()
        count = self._cancel_where(
            SQL("id = ANY(%s)", self.ids),
            "cancelled",
            self.env._("Cancelled by %(user)s.", user=self.env.user.name),
        )
        if not count:
            raise UserError(self.env._("None of these messages waits any more."))
        return True

    def _open_list(self, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.ids)],
        }
