from odoo import models

from ..tools.queue_api import TEST_MARK


class MailingSmsTest(models.TransientModel):
    _inherit = "mailing.sms.test"

    def action_send_sms(self):
        """Once: Odoo leaves the rows of a test in its queue, which sends them again."""
        marked = self.with_context(**{TEST_MARK: True})
        return super(MailingSmsTest, marked).action_send_sms()
