from odoo import api, models

from .crm_sms_topup import MANAGER

WARNING = "mail.mail_activity_data_warning"


class CrmSmsWallet(models.Model):
    """Managers are told once each time the free credits fall below the threshold.

    The writer only notes it, inside the sender's transaction; a job tells. An own
    account is watched at its gateway, too, which knows what is really left.
    """

    _inherit = "crm.sms.wallet"

    def _credits_are_low(self):
        self.env.ref("crm_sms_wallet.crm_sms_wallet_cron_low")._trigger()
        return super()._credits_are_low()

    @api.model
    def _cron_tell_low(self):
        for wallet in self.sudo().search([("low_state", "=", "low")]):
            if wallet._note_told():
                wallet._tell_low()
                self.env["ir.cron"]._commit_progress(1)

    def _note_told(self):
        """:return: whether nobody was told of this crossing before"""
        self.env.cr.execute(
            "UPDATE crm_sms_wallet SET low_state = 'told'"
            " WHERE id = %s AND low_state = 'low' RETURNING id",
            [self.id],
        )
        self.invalidate_recordset(["low_state"])
        return bool(self.env.cr.fetchone())

    def _tell_low(self):
        """Give each manager of the company an activity and one e-mail."""
        managers = self.env.ref(MANAGER).sudo().all_user_ids
        company = self.company_id
        for user in managers.filtered(
            lambda user: user.active and company in user.company_ids
        ):
            # The activity alone would send an e-mail of its own.
            reader = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            text = reader.env._(
                "%(company)s has only %(credits)s SMS credits left.",
                company=company.name,
                credits=f"{self.credits:,}",
            )
            reader.activity_schedule(WARNING, user_id=user.id, summary=text)
            reader.message_notify(
                partner_ids=user.partner_id.ids,
                subject=reader.env._("SMS credits are low"),
                body=text,
            )
