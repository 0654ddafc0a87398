from odoo import api, models
from odoo.tools import email_normalize, plaintext2html

from ..tools.notify import NotifyChannel


class ResPartner(models.Model):
    """E-mail, the channel to reach customers that needs no other module."""

    _inherit = "res.partner"

    @api.model
    def _crm_notify_channels(self):
        return {
            **super()._crm_notify_channels(),
            "email": NotifyChannel(
                self.env._("E-mail"),
                available=lambda partners: partners.filtered("email_normalized"),
                send=self._crm_send_emails,
                address_kind="email",
                send_to=self._crm_send_email_to,
            ),
        }

    @api.model
    def _crm_send_emails(self, partners, notice):
        """:return: the partners to whom a mail is on its way"""
        mails = self._crm_queue_emails(
            [
                {
                    **self._crm_prepare_email(notice.texts[partner.id], notice),
                    "email_to": partner.email_formatted,
                    # the text outlives the mail, for the contact history
                    "is_notification": True,
                    "body": plaintext2html(notice.texts[partner.id]),
                    "record_company_id": self.env.company.id,
                }
                for partner in partners
            ]
        )
        self.env["mail.notification"].sudo().create(
            [
                {
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": partner.id,
                    "notification_type": "email",
                    "is_read": True,
                }
                for mail, partner in zip(mails, partners, strict=True)
            ]
        )
        return partners

    @api.model
    def _crm_send_email_to(self, address, text, notice):
        """:return: whether a mail to the address is on its way"""
        address = email_normalize(address)
        if address:
            values = self._crm_prepare_email(text, notice)
            self._crm_queue_emails([{**values, "email_to": address}])
        return bool(address)

    @api.model
    def _crm_prepare_email(self, text, notice):
        """:return: values of mail.mail; it is deleted once it is sent"""
        company = self.env.company
        return {
            "subject": notice.subject or company.name,
            "body_html": plaintext2html(text),
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "author_id": company.partner_id.id,
            "auto_delete": True,
            "model": notice.res_model or False,
            "res_id": notice.res_id or False,
        }

    @api.model
    def _crm_queue_emails(self, values_list):
        # Sent by the mail queue at once, after this transaction: a page never waits
        # for a mail server.
        mails = self.env["mail.mail"].sudo().create(values_list)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return mails
