from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_lineshopping_connector.tools import line_flex
from odoo.addons.crm_sms_wallet.models.mailing_mailing_sample import SAMPLE_CODE


class MailingMailing(models.Model):
    """A look at a campaign on one's own telephone, before anybody else gets it."""

    _inherit = "mailing.mailing"

    def action_line_test(self):
        """Send each text to the LINE account of whoever asks.

        :raise UserError: the user has linked none, or a text is wrong
        """
        self.ensure_one()
        self._check_officer()
        if self.mailing_type != "line" or not self._is_campaign():
            raise UserError(self.env._("This is no campaign by LINE."))
        self._check_texts()
        channel = self._line_channel()
        line_user = channel._get_test_user(self.env.user)
        if not line_user:
            raise UserError(
                self.env._(
                    "Your own LINE account is not known. Link it in the member page, "
                    "or choose an account for tests in the settings of the Official "
                    "Account."
                )
            )
        messages = self.env["crm.line.message"]
        partner = self.sample_partner_id or self.env.user.partner_id
        partner.check_access("read")
        rows = []
        for text in self._message_texts().values():
            token = messages._new_token()
            filled = self._render_messages(self._message_template(text), partner.ids)
            filled = self._fill_marks(filled[partner.id], token, SAMPLE_CODE)
            # the links of a test count for nobody: they lead where they say
            notice = self._line_notice(filled, partner.lang, token, self.link_url or "")
            rows.append(
                {
                    "channel_id": channel.id,
                    "line_user_id": line_user.id,
                    "text": filled,
                    "content": [line_flex.bubble(channel._get_theme(), notice)],
                    "token": token,
                }
            )
        messages._queue(rows)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The test is on its way to your LINE."),
            },
        }
