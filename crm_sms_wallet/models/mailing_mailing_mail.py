from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class MailingMailing(models.Model):
    """Odoo's own ways of sending: e-mail campaigns take them, with the recipients that
    were noted; messages that have a queue of our own never do."""

    _inherit = "mailing.mailing"

    def _get_recipients_domain(self):
        """Of a campaign: by a sub-query, however many they are."""
        if not self.recipient_choice:
            return super()._get_recipients_domain()
        rows = SQL(
            "(SELECT partner_id FROM mailing_assignment WHERE %s)", self._treated()
        )
        return Domain("id", "in", rows)

    def _get_remaining_recipients(self):
        if self._has_own_queue():
            return []
        return super()._get_remaining_recipients()

    def action_put_in_queue(self):
        """Only what was prepared is sent; e-mail goes into Odoo's own queue."""
        own = self._has_own_queue()
        for mailing in own:
            mailing._launch()
        others = self - own
        for mailing in others._is_campaign():
            mailing._check_officer()
            mailing._check_ready()
            mailing.sudo()._skip_who_said_no()
            # whether it may be sent was looked at here: clients do not set the state
            super(MailingMailing, mailing.sudo()).action_put_in_queue()
        others -= others._is_campaign()
        if not others:
            return None
        return super(MailingMailing, others).action_put_in_queue()

    def action_send_mail(self, res_ids=None):
        """Odoo's queue sends what was launched; nobody goes round it."""
        if self._is_campaign() and not self.env.su:
            raise UserError(self.env._("Prepare the campaign, and press Send."))
        return super().action_send_mail(res_ids=res_ids)

    def action_schedule(self):
        if self._is_campaign():
            return self.action_confirm_send()
        return super().action_schedule()

    def action_retry_failed(self):
        if self._is_campaign():
            raise UserError(self.env._("Send single messages again from their list."))
        return super().action_retry_failed()

    def _action_send_mail(self, res_ids=None):
        if self._has_own_queue():
            raise UserError(self.env._("Prepare the campaign, and press Send."))
        return super()._action_send_mail(res_ids=res_ids)

    def action_send_sms(self, res_ids=None):
        if self._has_own_queue():
            raise UserError(self.env._("Prepare the campaign, and press Send."))
        return super().action_send_sms(res_ids=res_ids)

    # -- Odoo's queue --------------------------------------------------------------

    @api.model
    def _process_mass_mailing_queue(self):
        """Odoo's queue calls a mailing sent after its first batch; what has a queue of
        our own never passes it."""
        native = self.with_context(crm_native_queue=True)
        return super(MailingMailing, native)._process_mass_mailing_queue()

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get("crm_native_queue"):
            domain = Domain(domain) & (
                Domain("recipient_choice", "=", False)
                | Domain("mailing_type", "not in", list(self._own_queues()))
            )
        return super()._search(domain, *args, **kwargs)
