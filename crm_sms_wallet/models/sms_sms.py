from odoo import api, models

from ..tools.queue_api import TEST_MARK, QueueApi

# In the context of the queue.
QUEUE_MARK = "crm_sms_from_queue"


class SmsSms(models.Model):
    """Odoo's own messages, company by company: those with a gateway of ours go into our
    queue, the others the way they went before."""

    _inherit = "sms.sms"

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get(TEST_MARK):
            # They are sent by the one who makes them: the queue must not do it again.
            vals_list = [
                {**vals, "state": "pending", "to_delete": True} for vals in vals_list
            ]
        return super().create(vals_list)

    def _sms_company_of_row(self):
        """:return: the company that a message is sent for; in the queue, where nobody
        is at work, the one of its mailing or its author"""
        self.ensure_one()
        company = self._get_sms_company()
        stated = self.mail_message_id.record_company_id or company != self.env.company
        if stated or not self.env.context.get(QUEUE_MARK):
            return company
        mailing, author = self.mailing_id, self.create_uid
        return (
            mailing.company_id
            or mailing.user_id.company_id
            or author.company_id
            or company
        )

    def _split_by_api(self):
        """Apart by company: each has gateways and a wallet of its own."""
        others = self.browse()
        for company, messages in self.grouped(
            lambda sms: sms._sms_company_of_row()
        ).items():
            api_class = company.sudo()._get_sms_api_class()
            if not issubclass(api_class, QueueApi):
                others += messages
                continue
            sms_api = api_class(self.env)
            sms_api._set_company(company)
            yield sms_api, messages
        if others:
            yield from super(SmsSms, others)._split_by_api()

    @api.model
    def _process_queue(self):
        """The queue as Odoo has it, but apart by company: with rows of two companies in
        one batch Odoo's own breaks down, and all later messages wait for ever."""
        domain = [("state", "=", "outgoing"), ("to_delete", "!=", True)]
        size = self._get_send_batch_size()
        found = self.search(domain, limit=size, order="id").try_lock_for_update()
        if not found:
            return
        found = found.with_context(**{QUEUE_MARK: True})
        for company, messages in found.grouped(
            lambda sms: sms._sms_company_of_row()
        ).items():
            sms_api = company.sudo()._get_sms_api_class()(
                messages.with_company(company).env
            )
            sms_api._set_company(company)
            messages.with_context(sms_api=sms_api)._send(
                unlink_failed=False, unlink_sent=True, raise_exception=False
            )
        remaining = self.search_count(domain) if len(found) == size else 0
        self.env["ir.cron"]._commit_progress(len(found), remaining=remaining)
